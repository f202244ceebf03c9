"""Builders for an outbox under test: records of each class, an outbox of small quota, what stands in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from contract.clock import ClockTrust
from contract.level.state import LevelState
from contract.records import AnyRecord, Fault, Health, Level, Reading, Sighting, Tombstone, decode_record
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from tests.support.clocks import FakeClock

NODE_ID = "n-7f3k2m9q"
SMALL_MB = 0.5

Build = Callable[[int, FakeClock], AnyRecord]


def envelope(seq: int, clock: FakeClock, record_class: int) -> dict[str, Any]:
    """Return the envelope of a record made now."""
    return {
        "seq": seq,
        "boot": 1,
        "up_ms": clock.up_ms(),
        "at_ms": clock.now_ms(),
        "clock": ClockTrust.NTP,
        "err_ms": 12,
        "record_class": record_class,
    }


def reading(seq: int, clock: FakeClock, **changes: Any) -> Reading:
    """Return a reading of gauge g1, one a minute."""
    fields = {"source": "g1", "stage_cm": 134.6, "distance_mm": 1654.0, "flag": 1, "interval_s": 60.0, **changes}
    return Reading(**{**envelope(seq, clock, 1), **fields})


def level(seq: int, clock: FakeClock, **changes: Any) -> Level:
    """Return a level record of class 0 in the rise `rise-1`."""
    fields = {
        "source": "g1",
        "severity": 2,
        "from_severity": 2,
        "since_ms": clock.now_ms(),
        "stage_cm": 181.5,
        "flag": 1,
        "rule": "1",
        "threshold_version": 3,
        "decision_id": "rise-1",
        "state": LevelState(severity=2, boot=1, up_ms=clock.up_ms(), seq=seq),
        "why": "3 dari 5 bacaan di atas 170 cm",
        **changes,
    }
    return Level(**{**envelope(seq, clock, 0), **fields})


def fault(seq: int, clock: FakeClock, **changes: Any) -> Fault:
    """Return a fault of class 0."""
    return Fault(**envelope(seq, clock, 0), **{"code": "sensor_silent", "active": True, "text": "uji", **changes})


def sighting(seq: int, clock: FakeClock, **changes: Any) -> Sighting:
    """Return a sighting, class 2."""
    fields = {"source": "c1", "zone": "tepi", "label": "orang", "count": 2, **changes}
    return Sighting(**{**envelope(seq, clock, 2), **fields})


def debug(seq: int, clock: FakeClock, **changes: Any) -> Health:
    """Return a record of class 3."""
    return Health(**envelope(seq, clock, 3), **{"counters": {"reads": seq, "retries": 0}, **changes})


OF_CLASS: dict[int, Build] = {0: level, 1: reading, 2: sighting, 3: debug}


def open_outbox(home: Path, clock: FakeClock, **changes: Any) -> Outbox:
    """Open the gauge's outbox under `home`, 0.5 MiB unless told otherwise."""
    arguments = {
        "clock": clock,
        "node_id": NODE_ID,
        "board": "board-1",
        "limit_mb": SMALL_MB,
        "is_scaled": False,
        "kernel_boot": "boot-a",
        **changes,
    }
    return Outbox.open(home / "outbox-gauge.db", **arguments)


def append(outbox: Outbox, clock: FakeClock, build: Build, count: int = 1, **changes: Any) -> list[int]:
    """Append records in one transaction; return their numbers."""
    seqs = []
    with outbox.transaction() as transaction:
        for _ in range(count):
            seqs.append(transaction.next_seq)
            transaction.append(build(transaction.next_seq, clock, **changes))
    return seqs


def append_each_minute(outbox: Outbox, clock: FakeClock, count: int, build: Build = reading, **changes: Any) -> None:
    """Append records a minute apart, 25 a transaction."""
    left = count
    while left > 0:
        with outbox.transaction() as transaction:
            for _ in range(min(25, left)):
                transaction.append(build(transaction.next_seq, clock, **changes))
                clock.advance(60)
        left -= 25


def settle_all(outbox: Outbox, marks: Marks) -> None:
    """Settle until nothing is left to settle."""
    while outbox.settle(marks):
        pass


def waiting(outbox: Outbox) -> dict[int, AnyRecord]:
    """Return every unacknowledged record by `seq`, as a reader sees it."""
    reader = OutboxReader.open(outbox.path)
    return {
        row.seq: decode_record(row.body)
        for record_class in range(4)
        for row in reader.rows(record_class, limit=1 << 30)
    }


def named(records: dict[int, AnyRecord]) -> set[int]:
    """Return every `seq` that a tombstone among these records stands for."""
    return {
        seq
        for record in records.values()
        if isinstance(record, Tombstone)
        for first, last in record.ranges
        for seq in range(first, last + 1)
    }
