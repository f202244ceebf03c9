"""The box's outboxes on disk, as the sender sees them; and a cheap way to see that one has changed.

Looking is done some twenty times a second, so that an alert leaves within a tenth of a second of its commit. Opening
the file each time would cost 1 % of a core; instead the first 48 bytes of SQLite's WAL index (`-shm`) are compared:
they are written at every commit and hold a counter of them (https://sqlite.org/walformat.html, "The WAL-Index Header").
Never of an outbox that this very process owns: closing that file would drop the owner's locks on it.
"""

import logging
import os
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

from edge_agent.outbox.errors import FileAwayError, FileDamagedError
from edge_agent.outbox.reader import OutboxReader, SpoolView
from edge_agent.outbox.schema import Row

INDEX_HEADER_BYTES = 48

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Shelf:
    """One outbox."""

    def __init__(
        self,
        path: Path,
        *,
        producer: str,
        on_damage: Callable[[str, bool], None],
        version: Callable[[], Hashable] | None = None,
    ) -> None:
        """Look at the outbox named `path`; it need not exist yet.

        Args:
            path: `home/outbox-<producer>.db`.
            producer: its name in `hello`.
            on_damage: told (spool id, True) when pages cannot be read, (spool id, False) when they can again.
            version: what differs after every change, of an outbox that this process owns; None: another owns it.
        """
        self.producer = producer
        self._reader = OutboxReader(path)
        self._path = path
        self._on_damage = on_damage
        self._read_token = version or self._index_header
        self._token: Hashable = None
        self._index = (0, "")
        """Inode of the outbox that stands at the path, and the name of its WAL index."""
        self._view: SpoolView | None = None
        self._is_failing = False

    @property
    def view(self) -> SpoolView | None:
        """Where the spool stood at the last look; None: there is no outbox."""
        return self._view

    @property
    def spool_id(self) -> str:
        """Return the spool's id at the last look."""
        return self._view.spool if self._view is not None else ""

    def look(self) -> bool:
        """Look whether the outbox has changed since the last look; return whether it has."""
        token = self._read_token()
        if token is None or token == self._token:
            return False
        view = self._read(self._reader.view)
        if view is None:
            return False
        self._token, self._view = token, view
        return True

    def marks(self) -> tuple[int, int]:
        """Return (low, next)."""
        return (self._view.low, self._view.next) if self._view is not None else (1, 1)

    def rows(
        self, record_class: int, *, after_seq: int = 0, before_seq: int | None = None, newest_first: bool, limit: int
    ) -> Sequence[Row]:
        """Return unacknowledged rows that were there at the last look; none when the file cannot be read now."""
        view = self._view
        if view is None or not view.unacked[record_class] or after_seq >= view.next - 1:
            return []
        before = view.next if before_seq is None else min(before_seq, view.next)
        found = self._read(
            lambda: self._reader.rows(
                record_class, after_seq=after_seq, before_seq=before, newest_first=newest_first, limit=limit
            )
        )
        if found is None or self._reader.spool_id != view.spool:
            self._token = None  # looked at again
            return []
        return found

    def state(self, key: str) -> bytes | None:
        """Return the small value that the producer keeps under a key."""
        return None if self._view is None else self._read(lambda: self._reader.state(key))

    def _index_header(self) -> Hashable:
        """Return what differs after every commit; None while there is no file."""
        try:
            inode = os.stat(self._path).st_ino  # noqa: PTH116 - os, not pathlib: twenty times a second
            if inode != self._index[0]:
                self._index = (inode, f"{os.path.realpath(self._path)}-shm")
            with open(self._index[1], "rb", buffering=0) as index:  # noqa: PTH123
                return inode, os.fstat(index.fileno()).st_ino, index.read(INDEX_HEADER_BYTES)
        except FileNotFoundError:
            self._index = (0, "")
            # Nobody writes a file without an index; what it holds is to be sent all the same.
            return "no index" if self._path.exists() else None

    def _read(self, read: Callable[[], T]) -> T | None:
        try:
            answer = read()
        except FileAwayError as exc:
            _log.debug("%s: %s", self.producer, exc)
            return None
        except FileDamagedError as exc:
            _log.log(logging.DEBUG if self._is_failing else logging.WARNING, "%s: %s", self.producer, exc)
            self._is_failing = True
            self._on_damage(self.spool_id, True)
            return None
        if self._is_failing:
            _log.info("%s: can be read again", self.producer)
            self._is_failing = False
            self._on_damage(self.spool_id, False)
        return answer
