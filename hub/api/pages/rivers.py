"""Rivers: the list, and one with its hydrograph."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from hub.api.caller import ThePerson
from hub.api.house import Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.panorama import USABLE_FLAGS, gap_ms
from hub.api.routes.stations import all_stations, one_station
from hub.api.shapes.alert import alert_of
from hub.storage import rollups
from hub.storage.board import alerts, stations
from hub.storage.board.stations import StationRow
from hub.storage.connection import Connection
from hub.wall.hydrograph import HOUR_MS, SPANS, Span, Step, hydrographs

ALERTS_SHOWN = 5

router = APIRouter(prefix="/sungai", include_in_schema=False)


@router.get("")
def rivers_page(
    request: Request, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return every station as a row."""
    return page(
        request,
        "rivers.html",
        house=house,
        wording=wording,
        person=person,
        stations=all_stations(house, connection),
    )


@router.get("/{station_id}")
def river_page(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    station_id: str,
    house: TheHouse,
    connection: Reader,
    wording: TheWording,
    person: ThePerson,
    rentang: Annotated[Literal["6j", "24j", "5h"], Query()] = "6j",
) -> HTMLResponse:
    """Return one station with its hydrograph, thresholds and what is behind the number."""
    shape = one_station(station_id, house, connection)
    now_ms = house.clock.now_ms()
    (row,) = stations.some_stations(connection, [station_id], now_ms=now_ms)
    span = next(one for one in SPANS if one.name == rentang)
    steps = _steps(connection, row, span=span, now_ms=now_ms)
    recent = alerts.alerts(connection, state=None, station_id=station_id, before_ms=None, limit=ALERTS_SHOWN)
    return page(
        request,
        "river.html",
        house=house,
        wording=wording,
        person=person,
        st=shape,
        sop=row.sop,
        spans=SPANS,
        span=span,
        from_ms=now_ms - span.hours * HOUR_MS,
        rows=len(steps),
        graphs=hydrographs(
            steps,
            span=span,
            now_ms=now_ms,
            gap_ms=gap_ms(row, rate=house.clock.rate),
            raise_cm=row.raise_cm or (),
            severity=row.severity,
            wording=wording,
        ),
        alerts=[alert_of(alert) for alert in recent],
    )


def _steps(connection: Connection, row: StationRow, *, span: Span, now_ms: int) -> list[Step]:
    """Return the roll-ups of a span, and the newest reading behind them."""
    buckets = rollups.series(
        connection,
        station_id=row.station_id,
        step_s=span.step_s,
        from_ms=now_ms - span.hours * HOUR_MS,
        to_ms=now_ms + 1,
    )
    steps = [
        Step(at_ms=bucket.start_ms, mean_cm=bucket.mean_cm, low_cm=bucket.min_cm, high_cm=bucket.max_cm)
        for bucket in buckets
    ]
    if row.at_ms is not None and row.flag in USABLE_FLAGS and (not steps or row.at_ms > steps[-1].at_ms):
        cm = row.stage_cm
        steps.append(Step(at_ms=min(row.at_ms, now_ms), mean_cm=cm, low_cm=cm, high_cm=cm))
    return steps
