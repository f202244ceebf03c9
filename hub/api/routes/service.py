"""What those who run the hub ask it: is it well, and its figures."""

from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from hub.api.blob_calls import BlobCalls
from hub.api.house import Reader, TheHouse
from hub.api.metrics import CONTENT_TYPE, exposition
from hub.api.panorama import processes_of
from hub.api.shapes.service import Health, ProcessHealth
from hub.api.stream import Broadcaster
from hub.storage import heartbeats, meta

LATE_AFTER_S = 30.0
"""Processes beat at least every few seconds."""

router = APIRouter(tags=["service"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Whether the hub is well")
def healthz(house: TheHouse, connection: Reader) -> Health:
    """Answer 200 while pages are served; `status` says whether ingest and dispatch work, and reach the broker."""
    ages = processes_of(connection, real_ms=house.clock.real_ms())
    told = heartbeats.all_heartbeats(connection).get("ingest")
    is_deaf = told is not None and bool(told.detail)
    processes = {"ingest": _health(ages.ingest_s, is_deaf=is_deaf), "dispatch": _health(ages.dispatch_s)}
    is_well = all(process.state == "ok" for process in processes.values())
    return Health(
        status="ok" if is_well else "degraded",
        db_epoch=meta.db_epoch(connection),
        hub_ms=house.clock.now_ms(),
        processes=processes,
    )


def _health(age_s: float | None, *, is_deaf: bool = False) -> ProcessHealth:
    if age_s is None:
        return ProcessHealth(state="never", age_s=None)
    if age_s > LATE_AFTER_S:
        return ProcessHealth(state="late", age_s=round(age_s, 1))
    return ProcessHealth(state="deaf" if is_deaf else "ok", age_s=round(age_s, 1))


@router.get(
    "/metrics",
    summary="Figures in the Prometheus text form",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, house: TheHouse, connection: Reader) -> Response:
    """Return the counters of all processes and what stands in the tables."""
    broadcaster: Broadcaster = request.app.state.broadcaster
    pictures = cast("BlobCalls | None", getattr(request.app.state, "blobs", None))
    text = exposition(
        connection,
        now_real_ms=house.clock.real_ms(),
        stream_clients=broadcaster.client_count,
        stream_drops=broadcaster.dropped,
        sign_ins=dict(house.sign_ins),
        turned_away=dict(house.turned_away),
        pictures={} if pictures is None else dict(pictures.keeper.outcomes),
    )
    return Response(text, headers={"Content-Type": CONTENT_TYPE})


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> Response:
    """Return the description of the API."""
    return JSONResponse(request.app.openapi())
