"""One transaction per event, and what happens when the outbox does not take it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gpiozero
import gpiozero.pins.mock
import msgspec
import pytest

from contract.desired import Applied
from contract.records import Fault, Level, Reading, Siren
from edge_agent.alarm.desired import applied_of
from edge_agent.alarm.judgement import Look
from edge_agent.gauges.siren import SirenPattern, SwitchedSiren
from edge_agent.outbox.errors import OutboxFullError, SpoolRebornError
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from tests.support.boxes import SPAN, BoxBench, FakeSiren, burst_at, document, station
from tests.support.clocks import FakeClock
from tests.support.processes import wait_until

HIGH_CM = 230.0


class FullOutbox(Outbox):
    """An outbox on a disk that takes nothing while the test says so."""

    is_full = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        if self.is_full:
            raise OutboxFullError("no space left")
        with super().transaction() as transaction:
            yield transaction


class DamagedOutbox(Outbox):
    """An outbox whose file turns out to be damaged at the next commit, once."""

    breaks_at_commit = False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with super().transaction() as transaction:
            yield transaction
            if self.breaks_at_commit:
                self.breaks_at_commit = False
                raise SpoolRebornError("damaged; a new spool stands ready")


class CountingOutbox(Outbox):
    """An outbox that counts its transactions."""

    transactions = 0

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self.transactions += 1
        with super().transaction() as transaction:
            yield transaction


def destroy(outbox: Outbox) -> None:
    """Overwrite the outbox's file and log, so that nothing in it can be read any more."""
    real = outbox.path.resolve()
    for path in (real, real.with_name(f"{real.name}-wal")):
        path.write_bytes(b"\xa5" * path.stat().st_size)
    outbox._spool.unfit = "a page does not make sense"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_full_disk_stops_neither_the_level_nor_the_siren(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), outbox_class=FullOutbox)
    bench.run(1)
    assert isinstance(bench.outbox, FullOutbox)
    bench.outbox.is_full = True
    bench.river.stage_cm = HIGH_CM
    bench.run(180)
    assert bench.desk.memory.gauges["g1"].level.severity == 3
    assert bench.is_heard()
    bench.close()


def test_when_the_disk_takes_writes_again_the_loss_and_the_level_of_now_are_told(
    tmp_path: Path, clock: FakeClock
) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), outbox_class=FullOutbox)
    bench.run(1)
    assert isinstance(bench.outbox, FullOutbox)
    bench.outbox.is_full = True
    bench.river.stage_cm = HIGH_CM
    bench.run(180)
    bench.outbox.is_full = False
    bench.run(5)
    begun, ended = [fault for fault in bench.records(Fault) if fault.code == "storage_failed"]
    level = bench.records(Level)[-1]
    assert (begun.active, ended.active) == (True, False)  # else nothing would ever be raised at the hub
    assert begun.seq < ended.seq < level.seq
    lost = bench.desk.memory.lost
    assert lost > 0
    assert f"{lost} catatan tidak tersimpan" in begun.text
    assert bench.outbox.state("lost") == str(lost).encode()
    assert (level.severity, level.from_severity) == (3, 3)
    assert [siren.on for siren in bench.records(Siren)] in ([], [True])
    bench.close()


def test_a_level_reached_on_a_full_disk_is_remembered_once_it_can_be(tmp_path: Path, clock: FakeClock) -> None:
    first = BoxBench(tmp_path, clock=clock, desired=station(), outbox_class=FullOutbox)
    first.run(1)
    assert isinstance(first.outbox, FullOutbox)
    first.outbox.is_full = True
    first.river.stage_cm = HIGH_CM
    first.run(180)
    first.outbox.is_full = False
    first.run(5)
    first.close()
    second = BoxBench(tmp_path, clock=clock, desired=station())
    assert second.desk.memory.gauges["g1"].level.severity == 3
    assert second.desk.memory.siren.run is not None
    second.close()


def test_a_spool_that_is_born_again_costs_no_reading_and_doubles_none(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), outbox_class=DamagedOutbox)
    bench.run(1)
    assert isinstance(bench.outbox, DamagedOutbox)
    bench.outbox.breaks_at_commit = True
    bench.run(60)
    assert len(bench.records(Reading)) == 2
    assert len(bench.desk.memory.gauges["g1"].level.window) == 2
    bench.close()


def test_a_spool_that_is_born_again_takes_the_whole_memory_along(tmp_path: Path, clock: FakeClock) -> None:
    first = BoxBench(tmp_path, clock=clock)
    offered = document(8, g1=station())
    first.desk.take_desired(applied_of(offered), msgspec.json.encode(offered))
    first.river.stage_cm = HIGH_CM
    first.run(61)
    spool_id = first.outbox.spool_id
    destroy(first.outbox)
    first.desk.take_reading("g1", Look(burst=burst_at(HIGH_CM), span=SPAN, interval_s=5.0))
    assert first.outbox.spool_id != spool_id
    level = first.desk.memory.gauges["g1"].level
    first.close()
    second = BoxBench(tmp_path, clock=clock)
    assert second.desk.memory.gauges["g1"].level == level
    assert second.desk.memory.siren.begun == first.desk.memory.siren.begun
    assert second.desk.memory.document == offered
    second.close()


def test_a_spool_found_damaged_while_settling_takes_the_whole_memory_along(tmp_path: Path, clock: FakeClock) -> None:
    first = BoxBench(tmp_path, clock=clock, desired=station())
    first.river.stage_cm = HIGH_CM
    first.run(61)
    destroy(first.outbox)
    assert not first.desk.settle(None)
    level = first.desk.memory.gauges["g1"].level
    first.close()
    second = BoxBench(tmp_path, clock=clock)
    assert second.desk.memory.gauges["g1"].level == level
    second.close()


def test_what_the_hub_says_again_and_again_costs_no_write(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, outbox_class=CountingOutbox)
    assert isinstance(bench.outbox, CountingOutbox)
    said = [
        (Applied(db_epoch="d1a0", version=8), msgspec.json.encode(document(8, g1=station()))),
        (Applied(db_epoch="d1a0", version=7), msgspec.json.encode(document(7, g1=station()))),
        (Applied(db_epoch="d1a0", version=9), b"{}"),
    ]
    bench.desk.pass_time()
    for offered, body in said:
        bench.desk.take_desired(offered, body)
    before = bench.outbox.transactions
    for offered, body in said * 3:
        bench.desk.take_desired(offered, body)
        bench.desk.take_answered_hello(0)
        bench.desk.pass_time()
        clock.advance(1.0)
    assert bench.outbox.transactions == before
    bench.close()


def test_a_siren_that_sounds_costs_no_write_a_second(tmp_path: Path, clock: FakeClock) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), outbox_class=CountingOutbox)
    assert isinstance(bench.outbox, CountingOutbox)
    bench.river.stage_cm = HIGH_CM
    bench.run(61)
    assert bench.is_heard()
    before = bench.outbox.transactions
    bench.run(20)
    assert bench.outbox.transactions - before == 4
    bench.close()


def test_the_pin_goes_high_at_awas_and_low_when_the_process_ends(tmp_path: Path, clock: FakeClock) -> None:
    factory = gpiozero.pins.mock.MockFactory()
    pin = factory.pin(17)
    output = gpiozero.OutputDevice(17, initial_value=False, pin_factory=factory)
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=SwitchedSiren(output=output))
    bench.run(1)
    assert pin.state == 0
    bench.river.stage_cm = HIGH_CM
    bench.run(70)
    wait_until(lambda: pin.state == 1, what="the siren's pin to go high")
    bench.close()
    assert pin.state == 0


def test_records_held_in_memory_only_are_a_fault_until_a_start_on_the_disk(tmp_path: Path, clock: FakeClock) -> None:
    told = []
    for storage_fault in ("Kartu tidak dapat ditulis", "Kartu tidak dapat ditulis", ""):
        bench = BoxBench(tmp_path, clock=clock, desired=station(), storage_fault=storage_fault)
        bench.run(5)
        told = [(fault.code, fault.active, fault.record_class) for fault in bench.records(Fault)]
        bench.close()
    assert told == [("storage_failed", True, 0), ("storage_failed", False, 0)]


def test_records_that_were_held_in_memory_only_are_counted_as_lost_at_the_next_start(
    tmp_path: Path, clock: FakeClock
) -> None:
    bench = BoxBench(tmp_path, clock=clock, desired=station(), lost_records=7)
    bench.run(5)
    assert bench.told_of_siren() == [("storage_failed", True), ("storage_failed", False)]
    assert "7 catatan tidak tersimpan" in bench.records(Fault)[0].text
    assert bench.desk.memory.lost == 7
    bench.close()


def test_the_dead_mans_switch_is_told_how_long_the_sound_still_goes_on(tmp_path: Path, clock: FakeClock) -> None:
    siren = FakeSiren()
    bench = BoxBench(tmp_path, clock=clock, desired=station(), siren=siren)
    bench.river.stage_cm = HIGH_CM
    bench.run(61)
    told_s = siren.for_s
    bench.run(10)
    assert siren.pattern is SirenPattern.AWAS
    assert siren.for_s == told_s - 10
    bench.close()


def test_records_lost_are_counted_on_over_restarts(tmp_path: Path, clock: FakeClock) -> None:
    counted = []
    for _ in range(2):
        bench = BoxBench(tmp_path, clock=clock, desired=station(), outbox_class=FullOutbox)
        assert isinstance(bench.outbox, FullOutbox)
        bench.outbox.is_full = True
        bench.run(120)
        bench.outbox.is_full = False
        bench.run(60)
        counted.append(bench.desk.memory.lost)
        bench.close()
    assert 0 < counted[0] < counted[1]
