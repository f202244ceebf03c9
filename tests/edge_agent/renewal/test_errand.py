"""The errand: when the hub is asked, and that a child which hangs holds nobody up."""

import random
from pathlib import Path

import pytest

from edge_agent.renewal.errand import DAILY_S, FIRST_WITHIN_S, MOST_S, TROUBLED_S, Errand
from tests.support.clocks import FakeClock
from tests.support.processes import wait_until


class Asking:
    """An errand whose child writes a line each time."""

    def __init__(self, folder: Path, *, then: str = "true") -> None:
        self.log, self.clock = folder / "log", FakeClock()
        command = ["/bin/sh", "-c", f"echo asked >> {self.log}; {then}"]
        self.errand = Errand(command=command, clock=self.clock, rng=random.Random(1))

    @property
    def times(self) -> int:
        return self.log.read_text().count("asked") if self.log.exists() else 0

    def next_after_s(self, *, is_connected: bool = True) -> float:
        """Let time pass until one more was asked; return how much."""
        before, begun_ms = self.times, self.clock.real_ms()
        while self.errand._child is None:
            self.errand.look(is_connected=is_connected)
            if self.errand._child is None:
                self.clock.advance(10)
        waited_s = (self.clock.real_ms() - begun_ms) / 1000
        child = self.errand._child
        wait_until(lambda: child.poll() is not None, what="the child")
        self.errand.look(is_connected=is_connected)
        assert self.times == before + 1
        return waited_s


def test_the_hub_is_asked_soon_after_the_start_and_then_once_a_day(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    assert FIRST_WITHIN_S[0] <= asking.next_after_s() <= FIRST_WITHIN_S[1] + 10
    for _ in range(2):
        assert DAILY_S[0] <= asking.next_after_s() <= DAILY_S[1] + 10


def test_an_errand_that_failed_is_repeated_within_the_hour(tmp_path: Path) -> None:
    asking = Asking(tmp_path, then="exit 1")
    asking.next_after_s()
    assert TROUBLED_S[0] <= asking.next_after_s() <= TROUBLED_S[1] + 10


def test_a_box_that_the_broker_does_not_take_asks_within_the_hour(tmp_path: Path) -> None:
    asking = Asking(tmp_path)
    asking.next_after_s()
    assert asking.next_after_s(is_connected=False) <= TROUBLED_S[1] + 10


def test_a_child_that_hangs_is_ended_and_asked_again_later(tmp_path: Path) -> None:
    asking = Asking(tmp_path, then="exec sleep 100")
    while asking.errand._child is None:
        asking.clock.advance(10)
        asking.errand.look(is_connected=True)
    child = asking.errand._child
    asking.clock.advance(MOST_S - 1)
    asking.errand.look(is_connected=True)
    assert child.poll() is None
    asking.clock.advance(2)
    asking.errand.look(is_connected=True)
    assert child.poll() is not None
    assert asking.errand._child is None


def test_the_end_of_the_uplink_ends_the_child(tmp_path: Path) -> None:
    asking = Asking(tmp_path, then="exec sleep 100")
    while asking.errand._child is None:
        asking.clock.advance(10)
        asking.errand.look(is_connected=True)
    child = asking.errand._child
    asking.errand.close()
    assert child.poll() is not None


def test_a_program_that_is_not_there_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    errand = Errand(command=[str(tmp_path / "none")], clock=clock, rng=random.Random(1))
    clock.advance(FIRST_WITHIN_S[1])
    errand.look(is_connected=True)
    assert "asking for the next certificate" in caplog.text
