"""Ends the event streams of those whose session or token has ended; a stream was let in once and lasts for hours."""

import asyncio
import logging
import sqlite3

from fastapi.concurrency import run_in_threadpool

from hub.api.house import House
from hub.api.stream import Broadcaster
from hub.storage import api_tokens, sessions
from hub.storage.errors import StorageError

LOOK_EVERY_S = 2.0
"""Real time, as the end of an account is."""

_LOG = logging.getLogger(__name__)


async def watch_streams(house: House, broadcaster: Broadcaster, *, every_s: float = LOOK_EVERY_S) -> None:
    """Look after the streams until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        keys = broadcaster.keys
        if not keys:
            continue
        try:
            live = await run_in_threadpool(_live_keys, house)
        except (sqlite3.Error, StorageError):
            _LOG.warning("looking for ended sessions failed; trying again in %g s", every_s, exc_info=True)
            continue
        broadcaster.end_of(keys - live)


def _live_keys(house: House) -> set[str]:
    now_ms = house.real.now_ms()
    with house.connections.reading() as connection:
        return sessions.live_keys(connection, now_real_ms=now_ms) | api_tokens.live_keys(connection, now_real_ms=now_ms)
