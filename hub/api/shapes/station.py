"""A station as the API and the wall show it."""

from typing import Literal

from pydantic import Field

from hub.api.shapes.node import NodeStanding
from hub.api.shapes.shape import Shape
from hub.storage.board.stations import StationRow
from hub.wall.chart import Chart
from hub.wall.freshness import Freshness, age_limits, freshness

FLAG_PASS, FLAG_NOT_EVALUATED = 1, 2
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNKNOWN_INTERVAL_S = 60.0


class Thresholds(Shape):
    """Raise and clear values of Waspada, Siaga and Awas, cm, with the version they stand in."""

    version: int
    raise_cm: tuple[float, ...]
    clear_cm: tuple[float, ...]
    valid_from_ms: int | None
    author: str
    reason: str


class Station(Shape):
    """A station: what its river does now, how old that is and how far it can be trusted."""

    id: str
    letter: str = Field(description="Its mark on the map and on tiles")
    name: str
    river: str
    kelurahan: str
    lat: float | None
    lon: float | None
    severity: int | None = Field(description="0 to 3; null: nothing was ever known. Stays when the data goes stale")
    since_ms: int | None = Field(description="By the hub's clock; null also where nobody knows")
    is_since_doubted: bool = Field(description="The box's clock was not to be trusted: since_ms is the hub's reckoning")
    stage_cm: float | None
    unit: Literal["cm"] = "cm"
    flag: int | None = Field(description="QARTOD: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing")
    reason: str
    at_ms: int | None = Field(description="When the newest reading was taken, as since_ms")
    is_at_doubted: bool = Field(description="As is_since_doubted, for at_ms")
    received_ms: int | None
    age_s: float | None = Field(description="Of the newest reading; at least this old where nobody knows its hour")
    interval_s: float | None
    state: Freshness
    late_after_s: float
    stale_after_s: float
    lost_after_s: float
    is_stale: bool
    is_suspect: bool
    is_silent: bool
    silent_since_ms: int | None
    clock: str | None
    rise_cm: float | None
    rise_in_s: float | None
    thresholds: Thresholds | None
    box_threshold_version: int | None
    decision_id: str | None
    why: str
    node_id: str | None
    source: str | None
    box_standing: NodeStanding = Field(
        description="Of node_id: what a quarantined or revoked box sends is not taken, so the station is not heard"
    )
    rule_error: str | None


class ChartHole(Shape):
    """Time without usable readings, px."""

    x: float
    width: float


class ChartMark(Shape):
    """A threshold line, px from the top."""

    severity: int
    y: float
    is_reached: bool


class TileChart(Shape):
    """The small hydrograph of a tile, drawn: SVG path data in a box of 1200 x 400."""

    line: str
    holes: tuple[ChartHole, ...]
    marks: tuple[ChartMark, ...]
    end: tuple[float, float] | None


class WallStation(Station):
    """A station on the wall; `chart` only where it has a tile of its own."""

    chart: TileChart | None = None
    sample_real_ms: int | None = Field(None, description="Real boot clock of the reading, where the box shares it")


def tile_chart(chart: Chart) -> TileChart:
    """Return a drawn chart as it goes to the browser."""
    return TileChart(
        line=chart.line,
        holes=tuple(ChartHole(x=hole.x, width=hole.width) for hole in chart.holes),
        marks=tuple(ChartMark(severity=m.severity, y=m.y, is_reached=m.is_reached) for m in chart.marks),
        end=chart.end,
    )


def station_values(row: StationRow, *, now_ms: int, rate: float) -> dict[str, object]:
    """Return the members of a `Station` for a row, as they stand at `now_ms` (scaled UTC ms)."""
    limits = age_limits(row.interval_s or UNKNOWN_INTERVAL_S, rate=rate)
    known_ms = row.received_ms if row.at_ms is None else row.at_ms
    age_s = None if known_ms is None else max(0.0, (now_ms - known_ms) / 1000)
    is_doubted = row.is_suspect or row.flag not in {None, FLAG_PASS, FLAG_NOT_EVALUATED}
    state = freshness(age_s=age_s, limits=limits, is_stale=row.is_stale, is_silent=row.is_silent, is_suspect=is_doubted)
    made = {
        "id": row.station_id,
        "unit": "cm",
        "letter": LETTERS[row.position % len(LETTERS)],
        "age_s": age_s,
        "state": state,
        "late_after_s": limits.late_after_s,
        "stale_after_s": limits.stale_after_s,
        "lost_after_s": limits.lost_after_s,
        "thresholds": _thresholds(row),
    }
    return {name: getattr(row, name) for name in Station.model_fields if name not in made} | made


def _thresholds(row: StationRow) -> Thresholds | None:
    if row.threshold_version is None:
        return None
    return Thresholds(
        version=row.threshold_version,
        raise_cm=row.raise_cm or (),
        clear_cm=row.clear_cm or (),
        valid_from_ms=row.valid_from_ms,
        author=row.author or "",
        reason=row.threshold_reason or "",
    )
