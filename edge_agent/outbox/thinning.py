"""Thinning of readings when the outbox is full: what was taken each minute becomes a mean of ten minutes, then of 1 h.

Pure. Means keep the least and the greatest stage, so a flood stays as high as it was. A bucket is one stretch of
`width_s` of a boot's clock, of one gauge; it is thinned once a later one of that gauge has begun. Readings that are
as slow as the bucket, and records that are no readings, stay.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from contract.errors import MessageError
from contract.quality import is_usable
from contract.records import Reading, decode_record
from edge_agent.outbox.schema import Row
from edge_agent.outbox.tombstones import Loss, as_tombstone

WIDTHS_S = (600, 3600)


@dataclass(slots=True)
class Bucket:
    """The readings of one gauge in one stretch of time."""

    key: tuple[int, int]
    rows: list[Row] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


@dataclass(slots=True)
class Thinning:
    """What becomes of one page of rows."""

    removed: list[Row]
    means: list[Reading]
    """Their `seq` is that of the first reading; the outbox gives them new ones."""
    loss: Loss
    after_seq: int
    """The next page begins behind this `seq`."""


def plan_thinning(page: Sequence[Row], *, width_s: int, is_full_page: bool) -> Thinning:
    """Return what becomes of `page`, rows of class 1 in order of `seq`.

    Args:
        page: not empty.
        width_s: of the buckets, seconds.
        is_full_page: more rows follow; a page that holds nothing but unfinished buckets is then thinned as it is.
    """
    closed, unfinished = _buckets(page, width_s)
    worth = [bucket for bucket in closed if len(bucket.rows) > 1]
    if is_full_page and not worth:
        worth, unfinished = [bucket for bucket in (*closed, *unfinished) if len(bucket.rows) > 1], []
    removed = [row for bucket in worth for row in bucket.rows]
    loss = Loss()
    for row in removed:
        loss.add(row)
    removed += _melted(page, loss)
    after_seq = min((bucket.rows[0].seq - 1 for bucket in unfinished), default=page[-1].seq)
    means = [mean_reading(bucket.readings, width_s=width_s) for bucket in worth]
    return Thinning(removed=removed, means=means, loss=loss, after_seq=after_seq)


def _buckets(page: Iterable[Row], width_s: int) -> tuple[list[Bucket], list[Bucket]]:
    """Return the buckets that a later one of the same gauge has closed, and those still open."""
    closed: list[Bucket] = []
    latest: dict[str, Bucket] = {}
    for row, reading in _finer_readings(page, width_s):
        key = (reading.boot, reading.up_ms // (1000 * width_s))
        bucket = latest.get(reading.source)
        if bucket is None or bucket.key != key:
            if bucket is not None:
                closed.append(bucket)
            bucket = latest[reading.source] = Bucket(key)
        bucket.rows.append(row)
        bucket.readings.append(reading)
    return closed, list(latest.values())


def _finer_readings(page: Iterable[Row], width_s: int) -> Iterator[tuple[Row, Reading]]:
    for row in page:
        try:
            record = decode_record(row.body)
        except MessageError:
            continue
        if isinstance(record, Reading) and record.interval_s < width_s:
            yield row, record


def _melted(page: Iterable[Row], loss: Loss) -> list[Row]:
    """Return the tombstones of the page, taken into `loss`, if that makes fewer of them."""
    tombstones = [(row, tombstone) for row in page if (tombstone := as_tombstone(row)) is not None]
    together = Loss()
    together.ranges.update(loss.ranges)
    for row, tombstone in tombstones:
        together.add(row, tombstone)
    if together.tombstones_needed() >= len(tombstones) + loss.tombstones_needed():
        return []
    for row, tombstone in tombstones:
        loss.add(row, tombstone)
    return [row for row, _ in tombstones]


def mean_reading(readings: Sequence[Reading], *, width_s: int) -> Reading:
    """Return the one reading that stands for these, at the time of the first; they are of one gauge, in order.

    Only usable values make the mean. Where there are none the reading has no stage and the worst flag.
    """
    first = readings[0]
    usable = [(r.stage_cm, r) for r in readings if r.stage_cm is not None and is_usable(r.flag)]
    counted = [reading for _, reading in usable] or list(readings)
    flag = max(reading.flag for reading in counted)
    stands_for = sum(reading.mean_of for reading in counted)
    mean = replace(
        first,
        distance_mm=None,
        flag=flag,
        reason=next(reading.reason for reading in counted if reading.flag == flag),
        interval_s=float(width_s),
        interpolated=any(reading.interpolated for reading in counted),
        mean_of=stands_for,
        stage_cm=None,
        min_cm=None,
        max_cm=None,
    )
    if not usable:
        return mean
    total_cm = sum(stage_cm * reading.mean_of for stage_cm, reading in usable)
    return replace(
        mean,
        stage_cm=round(total_cm / stands_for, 2),
        min_cm=min(stage_cm if r.min_cm is None else r.min_cm for stage_cm, r in usable),
        max_cm=max(stage_cm if r.max_cm is None else r.max_cm for stage_cm, r in usable),
    )
