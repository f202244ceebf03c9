"""Which rows go next, over all spools together. Pure.

Backlog is what was written before the hub answered this connect's `hello`; it goes in this order:

1. class 0, newest first: the state of now before how it came about;
2. class 1 of the newest hour, newest batch first: the curve that people look at;
3. the rest of class 1, oldest first;
4. class 2, then class 3, oldest first.

Where several spools have such rows, the row that is next by its wall time decides whose batch it is. A batch is of one
spool and one class; rows of class 0 stand newest first in it, others in the order of the spool.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from contract.flow import BATCH_MAX_BYTES, BATCH_MAX_RECORDS
from contract.records import RecordClass
from contract.seq_ranges import SeqRanges
from edge_agent.uplink.spools import Row, Spool, untaken

HOUR_MS = 3_600_000

ENVELOPE_BYTES = 160
"""Of a batch around its records: v, spool, low, next and the brackets, with numbers at their longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that is looked at when rows are chosen: the spools by id, what of each is taken, where live rows begin."""

    spools: Mapping[str, Spool]
    taken: Mapping[str, SeqRanges]
    live_from: Mapping[str, int]
    """First `seq` of each spool that was written after the answer to `hello`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The rows of one batch."""

    spool_id: str
    record_class: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One kind of backlog. `is_last_hour` cuts it to rows not older than an hour before its newest."""

    record_class: int
    newest_first: bool
    is_last_hour: bool = False


BACKLOG_LANES = (
    Lane(record_class=RecordClass.ALERT, newest_first=True),
    Lane(record_class=RecordClass.READING, newest_first=True, is_last_hour=True),
    Lane(record_class=RecordClass.READING, newest_first=False),
    Lane(record_class=RecordClass.TELEMETRY, newest_first=False),
    Lane(record_class=RecordClass.DEBUG, newest_first=False),
)


def fitting(rows: Sequence[Row]) -> list[Row]:
    """Return as many of `rows` from the front as one batch holds, at least one if there is any."""
    size = ENVELOPE_BYTES
    for count, row in enumerate(rows):
        size += len(row.body) + 1
        if count == BATCH_MAX_RECORDS or (count and size > BATCH_MAX_BYTES):
            return list(rows[:count])
    return list(rows)


def live(desk: Desk, spool_id: str, record_class: int) -> Pick | None:
    """Return the oldest live rows of a class in a spool; class 0 newest first. None if there is none."""
    newest_first = record_class == RecordClass.ALERT
    rows = untaken(
        desk.spools[spool_id],
        record_class,
        taken=desk.taken[spool_id],
        newest_first=newest_first,
        limit=BATCH_MAX_RECORDS,
        after_seq=desk.live_from[spool_id] - 1,
    )
    return Pick(spool_id=spool_id, record_class=record_class, rows=fitting(rows)) if rows else None


def newest_hour_from_ms(desk: Desk) -> int:
    """Return where the newest hour of class 1 begins, wall time; 0 if there is no such backlog."""
    heads = _heads(desk, Lane(record_class=RecordClass.READING, newest_first=True))
    return max((row.at_ms for _, row in heads), default=HOUR_MS) - HOUR_MS


def backlog(desk: Desk, lane: Lane, *, hour_from_ms: int, limit: int = BATCH_MAX_RECORDS) -> Pick | None:
    """Return the next batch of a lane, None if it is empty.

    Args:
        desk: what lies there.
        lane: which kind of backlog.
        hour_from_ms: wall time at which the newest hour begins.
        limit: most rows.
    """
    heads = _heads(desk, lane)
    is_in_lane: Callable[[Row], bool] = lambda row: not lane.is_last_hour or row.at_ms >= hour_from_ms  # noqa: E731
    heads = [(spool_id, row) for spool_id, row in heads if is_in_lane(row)]
    if not heads:
        return None
    choose = max if lane.newest_first else min
    spool_id, _ = choose(heads, key=lambda head: head[1].at_ms)
    rows = _backlog_rows(desk, spool_id, lane, limit=limit)
    stop = next((index for index, row in enumerate(rows) if not is_in_lane(row)), len(rows))
    chosen = fitting(rows[:stop])
    if lane.record_class != RecordClass.ALERT:
        chosen.sort(key=lambda row: row.seq)
    return Pick(spool_id=spool_id, record_class=lane.record_class, rows=chosen)


def _heads(desk: Desk, lane: Lane) -> list[tuple[str, Row]]:
    return [(spool_id, row) for spool_id in desk.spools for row in _backlog_rows(desk, spool_id, lane, limit=1)]


def _backlog_rows(desk: Desk, spool_id: str, lane: Lane, *, limit: int) -> list[Row]:
    return untaken(
        desk.spools[spool_id],
        lane.record_class,
        taken=desk.taken[spool_id],
        newest_first=lane.newest_first,
        limit=limit,
        before_seq=desk.live_from[spool_id],
    )
