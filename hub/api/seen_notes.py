"""Writing down that sessions live. It is the least of all writes: where the disk is full, nobody may notice.

After a failure nothing is tried for a minute, so that no request waits for a database that is held or full, and the
log says it once until it works again.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager

from hub.storage import sessions
from hub.storage.connection import Connection
from hub.storage.errors import DatabaseBusyError, is_trouble_of_the_database

PAUSE_MS = 60_000

_LOG = logging.getLogger(__name__)


class SeenNotes:
    """Notes sessions that were seen, or remembers that it cannot. Times are real UTC milliseconds."""

    def __init__(self) -> None:
        """Begin without trouble."""
        self._failed_ms: int | None = None

    def note(self, writing: Callable[[], AbstractContextManager[Connection]], key: str, *, now_ms: int) -> None:
        """Write down that a session was seen, if the database takes it.

        Args:
            writing: lends the connection that writes.
            key: of the session.
            now_ms: real.
        """
        if self._failed_ms is not None and 0 <= now_ms - self._failed_ms < PAUSE_MS:
            return
        try:
            with writing() as writer:
                sessions.note_seen(writer, key, now_real_ms=now_ms)
        except (DatabaseBusyError, sqlite3.Error) as problem:
            if not is_trouble_of_the_database(problem):
                raise
            self._tell(problem)
            self._failed_ms = now_ms
        else:
            self._failed_ms = None

    def _tell(self, problem: Exception) -> None:
        if self._failed_ms is None:
            _LOG.warning(
                "noting that a session was seen: %s. Expected a database that takes a write; sessions end an hour "
                "after they were last noted. Look for a full disk (df) or a tool that holds the database.",
                problem,
            )
