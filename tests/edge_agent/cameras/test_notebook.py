"""What the camera process writes and remembers. A real outbox."""

from collections.abc import Iterator
from contextlib import _GeneratorContextManager, contextmanager
from pathlib import Path

import pytest

from contract.records import AnyRecord, ClockAnchor, Fault, RecordClass, Sighting, decode_record
from edge_agent.cameras.notebook import Notebook
from edge_agent.health.box_clock import BoxClock
from edge_agent.outbox.errors import SpoolRebornError
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.transaction import Transaction
from edge_agent.quota import Quota
from edge_agent.sightings.window import PlaceSighting
from tests.support.boxes import NODE_ID, FakeKernel
from tests.support.clocks import FakeClock

ROAD = PlaceSighting(
    zone="jalan",
    count=7,
    window_s=60.0,
    frames=120,
    by_label={"car": 3, "motorcycle": 4},
    occupied=0.31,
    stopped=2,
    longest_stop_s=12.5,
    state="padat",
    since_ms=1_750_000_000_000,
    doubts=("too_slow",),
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@contextmanager
def notebook(home: Path, clock: FakeClock, *, outbox_class: type[Outbox] = Outbox) -> Iterator[Notebook]:
    with outbox_class.open(
        home / "outbox-camera.db",
        clock=clock,
        node_id=NODE_ID,
        board="test",
        limit_mb=8,
        is_scaled=False,
        kernel_boot="boot-1",
    ) as outbox:
        box_clock = BoxClock(clock=clock, source=FakeKernel(), boot=1, remembered=outbox.state("clock"))
        yield Notebook(outbox=outbox, box_clock=box_clock, quota=Quota(most_mb=40, share=0.2))


def told(home: Path) -> list[AnyRecord]:
    reader = OutboxReader.open(home / "outbox-camera.db")
    rows = [row for record_class in range(4) for row in reader.rows(record_class, limit=1000)]
    return [decode_record(row.body) for row in sorted(rows, key=lambda row: row.seq)]


def test_a_window_is_a_record_a_place_with_every_number(tmp_path: Path, clock: FakeClock) -> None:
    with notebook(tmp_path, clock) as book:
        book.tell_window("c1", (ROAD, PlaceSighting(zone="garis", count=0, window_s=60.0, frames=120)), model="0cf99a")
    road, line = told(tmp_path)
    assert isinstance(road, Sighting)
    assert (road.source, road.model, road.record_class) == ("c1", "0cf99a", RecordClass.TELEMETRY)
    for name in PlaceSighting.__slots__:
        assert getattr(road, name) == getattr(ROAD, name), name
    assert line.seq == road.seq + 1


def test_the_traffic_of_the_last_window_is_known_after_a_restart_but_not_after_an_hour(
    tmp_path: Path, clock: FakeClock
) -> None:
    with notebook(tmp_path, clock) as book:
        book.tell_window("c1", (ROAD,), model="")
    clock.advance(20)
    with notebook(tmp_path, clock) as book:
        assert book.flows("c1", within_s=300) == {"jalan": ("padat", ROAD.since_ms)}
        assert book.flows("c2", within_s=300) == {}
        clock.advance(3600)
        assert book.flows("c1", within_s=300) == {}


def test_a_fault_is_told_at_its_edges_with_its_class_and_a_text_that_fits(tmp_path: Path, clock: FakeClock) -> None:
    with notebook(tmp_path, clock) as book:
        for is_active in (True, True, False, False):
            book.note_fault("camera_away", source="c1", is_active=is_active, text="x" * 900)
    faults = [record for record in told(tmp_path) if isinstance(record, Fault)]
    assert [(fault.active, fault.record_class, len(fault.text)) for fault in faults] == [
        (True, 1, 500),
        (False, 1, 500),
    ]


def test_a_fault_that_comes_to_say_something_else_is_told_again_over_restarts_too_but_at_most_once_a_minute(
    tmp_path: Path, clock: FakeClock
) -> None:
    def note(book: Notebook, text: str) -> None:
        book.note_fault("camera_refused", source="c1", is_active=True, text=text)

    with notebook(tmp_path, clock) as book:
        note(book, "404: jalur tidak dikenal, 3 s")
        note(book, "404: jalur tidak dikenal, 4 s")
        note(book, "401: kata sandi salah")
    with notebook(tmp_path, clock) as book:
        note(book, "404: jalur tidak dikenal, 9 s")
        note(book, "401: kata sandi salah")
        note(book, "403: dilarang")
        clock.advance(60)
        note(book, "403: dilarang")
    faults = [record for record in told(tmp_path) if isinstance(record, Fault)]
    assert [(fault.active, fault.text[:3]) for fault in faults] == [(True, "404"), (True, "401"), (True, "403")]


def test_the_first_proof_of_the_clock_is_told_once(tmp_path: Path, clock: FakeClock) -> None:
    with notebook(tmp_path, clock) as book:
        for _ in range(3):
            book.pass_time()
    assert [type(record) for record in told(tmp_path)] == [ClockAnchor]


class TornOutbox(Outbox):
    """The real one, whose file turns out to be damaged at the next transaction."""

    is_torn = False

    def transaction(self) -> _GeneratorContextManager[Transaction]:
        if self.is_torn:
            self.is_torn = False
            raise SpoolRebornError("a new spool stands ready, do the last step again")
        return super().transaction()


def test_a_record_that_meets_a_damaged_file_is_written_into_the_new_spool_with_all_that_is_remembered(
    tmp_path: Path, clock: FakeClock
) -> None:
    with notebook(tmp_path, clock, outbox_class=TornOutbox) as book:
        book.note_fault("camera_away", source="c1", is_active=True, text="mati")
        outbox = book._outbox
        assert isinstance(outbox, TornOutbox)
        with outbox.transaction() as transaction:
            transaction.set_state("faults", b"[]")  # as in a new spool
        outbox.is_torn = True
        book.tell_window("c1", (ROAD,), model="")
        assert book.lost == 0
    assert [type(record) for record in told(tmp_path)] == [Fault, Sighting]
    with notebook(tmp_path, clock) as book:
        assert book.faults() == (("camera_away", "c1"),)
