"""Cameras: the list of views, and one with what was counted there over time."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from hub.api.caller import Caller, ThePerson
from hub.api.following import following_of
from hub.api.house import House, Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.pages.view_stills import gallery_of
from hub.api.recent_counts import recent_counts, recent_span
from hub.api.routes.times import MOST_MS
from hub.api.routes.views import all_views, one_view
from hub.api.shapes.sighting import SightingStep, SightingStepName
from hub.api.shapes.view import View, kind_of
from hub.api.sightings import steps
from hub.storage import outlines
from hub.storage.connection import Connection
from hub.storage.outlines import OutlineVersion
from hub.wall.counts_chart import SPANS, CountStep, counts_charts, fitting_span
from hub.wall.hydrograph import HOUR_MS, Span
from hub.wall.outline_picture import shapes_of
from hub.wall.view_standing import CANNOT_SEE, TOO_SLOW
from hub.wall.wording import Wording

SpanName = Literal["3j", "24j", "7h"]
STEP_NAMES: dict[int, SightingStepName] = {60: "60", 600: "600", 3600: "3600"}
PLACES_SHOWN = 16
"""With a chart of their own, the newest counted first: as many as a view may have."""
LABELS_SHOWN = 8

router = APIRouter(prefix="/kamera", include_in_schema=False)


@router.get("")
def views_page(
    request: Request, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return every view as a row."""
    shown = all_views(house, connection)
    return page(
        request,
        "views.html",
        house=house,
        wording=wording,
        person=person,
        shown=shown,
        recent_hours=recent_span(house.clock.rate).hours,
        recents=recent_counts(connection, shown, now_ms=house.clock.now_ms(), rate=house.clock.rate, wording=wording),
    )


@router.get("/{view_id}")
def view_page(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    view_id: str,
    house: TheHouse,
    connection: Reader,
    wording: TheWording,
    person: ThePerson,
    rentang: Annotated[SpanName, Query()] = "3j",
    sampai: Annotated[int | None, Query(ge=0, le=MOST_MS)] = None,
) -> HTMLResponse:
    """Return one view: its pictures, what is drawn, what it counts, and charts of each zone and line."""
    return view_answer(
        request, view_id, house=house, connection=connection, wording=wording, person=person, rentang=rentang,
        up_to_ms=sampai,
    )  # fmt: skip


def view_answer(
    request: Request,
    view_id: str,
    *,
    house: House,
    connection: Connection,
    wording: Wording,
    person: Caller | None,
    rentang: SpanName = "3j",
    up_to_ms: int | None = None,
    status: int = 200,
    problem: str = "",
) -> HTMLResponse:
    """Return the page of one view as it stands; after a refusal with its sentence."""
    view = one_view(view_id, house, connection)
    gallery = gallery_of(
        request, view, house=house, connection=connection, person=person, up_to_ms=up_to_ms, problem=problem
    )  # fmt: skip
    now_ms = house.clock.now_ms()
    rate = max(1.0, house.clock.rate)
    span = fitting_span(next(one for one in SPANS if one.name == rentang), rate=rate)
    from_ms = now_ms // (1000 * span.step_s) * 1000 * span.step_s - span.hours * HOUR_MS
    asked = {"view_id": view.id} if view.is_bound else {"node_id": view.node_id, "source": view.source}
    found = [*steps(connection, step=STEP_NAMES[span.step_s], from_ms=from_ms, to_ms=now_ms + 1, **asked)]
    outline = _outline(connection, view)
    charts = _charts(found, outline, span=span, now_ms=now_ms, wording=wording, rate=rate)
    labels, totals = _totals(found, outline, wording)
    return page(
        request,
        "view.html",
        house=house,
        wording=wording,
        person=person,
        status=status,
        v=view,
        g=gallery,
        follows=following_of(connection, view),
        shapes=() if outline is None else shapes_of(outline.drawing, height=gallery.field_height),
        spans=SPANS,
        span=span,
        from_ms=from_ms,
        rows=len(found),
        asked=f"view={view.id}" if view.is_bound else f"node={view.node_id}&source={view.source}",
        charts=charts,
        groups=_groups(wording),
        total_labels=labels,
        totals=totals,
    )


def _outline(connection: Connection, view: View) -> OutlineVersion | None:
    return outlines.newest(connection).get(view.id) if view.drawing is not None else None


def _groups(wording: Wording) -> list[tuple[str, str]]:
    """Return each shade of the bars with its words."""
    return [
        ("motorcycle", wording.say("sepeda motor")),
        ("car", wording.say("mobil")),
        ("heavy", wording.say("bus dan truk")),
        ("rest", wording.say("lainnya")),
    ]


def _by_place(found: Sequence[SightingStep]) -> dict[str, list[SightingStep]]:
    """Return the steps of each place, oldest first, the place that was counted last first; only so many places."""
    places: dict[str, list[SightingStep]] = {}
    for step in sorted(found, key=lambda one: one.at_ms):
        places.setdefault(step.zone, []).append(step)
    newest = sorted(places, key=lambda name: (-places[name][-1].at_ms, name))[:PLACES_SHOWN]
    return {name: places[name] for name in sorted(newest)}


def _charts(
    found: Sequence[SightingStep],
    outline: OutlineVersion | None,
    *,
    span: Span,
    now_ms: int,
    wording: Wording,
    rate: float,
) -> list[dict[str, Any]]:
    """Return a chart in every size for each place."""
    return [
        {
            "name": name,
            "kind": kind_of(name, outline, is_a_line=any(step.is_line for step in of_place)),
            "charts": counts_charts(
                [_count_step(step, span.step_s, rate=rate) for step in of_place],
                span=span,
                now_ms=now_ms,
                wording=wording,
            ),
        }
        for name, of_place in _by_place(found).items()
    ]


def _count_step(step: SightingStep, step_s: int, *, rate: float) -> CountStep:
    """Return one bar: of a line the crossings per minute, of a zone the most at once, both by class.

    Cameras look in real seconds; `rate` is how many of the step's pass in each.
    """
    scale = 60 / step.seconds if step.is_line and step.seconds else 1.0
    return CountStep(
        at_ms=step.at_ms,
        by_label={label: count * scale for label, count in step.by_label.items()},
        seen=min(1.0, step.seconds * rate / step_s) * (1 - _blind_part(step)),
        is_least=TOO_SLOW in step.doubts,
    )


def _blind_part(step: SightingStep) -> float:
    """Return the part of a step's windows in which nothing could be seen, 0 to 1; what those counted is no number."""
    return min(1.0, step.doubts.get(CANNOT_SEE, 0) / max(step.windows, 1))


def _totals(
    found: Sequence[SightingStep], outline: OutlineVersion | None, wording: Wording
) -> tuple[list[str], list[tuple[str, str, dict[str, int]]]]:
    """Return the classes that were counted and, for each place, the crossings or the most at once of each."""
    rows = []
    sums: dict[str, int] = {}
    for name, of_place in _by_place(found).items():
        kind = kind_of(name, outline, is_a_line=any(step.is_line for step in of_place))
        together = sum if kind == "line" else max
        seen = [step for step in of_place if _blind_part(step) < 1]
        names = {label for step in seen for label in step.by_label}
        counts = {label: int(together(step.by_label.get(label, 0) for step in seen)) for label in names}
        words = wording.say("lewat seluruhnya") if kind == "line" else wording.say("paling banyak sekaligus")
        rows.append((name, words, counts))
        for label, count in counts.items():
            sums[label] = sums.get(label, 0) + count
    return sorted(sums, key=lambda label: (-sums[label], label))[:LABELS_SHOWN], rows
