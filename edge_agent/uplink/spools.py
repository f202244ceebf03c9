"""What the sender needs of an outbox: where it stands, and its unacknowledged rows. Disk stays behind this seam."""

from collections.abc import Sequence
from typing import Protocol

from contract.seq_ranges import SeqRanges

LEAST_PAGE_ROWS = 16
"""Taken rows lie in short ranges where classes alternate; one by one they would be as many queries."""


class Row(Protocol):
    """One record as it lies in an outbox."""

    @property
    def seq(self) -> int:
        """Return its number in the spool."""

    @property
    def at_ms(self) -> int:
        """Return its wall time, UTC ms."""

    @property
    def body(self) -> bytes:
        """Return the record as JSON."""


class Spool(Protocol):
    """One outbox, read only."""

    @property
    def spool_id(self) -> str:
        """Return the spool's id; another one once the file was replaced."""

    def marks(self) -> tuple[int, int]:
        """Return (low, next): the lowest `seq` held unacknowledged, and the one the next record will get."""

    def rows(
        self, record_class: int, *, after_seq: int = 0, before_seq: int | None = None, newest_first: bool, limit: int
    ) -> Sequence[Row]:
        """Return at most `limit` unacknowledged rows of a class with after_seq < seq < before_seq, in seq order."""


def untaken(
    spool: Spool,
    record_class: int,
    *,
    taken: SeqRanges,
    newest_first: bool,
    limit: int,
    after_seq: int = 0,
    before_seq: int | None = None,
) -> list[Row]:
    """Return at most `limit` rows as `Spool.rows` does, without those whose `seq` is in `taken`.

    The producer settles what was acknowledged up to a second later, so the file still offers such rows: whole ranges
    of them are stepped over, not read.
    """
    found: list[Row] = []
    page_rows = max(limit, LEAST_PAGE_ROWS)
    while len(found) < limit:
        page = spool.rows(
            record_class, after_seq=after_seq, before_seq=before_seq, newest_first=newest_first, limit=page_rows
        )
        found += [row for row in page if row.seq not in taken]
        if len(page) < page_rows:
            break
        first, last = _range_around(taken, page[-1].seq)
        if newest_first:
            before_seq = first
        else:
            after_seq = last
    return found[:limit]


def _range_around(ranges: SeqRanges, seq: int) -> tuple[int, int]:
    """Return the range of `ranges` that holds `seq`, or just `seq` if none does."""
    if seq in ranges:
        for first, last in ranges:
            if first <= seq <= last:
                return first, last
    return seq, seq
