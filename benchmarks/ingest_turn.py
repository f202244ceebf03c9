"""One turn of one ingest: fresh broker, empty database, a fleet that sends prepared batches, and what it all cost."""

import sqlite3
import ssl
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import broker
from benchmarks.errors import ProductError
from benchmarks.fleet import Fleet
from benchmarks.readings import batches
from benchmarks.simulated_box import Box
from contract.clock import SystemClock
from contract.flow import BATCHES_IN_FLIGHT
from tests.support.processes import Child

DEADLINE_S = 60.0
DATABASE = "hub.db"
"""Where every contestant keeps its records, in the folder of its turn, in a table `records`."""

Start = Callable[[Path, int], AbstractContextManager[Child]]
"""Starts a contestant in a folder, against the broker on a port."""

OpenBroker = Callable[[Path], AbstractContextManager[broker.Broker]]
"""Runs a broker in a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn came to; CPU in microseconds a record, by process."""

    records_per_s: float
    cpu_us: float
    broker_cpu_us: float
    load_cpu_us: float


def take_turn(
    start: Start,
    *,
    folder: Path,
    kind: broker.Kind,
    boxes: list[Box],
    finish: Callable[[], None] = lambda: None,
    opened: OpenBroker | None = None,
) -> Turn:
    """Start broker and contestant, send everything that `boxes` hold, and say what it cost.

    Args:
        start: of the contestant.
        folder: of this turn; made. The contestant's database stands in it under `DATABASE`.
        kind: of the broker.
        boxes: with their batches.
        finish: waits for what the contestant still does after its last ack; the clock runs on.
        opened: opens another broker than that kind's plain one.
    """
    open_broker = opened or (lambda place: broker.running_broker(kind, folder=place))
    with open_broker(folder / "broker") as running, start(folder, running.port) as child:
        fleet = Fleet(boxes, port=running.port)
        try:
            fleet.connect()
            cpu_s, broker_cpu_s, started_s = broker.cpu_s(child), broker.cpu_s(running.child), time.monotonic()
            run = fleet.run(deadline_s=DEADLINE_S)
            finish()
            seconds = time.monotonic() - started_s
            used_s, broker_used_s = broker.cpu_s(child) - cpu_s, broker.cpu_s(running.child) - broker_cpu_s
        finally:
            fleet.close()
    verify_stored(folder / DATABASE, run.records)
    return Turn(
        records_per_s=run.records / seconds,
        cpu_us=1e6 * used_s / run.records,
        broker_cpu_us=1e6 * broker_used_s / run.records,
        load_cpu_us=1e6 * run.cpu_s / run.records,
    )


def prepared_boxes(
    count: int,
    *,
    per_box: int,
    batch_records: int,
    context_of: Callable[[str], ssl.SSLContext | None] = lambda _: None,
) -> list[Box]:
    """Return boxes with their batches already made: the clock of the load has not started yet.

    Args:
        count: of boxes.
        per_box: records of each.
        batch_records: records a batch.
        context_of: TLS of a box by its name; None: it speaks plainly.
    """
    ends_at_ms = SystemClock().now_ms()
    names = [node_id(number) for number in range(count)]
    boxes = [Box(name, context=context_of(name)) for name in names]
    for number, box in enumerate(boxes):
        made = batches(
            node_id=box.node_id,
            spool_id=box.spool_id,
            count=per_box,
            batch_records=batch_records,
            ends_at_ms=ends_at_ms,
            window=BATCHES_IN_FLIGHT,
            phase=37 * number,
        )
        box.batches = iter(list(made))
    return boxes


def node_id(number: int) -> str:
    """Return the name of the simulated box with this number."""
    return f"n-bench{number:04}"


def verify_stored(database: Path, count: int) -> None:
    """Return if the database holds `count` records; called when the clock has stopped.

    Raises:
        ProductError: it holds another number, so something was acknowledged that is not there.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM records").fetchone()
    if stored != count:
        raise ProductError(f"{database.name}: {count} records were acknowledged, {stored} are stored")


def median(turns: list[Turn]) -> Turn:
    """Return the median of each figure."""
    return Turn(
        records_per_s=statistics.median(turn.records_per_s for turn in turns),
        cpu_us=statistics.median(turn.cpu_us for turn in turns),
        broker_cpu_us=statistics.median(turn.broker_cpu_us for turn in turns),
        load_cpu_us=statistics.median(turn.load_cpu_us for turn in turns),
    )
