"""Whether the audit log is as it was written: what `hub audit verify` says, looked at seldom and shown with its time.

Each look goes along the whole log. So one look at a time, for which nobody else waits: who comes meanwhile is shown the
last answer; an answer is kept for ten minutes, or until somebody asks for a new one, of which there is one a minute,
whoever asks; and a log longer than `ROWS_UNASKED` is gone along only when a person asks.
"""

import threading
from pathlib import Path

from msgspec import Struct

from contract.clock import Clock
from hub.audit import showing
from hub.audit.showing import Shown
from hub.audit.verdict import verdict
from hub.audit.verification import verify
from hub.storage import audit, meta
from hub.storage.connection import Connection

KEEP_REAL_MS = 600_000
ASKED_EVERY_REAL_MS = 60_000
ROWS_UNASKED = 50_000
"""A second of a quiet machine, and more than a year of 100 deeds a day."""


class ChainFound(Struct, frozen=True, kw_only=True):
    """What a look has found."""

    at_real_ms: int
    is_whole: bool
    rows: int
    """That are as they were written, from the first on."""
    hash: str
    """Of the last of these; empty where there is none."""
    lines: tuple[str, ...]
    """The verdict in both languages, as the command prints it."""
    shown: Shown | None
    """The head that boxes keep as witnesses, and since when."""


class ChainCheck:
    """The last look, for all who ask."""

    def __init__(self) -> None:
        """Begin without one."""
        self._looking = threading.Lock()
        self._last: ChainFound | None = None
        self._asked_real_ms: int | None = None

    def found(
        self, connection: Connection, path: Path, *, real: Clock, is_asked: bool
    ) -> ChainFound | None:  # fmt: skip
        """Return what is known, after a new look where one is due and nobody looks now; None if nobody has looked yet.

        Args:
            connection: nobody else's: it is told to take text as it comes.
            path: of the database.
            real: the machine's clock.
            is_asked: a person wants a new look, whatever is known and however long the log is.
        """
        if not self._looking.acquire(blocking=False):
            return self._last
        try:
            now_ms = real.now_ms()
            if is_asked and _is_past(self._asked_real_ms, ASKED_EVERY_REAL_MS, now_ms=now_ms):
                self._asked_real_ms = now_ms
                self._last = _look(connection, path, real=real)
            elif self._is_due(connection, now_ms=now_ms):
                self._last = _look(connection, path, real=real)
            return self._last
        finally:
            self._looking.release()

    def _is_due(self, connection: Connection, *, now_ms: int) -> bool:
        head = audit.head(connection)
        if head is None or head.n > ROWS_UNASKED:
            return False
        return _is_past(None if self._last is None else self._last.at_real_ms, KEEP_REAL_MS, now_ms=now_ms)


def _is_past(at_ms: int | None, within_ms: int, *, now_ms: int) -> bool:
    """Answer whether this was so long ago, or never, or in the future: then the clock was set back."""
    return at_ms is None or not 0 <= now_ms - at_ms < within_ms


def _look(connection: Connection, path: Path, *, real: Clock) -> ChainFound:
    own = showing.own_witnesses(connection, path)  # before the rows: these only grow
    missing, epoch = audit.missing_guards(connection), meta.db_epoch(connection)
    began_ms = real.real_ms()
    found = verify(audit.all_rows(connection), witnesses=own, say=_silently, lives=[epoch])
    seconds = (real.real_ms() - began_ms) / 1000
    return ChainFound(
        at_real_ms=real.now_ms(),
        is_whole=found.is_whole and not missing,
        rows=found.rows,
        hash="" if found.head is None else found.head.hash,
        lines=tuple(verdict(found, offered=0, missing_guards=missing, seconds=seconds)),
        shown=showing.shown(connection),
    )


def _silently(_rows: int) -> None:
    """Say nothing of the progress: nobody waits at a terminal."""
