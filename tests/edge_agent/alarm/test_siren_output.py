"""What is told when the siren's output does not do what the programme says."""

from pathlib import Path

import pytest

from contract.messages import Command
from contract.records import CommandResult, Fault, Reading, Siren
from edge_agent.alarm.siren_output import NO_OUTPUT
from edge_agent.gauges.siren import SwitchedSiren
from tests.support.boxes import BoxBench, station
from tests.support.clocks import FakeClock

HIGH_CM = 230.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class BreakingOutput:
    """A siren's output that can break and be mended."""

    def __init__(self) -> None:
        self.is_broken = True
        self.is_stuck = False
        self.tries = 0
        self.is_on = False

    def on(self) -> None:
        """Switch on, if it obeys."""
        self.tries += 1
        if self.is_broken:
            raise OSError("the relay board is gone")
        self.is_on = True

    def off(self) -> None:
        """Switch off, if it obeys."""
        if self.is_stuck:
            raise OSError("the relay sticks")
        self.is_on = False

    def close(self) -> None:
        """Give nothing back: there is nothing."""


def bench_with_a_siren_under_test(home: Path, *, clock: FakeClock) -> tuple[BreakingOutput, BoxBench]:
    """Return a box that has just been told to sound its siren for 3 s, and the output, which obeys until now."""
    output = BreakingOutput()
    output.is_broken = False
    bench = BoxBench(home, clock=clock, desired=station(), siren=SwitchedSiren(output=output))
    command = Command(command_id="c-1", kind="siren_test", site="ambon", ttl_s=60, hub_ms=1, args={"seconds": 3})
    bench.desk.take_command(command, is_expired=False)
    return output, bench


def test_a_siren_that_does_not_sound_is_never_told_as_one_that_did_and_the_rest_goes_on(
    tmp_path: Path, clock: FakeClock
) -> None:
    output = BreakingOutput()
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=SwitchedSiren(output=output))
    bench.river.stage_cm = HIGH_CM
    bench.run(70)
    assert bench.told_of_siren() == [("siren", True), ("siren_failed", True), ("siren", False)]
    assert bench.records(Fault)[0].record_class == 0
    before, readings = output.tries, len(bench.records(Reading))
    bench.run(20)
    assert 18 <= output.tries - before <= 30, "tried again about once a second"
    assert len(bench.records(Reading)) > readings
    output.is_broken = False
    clock.advance(1.0)
    bench.desk.pass_time()  # told at once, and not with the next reading
    assert output.is_on
    assert bench.told_of_siren()[3:] == [("siren_failed", False), ("siren", True)]
    bench.close()


def test_a_siren_that_cannot_be_switched_off_is_a_fault_and_is_told_each_second_to_be_quiet(
    tmp_path: Path, clock: FakeClock
) -> None:
    output, bench = bench_with_a_siren_under_test(tmp_path, clock=clock)
    seen = []
    for is_stuck, real_s in ((True, 5.0), (False, 1.0)):
        output.is_stuck = is_stuck
        clock.advance(real_s)
        bench.desk.pass_time()
        seen.append((output.is_on, [told for told in bench.told_of_siren() if told[0] == "siren_failed"][-1]))
    assert seen == [(True, ("siren_failed", True)), (False, ("siren_failed", False))]
    bench.close()


def test_a_siren_that_sticks_when_its_sound_is_over_is_told_as_on_until_it_obeys(
    tmp_path: Path, clock: FakeClock
) -> None:
    output, bench = bench_with_a_siren_under_test(tmp_path, clock=clock)
    for is_stuck in (True, True, False):
        output.is_stuck = is_stuck
        clock.advance(5.0)
        bench.desk.pass_time()
    told = bench.told_of_siren()
    assert told[:4] == [("siren", True), ("siren", False), ("siren_failed", True), ("siren", True)]
    assert told[4:] == [("siren_failed", False), ("siren", False)]
    bench.close()


def test_a_siren_that_is_stuck_on_is_not_told_as_off(tmp_path: Path, clock: FakeClock) -> None:
    output = BreakingOutput()
    output.is_broken, output.is_stuck, output.is_on = False, True, True
    siren = SwitchedSiren(output=output)
    siren.silence()  # it could not be switched off before
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=siren)
    bench.river.stage_cm = HIGH_CM
    bench.run(70)
    assert output.is_on
    assert bench.told_of_siren() == [("siren_failed", True), ("siren", True)]
    bench.close()


def test_a_test_of_a_siren_that_sticks_is_answered_as_failed_and_not_told_as_off(
    tmp_path: Path, clock: FakeClock
) -> None:
    output = BreakingOutput()
    output.is_broken, output.is_stuck, output.is_on = False, True, True
    siren = SwitchedSiren(output=output)
    siren.silence()
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=siren)
    bench.desk.take_command(
        Command(command_id="c-1", kind="siren_test", site="ambon", ttl_s=60, hub_ms=1, args={"seconds": 3}),
        is_expired=False,
    )
    assert [answer.result for answer in bench.records(CommandResult)] == ["failed"]
    assert [record.on for record in bench.records(Siren)] == [True]
    output.is_stuck = False
    clock.advance(1.0)
    bench.desk.pass_time()
    assert [record.on for record in bench.records(Siren)] == [True, False]
    bench.close()


def test_a_test_of_a_broken_siren_is_answered_as_failed(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=SwitchedSiren(output=BreakingOutput()))
    for command_id in ("c-1", "c-2"):
        bench.desk.take_command(
            Command(command_id=command_id, kind="siren_test", site="ambon", ttl_s=60, hub_ms=1, args={"seconds": 3}),
            is_expired=False,
        )
        bench.run(5)
    assert [answer.result for answer in bench.records(CommandResult)] == ["failed", "failed"]
    assert [siren.on for siren in bench.records(Siren)] == [True, False] * 2
    bench.close()


def test_a_box_without_an_output_does_not_say_that_it_sounded(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), has_siren=False)
    bench.river.stage_cm = HIGH_CM
    bench.run(400)
    assert bench.told_of_siren()[:3] == [("siren", True), ("siren_failed", True), ("siren", False)]
    assert bench.records(Siren)[1].text == NO_OUTPUT
    assert [fault.active for fault in bench.records(Fault)] == [True]
    bench.close()
