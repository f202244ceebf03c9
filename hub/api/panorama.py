"""Puts together what the wall shows, from one reading connection at one moment.

Rules:
1. Up to six stations have a tile. With six or fewer the order is the city's and never changes; with more the most
   severe come first, among equals the ones nearest to their next threshold, and the rest is a count.
2. A chart shows six hours by the minute and ends now. What nobody measured is a hole.
3. Up to three views have a tile. With three or fewer the order is the city's and never changes; with more, jammed roads
   come first, then dense ones, then cameras that see nothing, and the rest is a count.
4. Open alerts come most severe first, unacknowledged before acknowledged, newest first; the first one has the banner.
"""

from collections.abc import Sequence

from contract.flow import STALE_FLOOR_REAL_S, STALE_INTERVALS
from hub.api.ledger import ledger_of
from hub.api.shapes.alert import alert_of
from hub.api.shapes.node import node_state
from hub.api.shapes.station import LETTERS, TileChart, WallStation, station_values, tile_chart
from hub.api.shapes.view import View, view_of
from hub.api.shapes.wall import AlarmLoad, Alarms, Layout, NodeDot, Nodes, Processes, TimeMark
from hub.storage import heartbeats
from hub.storage.board import alerts, nodes, series
from hub.storage.board.stations import StationRow
from hub.storage.board.views import views_now
from hub.storage.connection import Connection
from hub.wall import timeline
from hub.wall.chart import Frame, Point, draw, span_cm
from hub.wall.view_standing import ViewStanding

TILES = 6
VIEW_TILES = 3
CHART_WIDTH, CHART_HEIGHT = 1170, 400
"""Of a box of 1200 x 400: the dot at the end needs room."""
CHART_WINDOW_S = 6 * 3600
DOTS = 60
OPEN_ALERTS = 50
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
USABLE_FLAGS = (1, 2, 3)


def layout_of(rows: Sequence[StationRow], views: Sequence[View]) -> Layout:
    """Return which stations and views have a tile (rules 1 and 3)."""
    ranked = rows if len(rows) <= TILES else sorted(rows, key=_rank)
    seen = views if len(views) <= VIEW_TILES else sorted(views, key=_view_rank)
    return Layout(
        shown=tuple(row.station_id for row in ranked[:TILES]),
        folded=max(0, len(rows) - TILES),
        views=tuple(view.id for view in seen[:VIEW_TILES]),
        views_folded=max(0, len(views) - VIEW_TILES),
    )


def views_of(connection: Connection, *, now_ms: int, rate: float) -> list[View]:
    """Return every view as it stands now, in the city's order, then cameras that are bound to none."""
    return [view_of(row, now_ms=now_ms, rate=rate) for row in views_now(connection, now_ms=now_ms)]


def _view_rank(view: View) -> int:
    """Return what sorts the most pressing view first; among equals the order stays."""
    if view.state in {ViewStanding.FRESH, ViewStanding.LATE, ViewStanding.SLOW}:
        return {"macet": 0, "padat": 1}.get(view.traffic, 3)
    return 2 if view.is_bound else 4


def _rank(row: StationRow) -> tuple[int, float, int]:
    """Return what sorts the most pressing station first."""
    severity = -1 if row.severity is None else row.severity
    limits = row.raise_cm or ()
    if row.stage_cm is None or not 0 <= severity < len(limits):
        return (-severity, float("inf"), row.position)
    return (-severity, limits[severity] - row.stage_cm, row.position)


def gap_ms(row: StationRow, *, rate: float) -> int:
    """Return how long a station may say nothing before that is a hole in its chart, scaled ms."""
    return round(1000 * max(STALE_INTERVALS * row.peace_interval_s(), STALE_FLOOR_REAL_S * rate))


def recent_points(connection: Connection, row: StationRow, *, now_ms: int) -> list[Point]:
    """Return the stages of the last six hours by the minute, and the newest reading."""
    from_ms = now_ms - 1000 * CHART_WINDOW_S
    points: list[Point] = [*series.minute_means(connection, row.station_id, from_ms=from_ms, to_ms=now_ms + 1)]
    if row.at_ms is not None and row.flag in USABLE_FLAGS and (not points or row.at_ms > points[-1][0]):
        points.append((row.at_ms, row.stage_cm))
    return points


def chart_of(connection: Connection, row: StationRow, *, now_ms: int, rate: float) -> TileChart:
    """Return the small hydrograph of a station (rule 2)."""
    points = recent_points(connection, row, now_ms=now_ms)
    limits = row.raise_cm or ()
    low_cm, high_cm = span_cm([cm for _, cm in points if cm is not None], limits)
    frame = Frame(
        start_ms=now_ms - 1000 * CHART_WINDOW_S,
        end_ms=max(now_ms, points[-1][0] if points else now_ms),
        low_cm=low_cm,
        high_cm=high_cm,
        width=CHART_WIDTH,
        height=CHART_HEIGHT,
    )
    return tile_chart(draw(points, frame, gap_ms=gap_ms(row, rate=rate), raise_cm=limits, severity=row.severity))


def wall_station(
    connection: Connection,
    row: StationRow,
    *,
    now_ms: int,
    rate: float,
    has_tile: bool,
    sample_real_ms: int | None = None,
) -> WallStation:
    """Return a station as the wall shows it, with its chart where it has a tile."""
    chart = chart_of(connection, row, now_ms=now_ms, rate=rate) if has_tile else None
    values = station_values(row, now_ms=now_ms, rate=rate)
    return WallStation.model_validate(values | {"chart": chart, "sample_real_ms": sample_real_ms})


def alarms_of(connection: Connection, *, positions: dict[str, int], now_ms: int, rate: float) -> Alarms:
    """Return open alerts, ledger, load and time line (rule 4).

    Args:
        connection: to read with.
        positions: station id to its place in the city's list, for letters.
        now_ms: scaled UTC ms.
        rate: scaled seconds per real second.
    """
    rows = alerts.open_alerts(connection, limit=OPEN_ALERTS)
    last = alerts.newest_resolved(connection)
    of_water = [row for row in rows if row.kind == "level"]
    told = next(iter(of_water or rows), last)
    ledger = None if told is None else ledger_of(connection, told, rate=rate)
    return Alarms(
        open=tuple(alert_of(row) for row in rows),
        last=None if last is None else alert_of(last),
        ledger=ledger,
        load=AlarmLoad(
            in_10_min=alerts.count_raised(connection, since_ms=now_ms - 600_000),
            in_24_h=alerts.count_raised(connection, since_ms=now_ms - DAY_MS),
        ),
        marks=_marks(connection, positions=positions, now_ms=now_ms),
    )


def _marks(connection: Connection, *, positions: dict[str, int], now_ms: int) -> tuple[TimeMark, ...]:
    """Return the rises of 24 hours that the time line has room for."""
    rises = alerts.marks(connection, from_ms=now_ms - DAY_MS)
    lanes = timeline.lanes([(rise.at_ms, rise.severity) for rise in rises])
    return tuple(
        TimeMark(
            at_ms=rise.at_ms,
            severity=rise.severity,
            kind=rise.kind,
            letter=LETTERS[positions[rise.station_id] % len(LETTERS)] if rise.station_id in positions else "",
            lane=lane,
        )
        for rise, lane in zip(rises, lanes, strict=True)
        if lane is not None
    )


def nodes_of(connection: Connection, *, now_ms: int, rate: float) -> Nodes:
    """Return the fleet at a glance: the boxes in need of someone first where there are more than fit."""
    dots = [
        NodeDot(id=row.node_id, state=node_state(row, now_ms=now_ms, rate=rate))
        for row in nodes.nodes(connection)
        if row.standing != "revoked"  # a box that was taken out of service is no trouble of today
    ]
    shown = dots if len(dots) <= DOTS else sorted(dots, key=lambda dot: dot.state == "online")[:DOTS]
    return Nodes(
        online=sum(dot.state == "online" for dot in dots),
        quiet=sum(dot.state == "quiet" for dot in dots),
        lost=sum(dot.state in {"lost", "quarantined"} for dot in dots),
        dots=tuple(shown),
        folded=len(dots) - len(shown),
    )


def processes_of(connection: Connection, *, real_ms: int) -> Processes:
    """Return how long ago the hub's other processes said that they work; `real_ms` is the real boot clock."""
    beats = heartbeats.all_heartbeats(connection)
    seconds = {name: max(0.0, (real_ms - beat.at_real_ms) / 1000) for name, beat in beats.items()}
    return Processes(ingest_s=seconds.get("ingest"), dispatch_s=seconds.get("dispatch"))
