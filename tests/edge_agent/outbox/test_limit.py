"""The quota changes under a producer that runs: on real files, up at once, down step by step and without a loss."""

import threading
from pathlib import Path

from contract.records import Reading
from edge_agent.outbox.file import PAGE_BYTES
from edge_agent.outbox.guest import guest
from edge_agent.outbox.room import Limits
from tests.support.clocks import FakeClock
from tests.support.outbox_records import append_each_minute, named, open_outbox, waiting

SMALLER = Limits.of(1)


def size_bytes(path: Path) -> int:
    return path.resolve().stat().st_size


def test_a_higher_limit_holds_at_once(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock, limit_mb=1) as outbox:
        append_each_minute(outbox, clock, 2_000)
        outbox.set_limit(4)
        assert outbox.limit_pages == Limits.of(4).pages
        append_each_minute(outbox, clock, 6_000)
        assert outbox.counts()[1] == 8_000
        assert size_bytes(outbox.path) > SMALLER.pages * PAGE_BYTES


def test_a_lower_limit_is_met_while_the_producer_writes_and_the_disk_has_its_space_back(
    home: Path, clock: FakeClock
) -> None:
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append_each_minute(outbox, clock, 9_000)
        spool_id, before = outbox.spool_id, size_bytes(outbox.path)
        outbox.set_limit(1)
        for _ in range(40):
            append_each_minute(outbox, clock, 10)
        assert before > 2 * SMALLER.pages * PAGE_BYTES
        assert size_bytes(outbox.path) <= SMALLER.pages * PAGE_BYTES
        assert outbox.limit_pages == SMALLER.pages
        assert outbox.spool_id == spool_id
        held = waiting(outbox)
        assert set(range(1, outbox.next_seq)) == set(held) | named(held)
        assert max(seq for seq, record in held.items() if isinstance(record, Reading)) == outbox.next_seq - 1


def test_a_lower_limit_holds_while_somebody_reads(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock, limit_mb=4) as outbox:
        append_each_minute(outbox, clock, 9_000)
        reads, done = threading.Event(), threading.Event()

        def read() -> None:
            with guest(outbox.path) as connection:
                connection.execute("SELECT count(*) FROM class1").fetchone()
                reads.set()
                done.wait(20)

        reader = threading.Thread(target=read)
        reader.start()
        assert reads.wait(20)
        outbox.set_limit(1)
        for _ in range(40):
            append_each_minute(outbox, clock, 10)
        done.set()
        reader.join(20)
        assert outbox.limit_pages == SMALLER.pages
        assert size_bytes(outbox.path) <= SMALLER.pages * PAGE_BYTES


def test_the_same_limit_again_changes_nothing(home: Path, clock: FakeClock) -> None:
    with open_outbox(home, clock, limit_mb=1) as outbox:
        real = outbox.path.resolve()
        outbox.set_limit(1)
        assert outbox.path.resolve() == real
