"""The event stream."""

import logging
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from hub.api.caller import TheCaller
from hub.api.errors import TooBusyError
from hub.api.follower import replay
from hub.api.house import House, TheHouse
from hub.api.routes.answers import BUSY, Answers
from hub.api.stream import RETRY_MS, Broadcaster, Event, parse_id
from hub.api.telling import Teller
from hub.storage import meta

HEARTBEAT_S = 10
CLIENTS_MOST = 200
"""Each may keep 1,000 events waiting."""
SEND_LONGEST_S = 20.0
"""A browser that takes nothing for this long is gone."""

_LOG = logging.getLogger(__name__)

TOLD: Answers = {
    200: {
        "description": "Events `station`, `layout`, `alarms`, `nodes` carry the state of a thing, as in "
        "`GET /api/v1/wall`; `tik` comes every 5 s; `reset` says: fetch the snapshot again. "
        "An id is `<db_epoch>-<change id>`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(tags=["events"])


class EventStream(EventSourceResponse):
    """An event stream whose stalled clients end quietly."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _LOG.debug("a client took nothing for %g s and was dropped", SEND_LONGEST_S)


@router.get("/events", summary="What changes, as it changes", response_class=EventStream, responses=TOLD | BUSY)
async def events(
    request: Request,
    house: TheHouse,
    caller: TheCaller,
    since: Annotated[str | None, Query(description="Id of the last event known; Last-Event-ID wins")] = None,
    last_event_id: Annotated[str | None, Header(description="What a browser sends when it comes back")] = None,
) -> EventStream:
    """Follow what changes; begin with what was missed since the last known event."""
    known = last_event_id or since
    broadcaster: Broadcaster = request.app.state.broadcaster
    if broadcaster.client_count >= CLIENTS_MOST:
        raise TooBusyError(
            f"Sudah {CLIENTS_MOST} peramban mengikuti pusat ini. Tutup yang tidak dipakai.",
            f"{CLIENTS_MOST} browsers follow this hub already. Close those that nobody looks at.",
        )
    return EventStream(
        _told(
            house, broadcaster, caller.key if caller else None, None if known is None else parse_id(known) or ("", 0)
        ),
        ping=HEARTBEAT_S,
        ping_message_factory=lambda: ServerSentEvent(comment="jagawai", sep="\n"),
        send_timeout=SEND_LONGEST_S,
    )


async def _told(
    house: House, broadcaster: Broadcaster, key: str | None, since: tuple[str, int] | None
) -> AsyncIterator[bytes]:
    """Yield the bytes of one client's stream."""
    client = broadcaster.join(key=key)
    try:
        missed, newest_id = await run_in_threadpool(_missed, house, since)
        yield f"retry: {RETRY_MS}\n\n".encode()
        for event in missed:
            yield event.payload
        async for event in client.events():
            if not 0 < event.change_id <= newest_id:
                yield event.payload
    finally:
        broadcaster.leave(client)


def _missed(house: House, since: tuple[str, int] | None) -> tuple[list[Event], int]:
    """Return a sign of life and what the client missed, and the newest change in it."""
    with house.connections.reading() as connection:
        teller = Teller(connection, clock=house.clock, epoch=meta.db_epoch(connection), version=house.version)
        told, newest_id = replay(connection, teller=teller, since=since)
        return [teller.tik(change_id=newest_id), *told], newest_id
