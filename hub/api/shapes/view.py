"""A view of a camera as the API and the wall show it."""

from typing import Literal

import msgspec
from pydantic import Field

from contract.records import Sighting
from hub.api.shapes.shape import Shape
from hub.rivers.believable_hours import ahead_most_ms, is_believable
from hub.sightings.tally import UNKNOWN_WINDOW_S, is_line
from hub.storage.board.views import ViewRow
from hub.storage.faults import FaultNow
from hub.storage.outlines import OutlineVersion
from hub.storage.sightings import PlaceNow
from hub.wall.freshness import age_limits
from hub.wall.view_standing import CANNOT_SEE, DOUBTING, ViewStanding, view_standing, worst_road

_DECODER = msgspec.json.Decoder(Sighting)

Point = tuple[float, float]
PlaceKind = Literal["road", "bank", "zone", "line"]
CountUnit = Literal["per_minute", "at_once"]


class ViewZone(Shape):
    """A part of the picture in which things are counted."""

    kind: Literal["road", "bank"]
    outline: tuple[Point, ...]


class ViewLine(Shape):
    """A line that is crossed; forward is from its left to its right side, seen from start to end."""

    start: Point
    end: Point
    forward: str
    backward: str


class Drawing(Shape):
    """What is drawn on a view, in parts of the picture: x to the right and y downwards, 0 to 1."""

    version: int
    author: str
    reason: str
    saved_ms: int
    purpose: tuple[Point, ...] | None
    zones: dict[str, ViewZone]
    lines: dict[str, ViewLine]


class Place(Shape):
    """The newest word on one zone or line. Where `doubts` stand, numbers are the least that was there."""

    name: str
    kind: PlaceKind = Field(description="`zone` where nobody has drawn it here")
    at_ms: int = Field(description="End of the window, by the hub's reckoning where is_at_doubted")
    is_at_doubted: bool
    window_s: float | None = Field(description="Null: told at once that somebody has come")
    frames: int | None = Field(description="Looked at in the window")
    count: int = Field(description="Zone: the most at once. Line: crossings in both directions")
    per_minute: float | None = Field(description="Line: crossings per minute; null for zones")
    by_label: dict[str, int] = Field(description="Zone: the most of each class at once. Line: both directions")
    forward: dict[str, int]
    backward: dict[str, int]
    forward_name: str
    backward_name: str
    occupied: float | None = Field(description="Zone: part of its area under boxes, mean")
    stopped: int = Field(description="Zone: the most that stood still at once")
    longest_stop_s: float
    state: str = Field(description="Road: lancar, padat or macet; empty: not known")
    since_ms: int | None
    doubts: tuple[str, ...] = Field(description="too_slow, cannot_see")
    model: str
    drawing: str = Field(description="Digest of the drawing by which it was counted; empty: an older box")


class CameraFault(Shape):
    """Something that the box says is wrong with the camera."""

    code: str
    text: str
    at_ms: int | None = Field(description="Since when, by the box's clock; null: that hour cannot be")


class WallView(Shape):
    """What one camera is there to see: what it counts now, how old that is and how far it can be trusted."""

    id: str = Field(description="Of a camera that is bound to no view: node, dot, source")
    is_bound: bool = Field(description="Whether the city knows the camera as a view")
    name: str
    kelurahan: str
    lat: float | None
    lon: float | None
    node_id: str | None
    source: str | None
    state: ViewStanding
    at_ms: int | None = Field(description="Of the newest count; null: there never was one")
    is_at_doubted: bool
    received_ms: int | None
    age_s: float | None
    interval_s: float
    late_after_s: float
    stale_after_s: float
    lost_after_s: float
    traffic: str = Field(description="The worst of its roads: lancar, padat, macet; empty: not known")
    traffic_since_ms: int | None
    count: float | None = Field(
        description="Of all lines per minute, or where there are none of all zones at once; null: nothing seen"
    )
    unit: CountUnit
    by_label: dict[str, int] = Field(description="What `count` counted in its window, by class")
    doubts: tuple[str, ...]
    faults: tuple[CameraFault, ...]
    drawing: Drawing | None


class View(WallView):
    """A view with every zone and line of it."""

    places: tuple[Place, ...]


def view_of(row: ViewRow, *, now_ms: int, rate: float) -> View:
    """Return a row in the API's form, as it stands at `now_ms` (scaled UTC ms)."""
    told = [(place, _DECODER.decode(place.body)) for place in row.places]
    interval_s = max((sighting.window_s or UNKNOWN_WINDOW_S for _, sighting in told[:1]), default=UNKNOWN_WINDOW_S)
    # A camera counts in real seconds whatever the box's clock runs at; ages are of the clock.
    limits = age_limits(interval_s * max(1.0, rate), rate=rate)
    newest = max(row.places, key=lambda one: one.at_ms, default=None)
    # A place that fell silent beside the others stands in a drawing of before.
    live_ms = 0.0 if newest is None else newest.at_ms - 1000 * limits.lost_after_s
    places = sorted(
        (_place(place, sighting, row.outline) for place, sighting in told if place.at_ms >= live_ms),
        key=lambda one: one.name,
    )
    age_s = None if newest is None else max(0.0, (now_ms - newest.at_ms) / 1000)
    doubts = tuple(sorted({doubt for one in places for doubt in one.doubts}))
    traffic, since_ms = worst_road([(one.state, one.since_ms) for one in places])
    counted = [one for one in places if one.kind == "line"] or places
    # What a window counted in which nothing could be seen is no number, not even none.
    seen = [one for one in counted if CANNOT_SEE not in one.doubts]
    return View(
        id=row.view_id,
        is_bound=row.is_bound,
        name=row.name,
        kelurahan=row.kelurahan,
        lat=row.lat,
        lon=row.lon,
        node_id=row.node_id,
        source=row.source,
        state=view_standing(
            age_s=age_s,
            limits=limits,
            has_fault=any(one.code not in DOUBTING for one in row.faults),
            doubts=frozenset(doubts),
        ),
        at_ms=None if newest is None else newest.at_ms,
        is_at_doubted=newest is not None and newest.is_at_doubted,
        received_ms=None if newest is None else newest.received_ms,
        age_s=age_s,
        interval_s=interval_s,
        late_after_s=limits.late_after_s,
        stale_after_s=limits.stale_after_s,
        lost_after_s=limits.lost_after_s,
        traffic=traffic,
        traffic_since_ms=since_ms,
        count=_count(seen),
        unit="per_minute" if counted and counted[0].kind == "line" else "at_once",
        by_label=_together(*(one.by_label for one in seen)),
        doubts=doubts,
        faults=tuple(_fault(one, now_ms=now_ms, rate=rate) for one in row.faults),
        places=tuple(places),
        drawing=None if row.outline is None else drawing_of(row.outline),
    )


def wall_view(view: View) -> WallView:
    """Return what the wall shows of a view."""
    return WallView.model_validate({name: getattr(view, name) for name in WallView.model_fields})


def drawing_of(outline: OutlineVersion) -> Drawing:
    """Return a drawing in the API's form."""
    drawn = msgspec.to_builtins(outline.drawing)
    return Drawing(
        version=outline.version,
        author=outline.author,
        reason=outline.reason,
        saved_ms=outline.saved_ms,
        purpose=drawn["purpose"],
        zones=drawn["zones"],
        lines=drawn["lines"],
    )


def kind_of(name: str, outline: OutlineVersion | None, *, is_a_line: bool) -> PlaceKind:
    """Return what a place is by the drawing, or by what it counted where it is not drawn."""
    if outline is not None and name in outline.drawing.lines:
        return "line"
    if outline is not None and name in outline.drawing.zones:
        return "road" if outline.drawing.zones[name].kind == "road" else "bank"
    return "line" if is_a_line else "zone"


def _place(now: PlaceNow, sighting: Sighting, outline: OutlineVersion | None) -> Place:
    kind = kind_of(now.place, outline, is_a_line=is_line(sighting))
    window_s = sighting.window_s or UNKNOWN_WINDOW_S
    line = None if outline is None else outline.drawing.lines.get(now.place)
    named = {sighting.label: sighting.count} if sighting.label and not sighting.by_label else sighting.by_label
    return Place(
        name=now.place,
        kind=kind,
        at_ms=now.at_ms,
        is_at_doubted=now.is_at_doubted,
        window_s=sighting.window_s,
        frames=sighting.frames,
        count=sighting.count,
        per_minute=sighting.count * 60 / window_s if kind == "line" else None,
        by_label=_together(sighting.forward, sighting.backward) if kind == "line" else named,
        forward=sighting.forward,
        backward=sighting.backward,
        forward_name="" if line is None else line.forward,
        backward_name="" if line is None else line.backward,
        occupied=sighting.occupied,
        stopped=sighting.stopped,
        longest_stop_s=sighting.longest_stop_s,
        state=sighting.state,
        since_ms=now.since_ms,
        doubts=sighting.doubts,
        model=sighting.model,
        drawing=sighting.drawing,
    )


def _count(counted: list[Place]) -> float | None:
    if not counted:
        return None
    return round(sum(one.count if one.per_minute is None else one.per_minute for one in counted), 1)


def _together(*counts: dict[str, int]) -> dict[str, int]:
    """Return the sums by class, most first."""
    names = {name for one in counts for name in one}
    sums = {name: sum(one.get(name, 0) for one in counts) for name in names}
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _fault(fault: FaultNow, *, now_ms: int, rate: float) -> CameraFault:
    is_known = is_believable(fault.at_ms, now_ms=now_ms, ahead_ms=ahead_most_ms(rate=rate))
    return CameraFault(code=fault.code, text=fault.text, at_ms=fault.at_ms if is_known else None)
