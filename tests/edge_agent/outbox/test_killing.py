"""kill -9 at random points: what was reported as written is there, or named; no number is given twice."""

import random
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from contract.records import encode_record
from contract.seq_ranges import SeqRanges, ranges_of
from tests.support.clocks import FakeClock
from tests.support.outbox_records import named, open_outbox, waiting
from tests.support.processes import Child

ROOT = Path(__file__).parents[3]
CYCLES = 20
LONGEST_LIFE_S = 0.06


@dataclass(slots=True)
class Life:
    """What producers have said before they were killed."""

    spools: set[str] = field(default_factory=set)
    written: SeqRanges = field(default_factory=SeqRanges)
    acked: SeqRanges = field(default_factory=SeqRanges)

    def hear(self, output: str) -> None:
        """Take in what one of them has said."""
        for line in output.splitlines():
            who, *seqs = line.split()
            first, last = map(int, seqs or (0, 0))
            if who == "acked":
                self.acked.add(first, last)
            elif seqs:
                assert not any(seq in self.written for seq in range(first, last + 1)), f"{first} to {last} given twice"
                self.written.add(first, last)
                self.spools.add(who)

    def lost(self, held: Collection[int], tombstoned: Collection[int]) -> list[list[int]]:
        """Return what was reported as written and is neither there, nor named, nor the hub's."""
        seqs = (seq for first, last in self.written for seq in range(first, last + 1))
        return ranges_of(seq for seq in seqs if seq not in held and seq not in tombstoned and seq not in self.acked)


def cycles(home: Path, count: int, seed: int) -> Life:
    chance, life, bodies = random.Random(seed), Life(), dict[int, bytes]()
    for number in range(count):
        arguments = [sys.executable, "-m", "tests.support.outbox_child", "write", str(home)]
        with Child(arguments, log=home / f"life-{number}.log", cwd=ROOT) as producer:
            producer.wait_for_output("ready\n")
            Event().wait(chance.uniform(0, LONGEST_LIFE_S))
            producer.kill()
            life.hear(producer.output().removeprefix("ready\n"))
        with open_outbox(home, FakeClock()) as outbox:
            assert not outbox.was_reborn
            held = waiting(outbox)
            for seq, record in held.items():
                assert bodies.setdefault(seq, encode_record(record)) == encode_record(record)
            lost = life.lost(held, named(held))
            assert not lost, f"seed {seed}, cycle {number}: {lost}"
            assert max(held, default=0) < outbox.next_seq
    return life


def test_twenty_deaths_cost_nothing_that_was_reported(home: Path) -> None:
    life = cycles(home, CYCLES, seed=1)
    assert len(life.spools) == 1
    assert life.written.count() > CYCLES


@pytest.mark.nightly
def test_a_thousand_deaths_cost_nothing_that_was_reported(home: Path) -> None:
    life = cycles(home, 1_000, seed=2)
    assert len(life.spools) == 1
    assert life.written.count() > 1_000
