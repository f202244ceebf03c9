"""A frozen process (SIGSTOP), also inside a transaction, costs no other process anything."""

import random
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from edge_agent.outbox import owner
from edge_agent.outbox.errors import FileAwayError
from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.reader import OutboxReader
from tests.support.clocks import FakeClock
from tests.support.outbox_child import SPOOL
from tests.support.outbox_records import append, level, open_outbox, reading, waiting
from tests.support.processes import Child, wait_until

ROOT = Path(__file__).parents[3]
FREEZES = 40
PROMPT_S = 3.0
"""Much more than any of these steps takes; a lock that is waited for takes for ever."""


def child(action: str, home: Path) -> Child:
    arguments = [sys.executable, "-m", "tests.support.outbox_child", action, str(home)]
    return Child(arguments, log=home / f"{action}.log", cwd=ROOT)


class Watch:
    """The longest time that one step took."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    def __enter__(self) -> None:
        self._begin_s = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.longest_s = max(self.longest_s, time.perf_counter() - self._begin_s)


def test_a_reader_frozen_inside_a_read_holds_up_no_record_and_the_log_stays_bounded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "WAL_BOUND_BYTES", 5 << 20)
    clock, watch = FakeClock(), Watch()
    with open_outbox(home, clock, limit_mb=8) as outbox, child("hold_read", home) as frozen:
        append(outbox, clock, reading, 10)
        spool_id, first_real = outbox.spool_id, outbox.path.resolve()
        frozen.wait_for_output("inside ")
        frozen.stop()
        largest_bytes = 0
        for turn in range(1_500):
            with watch, outbox.transaction() as transaction:
                transaction.append(reading(transaction.next_seq, clock))
                transaction.set_state("level/g1", str(turn).encode() * 150)
            largest_bytes = max(largest_bytes, *(log.stat().st_size for log in home.glob("*-wal")))
            # At each turn: every step above the bound takes longer, and all of them would take many minutes.
            assert largest_bytes < 6 << 20
        assert watch.longest_s < PROMPT_S
        assert outbox.path.resolve() != first_real  # moved to a fresh file, with everything
        assert outbox.spool_id == spool_id
        assert set(waiting(outbox)) == set(range(1, 1_511))
        assert len(list(home.glob("outbox-gauge.????????.db"))) == 1

        frozen.resume()
        (home / "go-on").touch()
        output = frozen.wait_for_output("again ")
        assert output.split()[1::2] == ["10", "10", "1510"]
        append(outbox, clock, level)
        assert len(waiting(outbox)) == 1_511


def test_a_reader_frozen_anywhere_holds_up_no_record(home: Path) -> None:
    clock, watch, chance = FakeClock(), Watch(), random.Random(7)
    with open_outbox(home, clock, limit_mb=8) as outbox:
        append(outbox, clock, reading, 500)
        with child("read", home) as frozen:
            frozen.wait_for_output("ready")
            for _ in range(FREEZES):
                frozen.stop()
                for _ in range(chance.randint(1, 100)):
                    with watch:
                        append(outbox, clock, reading)
                frozen.resume()
        assert watch.longest_s < PROMPT_S


def test_a_producer_frozen_inside_a_transaction_is_still_read(home: Path) -> None:
    watch = Watch()
    with child("hold_write", home) as frozen:
        frozen.wait_for_output("inside")
        frozen.stop()
        reader = OutboxReader.open(home / "outbox-gauge.db")
        with watch:
            assert [row.seq for row in reader.rows(1)] == [1, 2, 3]
            assert reader.marks() == (1, 4)
        assert watch.longest_s < PROMPT_S
    with open_outbox(home, FakeClock()) as outbox:  # killed there: what was not committed is not there
        assert append(outbox, FakeClock(), reading) == [4]


def test_a_producer_frozen_where_no_read_can_begin_is_passed_over_and_read_once_it_is_gone(home: Path) -> None:
    reader, watch = OutboxReader.open(home / "outbox-gauge.db"), Watch()
    with child("hold_read_marks", home) as frozen:
        frozen.wait_for_output("inside")
        frozen.stop()
        for _ in range(3):
            with watch, pytest.raises(FileAwayError, match="stands still"):
                reader.rows(1)
        assert watch.longest_s < PROMPT_S

    def rows_are_back() -> bool:
        with suppress(FileAwayError):
            return len(reader.rows(1)) == 3
        return False

    wait_until(rows_are_back, what="the rows of the producer that is gone", deadline_s=20)


def test_a_producer_frozen_anywhere_is_read_or_passed_over_at_once(home: Path) -> None:
    reader, watch, chance, found = OutboxReader.open(home / "outbox-gauge.db"), Watch(), random.Random(8), 0
    with child("write", home) as frozen:
        frozen.wait_for_output(" 1 1\n")
        for _ in range(FREEZES):
            frozen.stop()
            with watch, suppress(FileAwayError):
                rows = reader.rows(1, limit=chance.randint(1, 300))
                assert [row.seq for row in rows] == sorted(row.seq for row in rows)
                found += 1
            written = frozen.log.stat().st_size
            frozen.resume()
            # Each freeze at another moment: on a busy machine it would not have moved, and stand on one lock 30 times.
            wait_until(lambda: frozen.log.stat().st_size > written, what="more records")  # noqa: B023 - in this turn
    assert watch.longest_s < PROMPT_S
    assert found > FREEZES // 2


def test_an_uplink_frozen_inside_a_write_leaves_the_inbox_readable(home: Path) -> None:
    with child("hold_inbox", home) as frozen:
        frozen.wait_for_output("inside")
        frozen.stop()
        with (watch := Watch()):
            marks = InboxReader.open(home / "inbox.db").marks(SPOOL)
        assert marks is not None
        assert marks.high == 7
        assert watch.longest_s < PROMPT_S


def test_an_uplink_frozen_anywhere_keeps_no_producer_waiting(home: Path) -> None:
    reader, watch = InboxReader.open(home / "inbox.db"), Watch()
    with child("write_inbox", home) as frozen:
        frozen.wait_for_output("ready")
        wait_until(lambda: reader.marks(SPOOL), what="the first marks")
        for _ in range(FREEZES):
            frozen.stop()
            with watch:
                reader.look(SPOOL)
            frozen.resume()
    assert watch.longest_s < PROMPT_S
