"""What the uplink sees of a producer's outbox: unacknowledged rows, and where the spool stands.

Each call is one short read of the file that stands there at that moment. After a damaged file was replaced, the next
call reads the new spool; `spool_id` is that of the newest read.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge_agent.outbox.errors import DisorderError, FileAwayError
from edge_agent.outbox.guest import guest
from edge_agent.outbox.ledger import load
from edge_agent.outbox.schema import CLASSES, Row, unacked_rows

BATCH_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolView:
    """Where a spool stands: `low` is the lowest unacknowledged `seq`, equal to `next` when there is none."""

    spool: str
    low: int
    next: int
    boot: int
    unacked: tuple[int, int, int, int]
    """Unacknowledged rows of class 0, 1, 2, 3."""


class OutboxReader:
    """A guest's view of one outbox.

    Every read may raise `FileAwayError` (skip it, look again later) or `FileDamagedError` (lay marks with
    `is_damaged` into the inbox, so that the producer looks).
    """

    def __init__(self, path: Path) -> None:
        """Look at the outbox named `path`; it need not exist yet."""
        self.path = path
        self._spool_id = ""

    @classmethod
    def open(cls, path: Path) -> "OutboxReader":
        """Return a reader of the outbox named `path`; it need not exist yet."""
        return cls(path)

    @property
    def spool_id(self) -> str:
        """The spool that the newest read came from; asks the file if there was none yet."""
        return self._spool_id or self.view().spool

    def view(self) -> SpoolView:
        """Return where the spool stands."""
        with self._read() as (_, view):
            return view

    def marks(self) -> tuple[int, int]:
        """Return (low, next)."""
        view = self.view()
        return view.low, view.next

    def rows(
        self,
        record_class: int,
        *,
        after_seq: int = 0,
        before_seq: int | None = None,
        newest_first: bool = False,
        limit: int = BATCH_ROWS,
    ) -> list[Row]:
        """Return up to `limit` unacknowledged rows of a class with `after_seq < seq < before_seq`, in that order."""
        with self._read() as (connection, view):
            if not view.unacked[record_class]:
                return []
            return unacked_rows(
                connection,
                record_class,
                after_seq=max(after_seq, view.low - 1),
                before_seq=before_seq,
                newest_first=newest_first,
                limit=limit,
            )

    def counts(self) -> dict[int, int]:
        """Return the number of unacknowledged rows per class."""
        return dict(zip(CLASSES, self.view().unacked, strict=True))

    def kept(self, record_class: int) -> int:
        """Return how many acknowledged rows of a class are still kept."""
        with self._read() as (connection, _):
            sql = f"SELECT count(*) FROM class{record_class} WHERE acked_ms IS NOT NULL"  # noqa: S608
            return int(connection.execute(sql).fetchone()[0])

    def state(self, key: str) -> bytes | None:
        """Return the small value that the producer keeps under a key."""
        with self._read() as (connection, _):
            found = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
            return None if found is None else bytes(found[0])

    @contextmanager
    def _read(self) -> Iterator[tuple[sqlite3.Connection, SpoolView]]:
        with guest(self.path) as connection:
            try:
                ledger = load(connection)
            except DisorderError as problem:
                raise FileAwayError(
                    f"{self.path}: {problem}; its producer looks after it at its next start"
                ) from problem
            self._spool_id = ledger.identity.spool
            low = ledger.queue.lowest(next_seq=ledger.next_seq)
            n0, n1, n2, n3 = ledger.queue.unacked
            yield (
                connection,
                SpoolView(
                    spool=ledger.identity.spool,
                    low=low,
                    next=ledger.next_seq,
                    boot=ledger.identity.boot,
                    unacked=(n0, n1, n2, n3),
                ),
            )
