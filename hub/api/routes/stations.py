"""Stations and their readings."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from hub.api.errors import InvalidRequestError, NotFoundError
from hub.api.house import Connections, House, Reader, TheHouse
from hub.api.readings import csv_header, csv_line, steps
from hub.api.routes.answers import INVALID, NOT_FOUND
from hub.api.routes.times import AUTO_STEPS, CSV_CHUNK_ROWS, DAY_MS, MOST_ROWS, time_ms, too_many
from hub.api.shapes.reading import Readings, ReadingStep, StepName
from hub.api.shapes.station import Station, station_values
from hub.storage.board import stations
from hub.storage.connection import Connection

router = APIRouter(prefix="/stations", tags=["stations"])


@router.get("", summary="All stations as they stand now")
def all_stations(house: TheHouse, connection: Reader) -> list[Station]:
    """Return every station in the city's order."""
    now_ms = house.clock.now_ms()
    return [_station(row, house) for row in stations.stations(connection, now_ms=now_ms)]


@router.get("/{station_id}", summary="One station as it stands now", responses=NOT_FOUND)
def one_station(station_id: str, house: TheHouse, connection: Reader) -> Station:
    """Return one station."""
    return _station(_row(connection, station_id, house), house)


@router.get(
    "/{station_id}/readings",
    response_model=Readings,
    summary="Readings of a station over time, as JSON or CSV",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": csv_header()}}}}
    | NOT_FOUND
    | INVALID,
)
def readings(  # noqa: PLR0917 - FastAPI passes each by name
    station_id: str,
    house: TheHouse,
    connection: Reader,
    begin: Annotated[
        str | None, Query(alias="from", description="ISO 8601 with zone, or UTC ms; default 24 h ago")
    ] = None,
    end: Annotated[str | None, Query(alias="to", description="ISO 8601 with zone, or UTC ms; default now")] = None,
    step: Annotated[StepName | None, Query(description="Seconds, or every reading as it came")] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response | Readings:
    """Return roll-ups (mean, min, max) by step; without a step the finest that suits the span."""
    _row(connection, station_id, house)
    now_ms = house.clock.now_ms()
    to_ms = time_ms(end, "to") if end is not None else now_ms + 1
    from_ms = time_ms(begin, "from") if begin is not None else min(to_ms, now_ms) - DAY_MS
    if from_ms >= to_ms:
        raise InvalidRequestError("from harus sebelum to.", "from must be before to.")
    chosen = step or _suitable_step(to_ms - from_ms)
    if form == "csv":
        lines = _csv(house.connections, station_id, step=chosen, from_ms=from_ms, to_ms=to_ms)
        name = f"{station_id}-{chosen}.csv"
        return StreamingResponse(
            lines,
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    found = _steps(connection, station_id, step=chosen, from_ms=from_ms, to_ms=to_ms)
    return Readings(station_id=station_id, step=chosen, from_ms=from_ms, to_ms=to_ms, readings=found)


def _suitable_step(span_ms: int) -> StepName:
    for longest_ms, name in AUTO_STEPS:
        if span_ms <= longest_ms:
            return name
    return "3600"


def _station(row: stations.StationRow, house: House) -> Station:
    return Station.model_validate(station_values(row, now_ms=house.clock.now_ms(), rate=house.clock.rate))


def _row(connection: Connection, station_id: str, house: House) -> stations.StationRow:
    row = stations.station(connection, station_id, now_ms=house.clock.now_ms())
    if row is None:
        raise NotFoundError(f"Tidak ada pos {station_id!r}.", f"There is no station {station_id!r}.")
    return row


def _steps(
    connection: Connection, station_id: str, *, step: StepName, from_ms: int, to_ms: int
) -> tuple[ReadingStep, ...]:
    """Return the series as JSON rows, or refuse where it is too long for one answer."""
    if step != "raw" and (to_ms - from_ms) / 1000 / int(step) > MOST_ROWS:
        raise too_many()
    found = tuple(
        itertools.islice(
            steps(connection, station_id, step=step, from_ms=from_ms, to_ms=to_ms),
            MOST_ROWS + 1,
        )
    )
    if len(found) > MOST_ROWS:
        raise too_many()
    return found


def _csv(connections: Connections, station_id: str, *, step: StepName, from_ms: int, to_ms: int) -> Iterator[str]:
    """Yield the lines of an export in pieces; the connection is lent for as long as it takes."""
    with connections.reading() as connection:
        yield csv_header()
        rows = steps(connection, station_id, step=step, from_ms=from_ms, to_ms=to_ms)
        while piece := "".join(csv_line(row) for row in itertools.islice(rows, CSV_CHUNK_ROWS)):
            yield piece
