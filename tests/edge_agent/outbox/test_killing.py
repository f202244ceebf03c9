"""kill -9 at random points: what was reported as written is there, or named; no number is given twice."""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from contract.records import encode_record
from contract.seq_ranges import SeqRanges, ranges_of
from edge_agent.outbox.reader import OutboxReader
from tests.support.clocks import FakeClock
from tests.support.outbox_records import named, open_outbox, waiting
from tests.support.processes import Child

ROOT = Path(__file__).parents[3]
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- thousands of commits: no slow disk under them where it can be helped
CYCLES = 20
LONGEST_LIFE_S = 0.12


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def live_and_be_killed(home: Path, number: int, chance: random.Random) -> tuple[str, SeqRanges]:
    """Let a producer write for a random time, kill it, and return its spool and the numbers that it reported."""
    arguments = [sys.executable, "-m", "tests.support.outbox_child", "write", home]
    with Child(arguments, log=home / f"life-{number}.log", cwd=ROOT) as producer:
        producer.wait_for_output("ready\n")
        Event().wait(chance.uniform(0, LONGEST_LIFE_S))
        producer.kill()
        lines = [line.split() for line in producer.output().splitlines() if line != "ready"]
    reported = SeqRanges((int(first), int(last)) for _, first, last in lines)
    return (lines[0][0] if lines else "", reported)


def cycles(home: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)
    reported, bodies, spools = SeqRanges(), dict[int, bytes](), set[str]()
    for number in range(count):
        spool, seqs = live_and_be_killed(home, number, chance)
        assert not any(seq in reported for first, last in seqs for seq in range(first, last + 1)), "given twice"
        reported.update(seqs)
        spools |= {spool} - {""}
        with open_outbox(home, FakeClock()) as outbox:
            assert not outbox.was_reborn
            held = waiting(outbox)
            for seq, record in held.items():
                assert bodies.setdefault(seq, encode_record(record)) == encode_record(record)
            acked = acknowledged(outbox.path)
            missing = (
                [
                    seq
                    for first, last in reported
                    for seq in range(first, last + 1)
                    if seq not in held and seq not in acked and seq not in named(held)
                ]
                if number % 5 == 4
                else []
            )
            assert not missing, f"seed {seed}, cycle {number}: reported and gone: {ranges_of(missing)}"
            assert max(held, default=0) < outbox.next_seq
    assert len(spools) == 1
    assert reported.count() > count


def acknowledged(path: Path) -> set[int]:
    """Return what lies acknowledged in the file: the hub's by now."""
    with OutboxReader.open(path)._read() as (connection, _):
        return {
            seq
            for n in range(4)
            for (seq,) in connection.execute(f"SELECT seq FROM class{n} WHERE acked_ms IS NOT NULL")  # noqa: S608
        }


def test_twenty_deaths_cost_nothing_that_was_reported(home: Path) -> None:
    cycles(home, CYCLES, seed=1)


@pytest.mark.nightly
def test_a_thousand_deaths_cost_nothing_that_was_reported(home: Path) -> None:
    cycles(home, 1_000, seed=2)
