"""`mosquitto_sub | sqlite3`: what a person builds from Debian's tools in one line, as information beside the hub.

One INSERT a message, WAL with synchronous FULL; sqlite3 takes the batch apart by its own JSON functions. It checks
nothing, answers nothing, and the broker's copy is gone before the row is on disk.
"""

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks import broker
from benchmarks.errors import ProductError
from benchmarks.figure import Figure, figure
from benchmarks.fleet import Fleet
from benchmarks.simulated_box import Box
from contract import topics
from tests.support.processes import wait_until

DEADLINE_S = 60.0
_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE records(topic TEXT, spool TEXT, seq INTEGER, body TEXT, UNIQUE(topic, spool, seq));
"""
_INSERT = (
    "INSERT INTO records SELECT '%t', json_extract('%p', '$.spool'), json_extract(value, '$.seq'), value "
    "FROM json_each('%p', '$.records') WHERE true ON CONFLICT DO NOTHING;"
)


def measure(
    name: str, *, folder: Path, kind: broker.Kind, boxes: list[Box], records: int, peer_records_per_s: float
) -> Figure:
    """Return the pipeline's records a second until the last row is visible; the ratio is its share of the hub's."""
    folder.mkdir(parents=True)
    database = folder / "pipeline.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(_SCHEMA)
    with (
        broker.running_broker(kind, folder=folder / "broker") as running,
        _pipeline(running.port, database),
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader,
    ):
        fleet = Fleet(boxes, port=running.port, settled_by="broker")
        try:
            fleet.connect()
            _wait_until_it_hears(running.port, reader)
            started_s = time.monotonic()
            fleet.run(deadline_s=DEADLINE_S)
            wait_until(
                lambda: _rows(reader) > records,
                what="the last row of the pipeline",
                deadline_s=DEADLINE_S,
                poll_s=0.002,
            )
            seconds = time.monotonic() - started_s
        finally:
            fleet.close()
    rate = records / seconds
    return figure(
        name, rate, "records/s", ratio=rate / peer_records_per_s,
        detail={"broker": kind, "records": records, "ratio_to": "the hub of this run"},
    )  # fmt: skip


@contextmanager
def _pipeline(port: int, database: Path) -> Iterator[None]:
    """Run both tools, joined by a pipe, for the length of a `with` block."""
    listener = subprocess.Popen(
        [broker.program("mosquitto_sub"), "-p", str(port), "-q", "1", "-t", topics.up_all("records"), "-F", _INSERT],
        stdout=subprocess.PIPE,
    )
    writer = subprocess.Popen([broker.program("sqlite3"), database], stdin=listener.stdout)
    try:
        yield
    finally:
        for process in (listener, writer):
            process.kill()
            process.wait(timeout=10.0)
        if listener.stdout is not None:
            listener.stdout.close()


def _wait_until_it_hears(port: int, reader: sqlite3.Connection) -> None:
    """Offer one probe record again and again until its row shows that the pipeline listens."""
    probe = [
        broker.program("mosquitto_pub"), "-p", str(port), "-q", "1", "-t", topics.up("n-probe", "records"),
        "-m", '{"spool":"probe","records":[{"seq":1}]}',
    ]  # fmt: skip

    def is_heard() -> bool:
        if subprocess.run(probe, timeout=10, check=False).returncode != 0:
            raise ProductError("mosquitto_pub could not publish. Try: look at the log of the broker")
        return _rows(reader) == 1

    wait_until(is_heard, what="mosquitto_sub to listen", poll_s=0.05)


def _rows(reader: sqlite3.Connection) -> int:
    """Return how many rows there are; the probe is one of them."""
    found: int = reader.execute("SELECT coalesce(max(rowid), 0) FROM records").fetchone()[0]
    return found
