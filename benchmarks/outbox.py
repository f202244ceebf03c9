"""What an outbox costs: appends a second with one fsync each, an alert's latency, bytes of a row, memory.

The peer of the appends is the least that SQLite can do: the same body into one table, one commit a row, on the same
disk.
"""

import math
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import broker
from benchmarks.errors import ProductError
from benchmarks.figure import Figure, figure, p95, spread
from benchmarks.hub_home import ROOT
from contract.clock import ClockTrust, SystemClock
from contract.level.state import LevelState, Value
from contract.records import Level, Reading, RecordClass, encode_record
from edge_agent.health.stamp import Stamp, envelope
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader

APPENDS = 3_000
ALERTS = 400
ROWS = 35_000
"""What a box writes in three days."""

FILL_ROWS = 250
QUOTA_MB = 128.0
"""The gauge's half of the default quota."""

MB = 1_000_000


def figures(name: str, *, folder: Path, kind: broker.Kind) -> Iterator[Figure]:
    """Yield the figures, cheap ones first."""
    del kind
    plain = _plain_appends_per_s(folder / "plain.db")
    with _open(folder / "appends") as outbox:
        appends = _appends_per_s(outbox)
    yield figure(f"{name}-appends", appends, "1/s", ratio=appends / plain, detail={"plain": round(plain)})
    with _open(folder / "rows") as outbox:
        _fill(outbox, ROWS)
        alerts_ms = _alert_latencies_ms(outbox)
        bytes_used = outbox.used_share() * QUOTA_MB * (1 << 20)
        path = outbox.path
    yield figure(
        f"{name}-alert-p95",
        p95(alerts_ms),
        "ms",
        detail={**spread(alerts_ms), "rows": float(ROWS)},
    )
    yield figure(f"{name}-row", bytes_used / ROWS, "bytes", detail={"record": len(encode_record(_reading(1)))})
    yield figure(f"{name}-memory", _memory_of_a_process_with(path) / MB, "MB", detail={"rows": ROWS})


def _open(folder: Path) -> Outbox:
    return Outbox.open(
        folder / "outbox-gauge.db",
        clock=SystemClock(),
        node_id="n-7f3k2m9q",
        board="bench",
        limit_mb=QUOTA_MB,
        is_scaled=False,
    )


def _stamp() -> Stamp:
    clock = SystemClock()
    return Stamp(boot=1, up_ms=clock.up_ms(), at_ms=clock.now_ms(), clock=ClockTrust.NTP, err_ms=12)


def _reading(seq: int) -> Reading:
    return Reading(
        **envelope(_stamp(), seq=seq, record_class=RecordClass.READING, source="g1"),
        stage_cm=134.6,
        distance_mm=1654.0,
        flag=1,
        interval_s=60.0,
    )


def _level(seq: int) -> Level:
    minutes = tuple(Value(up_ms=1_000_000 + 60_000 * n, stage_cm=134.6) for n in range(15))
    return Level(
        **envelope(_stamp(), seq=seq, record_class=RecordClass.ALERT, source="g1"),
        severity=2,
        from_severity=1,
        since_ms=1_763_712_000_123,
        stage_cm=181.5,
        flag=1,
        rule="1",
        threshold_version=3,
        decision_id=f"n-7f3k2m9q/5e0c6f0a1b2c3d4e5f60718293a4b5c6/{seq}",
        state=LevelState(severity=2, window=minutes[:5], minutes=minutes),
        why="3 dari 5 bacaan di atas 170 cm",
    )


def _append(outbox: Outbox, record: Reading | Level, *, state: bytes) -> None:
    with outbox.transaction() as transaction:
        transaction.append(record)
        transaction.set_state("level/g1", state)


def _plain_appends_per_s(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE rows(seq, at_ms, body)"):
        connection.execute(statement).fetchall()
    started_s = time.perf_counter()
    for seq in range(APPENDS):
        connection.execute("INSERT INTO rows VALUES (?, ?, ?)", (seq, seq, encode_record(_reading(seq + 1))))
    seconds = time.perf_counter() - started_s
    connection.close()
    return APPENDS / seconds


def _appends_per_s(outbox: Outbox) -> float:
    state = b"x" * 800
    started_s = time.perf_counter()
    for _ in range(APPENDS):
        _append(outbox, _reading(outbox.next_seq), state=state)
    return APPENDS / (time.perf_counter() - started_s)


def _fill(outbox: Outbox, rows: int) -> None:
    for _ in range(math.ceil(rows / FILL_ROWS)):
        with outbox.transaction() as transaction:
            for _ in range(FILL_ROWS):
                transaction.append(_reading(transaction.next_seq))


def _alert_latencies_ms(outbox: Outbox) -> list[float]:
    found = []
    for _ in range(ALERTS):
        record = _level(outbox.next_seq)
        started_s = time.perf_counter()
        _append(outbox, record, state=b"x" * 800)
        found.append(1000 * (time.perf_counter() - started_s))
    return found


def _memory_of_a_process_with(path: Path) -> float:
    """Return the resident bytes of a process that has opened this outbox, written to it and read all of it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.outbox", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise ProductError(f"a process with an outbox ended with {done.returncode}: {done.stderr[-500:]}")
    return float(done.stdout)


def _say_memory(path: Path) -> None:
    with _open(path.parent) as outbox:
        reader = OutboxReader.open(path)
        after_seq = 0
        while rows := reader.rows(RecordClass.READING, after_seq=after_seq):
            after_seq = rows[-1].seq
        for _ in range(100):
            _append(outbox, _reading(outbox.next_seq), state=b"x")
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        print(pages * os.sysconf("SC_PAGESIZE"))


if __name__ == "__main__":
    _say_memory(Path(sys.argv[1]))
