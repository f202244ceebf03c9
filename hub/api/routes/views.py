"""Views of cameras, and what was counted there over time."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from hub.api.errors import InvalidRequestError, NotFoundError
from hub.api.house import Connections, Reader, TheHouse
from hub.api.panorama import views_of
from hub.api.routes.answers import INVALID, NOT_FOUND, Answers
from hub.api.routes.times import AUTO_STEPS, CSV_CHUNK_ROWS, DAY_MS, MOST_ROWS, time_ms, too_many
from hub.api.shapes.sighting import Sightings, SightingStepName
from hub.api.shapes.view import View
from hub.api.sightings import csv_header, csv_line, steps

AS_CSV: Answers = {200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": csv_header()}}}}

router = APIRouter(tags=["views"])


@router.get("/views", summary="All views as they stand now, and cameras that are bound to none")
def all_views(house: TheHouse, connection: Reader) -> list[View]:
    """Return every view in the city's order."""
    return views_of(connection, now_ms=house.clock.now_ms(), rate=house.clock.rate)


@router.get("/views/{view_id}", summary="One view as it stands now", responses=NOT_FOUND)
def one_view(view_id: str, house: TheHouse, connection: Reader) -> View:
    """Return one view; of a camera without one the id is its box, a dot and its source."""
    found = next((one for one in all_views(house, connection) if one.id == view_id), None)
    if found is None:
        raise NotFoundError(f"Tidak ada kamera {view_id!r}.", f"There is no view {view_id!r}.")
    return found


@router.get(
    "/sightings",
    response_model=Sightings,
    summary="What cameras counted over time, as JSON or CSV",
    responses=AS_CSV | INVALID,
)
def sightings(  # noqa: PLR0917 - FastAPI passes each by name
    house: TheHouse,
    connection: Reader,
    begin: Annotated[
        str | None, Query(alias="from", description="ISO 8601 with zone, or UTC ms; default 24 h ago")
    ] = None,
    end: Annotated[str | None, Query(alias="to", description="ISO 8601 with zone, or UTC ms; default now")] = None,
    node: Annotated[str | None, Query(max_length=64, description="Only of this box")] = None,
    source: Annotated[str | None, Query(max_length=64, description="Only of cameras of this name, c1")] = None,
    view: Annotated[str | None, Query(max_length=64, description="Only of this view, whichever camera saw it")] = None,
    zone: Annotated[str | None, Query(max_length=500, description="Only of zones and lines of this name")] = None,
    step: Annotated[SightingStepName | None, Query(description="Seconds; default what suits the span")] = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response | Sightings:
    """Return counts by step: of a zone the most at once, of a line the crossings; by camera, each oldest first."""
    now_ms = house.clock.now_ms()
    to_ms = time_ms(end, "to") if end is not None else now_ms + 1
    from_ms = time_ms(begin, "from") if begin is not None else min(to_ms, now_ms) - DAY_MS
    if from_ms >= to_ms:
        raise InvalidRequestError("from harus sebelum to.", "from must be before to.")
    chosen = step or _suitable_step(to_ms - from_ms)
    asked: dict[str, Any] = {"step": chosen, "from_ms": from_ms, "to_ms": to_ms, "view_id": view, "node_id": node}
    asked |= {"source": source, "zone": zone}
    if form == "csv":
        return StreamingResponse(
            _csv(house.connections, asked),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="sightings-{chosen}.csv"'},
        )
    found = tuple(itertools.islice(steps(connection, **asked), MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise too_many()
    return Sightings(step=chosen, from_ms=from_ms, to_ms=to_ms, sightings=found)


def _suitable_step(span_ms: int) -> SightingStepName:
    return next((name for longest_ms, name in AUTO_STEPS if span_ms <= longest_ms), "3600")


def _csv(connections: Connections, asked: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of an export in pieces; the connection is lent for as long as it takes."""
    with connections.reading() as connection:
        yield csv_header()
        rows = steps(connection, **asked)
        while piece := "".join(csv_line(row) for row in itertools.islice(rows, CSV_CHUNK_ROWS)):
            yield piece
