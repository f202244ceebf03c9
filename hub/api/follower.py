"""Follows the hub's changes in a thread of its own and hands what they come to to the event stream.

Asks SQLite every 20 ms whether another connection has committed, which costs a few microseconds. The pauses are real
time.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable

from contract.clock import Clock
from hub.api.stream import Event
from hub.api.telling import Teller
from hub.storage import changes, meta
from hub.storage.connection import Connection, data_version
from hub.storage.errors import StorageError

POLL_S = 0.02
TELL_EVERY_MS = 100
REST_FACTOR = 4
"""After work of n ms the next begins n * 4 ms later at the earliest."""
TIK_EVERY_MS = 5_000
AFTER_FAILURE_S = 1.0
AT_ONCE = 2_000
"""Changes read at once."""
REPLAY_LONGEST = 5_000
"""Changes that a returning client is told; behind more, the snapshot is less work for both."""

_LOG = logging.getLogger(__name__)


class Follower:
    """Reads changes and publishes events until stopped."""

    def __init__(
        self,
        *,
        connect: Callable[[], Connection],
        clock: Clock,
        version: str,
        publish: Callable[[list[Event]], None],
        is_heard: Callable[[], bool],
    ) -> None:
        """Prepare to follow.

        Args:
            connect: opens a reading connection.
            clock: the hub's.
            version: of the static files, for the sign of life.
            publish: takes events; called from this thread.
            is_heard: whether anybody listens; if not, changes are passed over.
        """
        self._connect = connect
        self._clock = clock
        self._version = version
        self._publish = publish
        self._is_heard = is_heard
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._is_failing = False

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the end."""
        self._stop.set()
        self._thread.join(timeout=AFTER_FAILURE_S + 2)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except (sqlite3.Error, StorageError):
                level = logging.DEBUG if self._is_failing else logging.WARNING
                _LOG.log(level, "following changes failed; trying again every %g s", AFTER_FAILURE_S, exc_info=True)
                self._is_failing = True
                self._stop.wait(AFTER_FAILURE_S)

    def _follow(self) -> None:
        connection = self._connect()
        try:
            self._follow_with(connection)
        finally:
            connection.close()

    def _follow_with(self, connection: Connection) -> None:
        teller = Teller(connection, clock=self._clock, epoch=meta.db_epoch(connection), version=self._version)
        told_id = changes.newest_id(connection)
        seen_version: int | None = None
        tell_from_ms = tik_from_ms = self._clock.real_ms()
        while not self._stop.wait(POLL_S):
            now_ms = self._clock.real_ms()
            if now_ms >= tik_from_ms:
                self._publish([teller.tik(change_id=told_id)])
                tik_from_ms = now_ms + TIK_EVERY_MS
            version = data_version(connection)
            if now_ms < tell_from_ms or version == seen_version:
                continue
            found = changes.after(connection, told_id, limit=AT_ONCE)
            if found:
                if self._is_heard():
                    self._publish(teller.events(found))
                told_id = found[-1].id
                worked_ms = self._clock.real_ms() - now_ms
                tell_from_ms = now_ms + worked_ms + max(TELL_EVERY_MS, REST_FACTOR * worked_ms)
            if len(found) < AT_ONCE:
                seen_version = version
            self._recovered()

    def _recovered(self) -> None:
        if self._is_failing:
            self._is_failing = False
            _LOG.info("following changes again")


def replay(connection: Connection, *, teller: Teller, since: tuple[str, int] | None) -> tuple[list[Event], int]:
    """Return what a returning client has missed, and the id of the newest change in it.

    Args:
        connection: to read with.
        teller: makes events, from the same connection.
        since: epoch and id of the last change that the client knows; None: it wants only what comes.
    """
    newest_id = changes.newest_id(connection)
    if since is None or since == (meta.db_epoch(connection), newest_id):
        return [], newest_id
    epoch, known_id = since
    oldest_id = changes.oldest_id(connection)
    is_known = epoch == meta.db_epoch(connection) and 0 < oldest_id <= known_id + 1 and known_id <= newest_id
    missed = changes.after(connection, known_id, limit=REPLAY_LONGEST + 1) if is_known else []
    if not is_known or len(missed) > REPLAY_LONGEST:
        return [teller.reset(change_id=newest_id)], newest_id
    return teller.events(missed), missed[-1].id if missed else newest_id
