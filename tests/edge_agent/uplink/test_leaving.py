"""How a box leaves: nothing is lost on the way, and wherever the power is cut it goes on or is whole."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from msgspec.structs import replace

from contract.messages import Ack, Command
from contract.records import CommandResult, decode_record
from contract.retirement import CANCEL, RETIRE, meant_for
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.outbox.errors import FileAwayError
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.retirement.marker import Step, is_marked, read_marker
from edge_agent.uplink.acknowledged import Acknowledged
from edge_agent.uplink.leaving import ANSWER_WITHIN_MS, LOOK_EVERY_MS, Leaving
from tests.edge_agent.uplink.test_own_records import open_own
from tests.support.clocks import FakeClock
from tests.support.outbox_records import level, open_outbox, reading

P = ParamSpec("P")
T = TypeVar("T")
NODE, EPOCH, LIFE_S = "n-7f3k2m9q", "e1", 600.0
ASKED = Command(
    command_id="r1", kind=RETIRE, site="", ttl_s=LIFE_S, hub_ms=1, args=meant_for(node_id=NODE, db_epoch=EPOCH)
)


def patiently(read: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
    """Return what a read of a file gives, on a busy machine too."""
    for _ in range(20):
        try:
            return read(*args, **values)
        except FileAwayError:
            continue
    return read(*args, **values)


class Pole:
    """A box: its gauge's outbox, its uplink's, and what the hub has of both."""

    def __init__(self, home: Path) -> None:
        self.home, self.clock = home, FakeClock()
        self.acknowledged = Acknowledged(epoch=EPOCH)
        self.gauge: Outbox | None = open_outbox(home, self.clock)
        self.why_not, self.is_closed = "", False
        self.start()

    def start(self) -> None:
        """Start the uplink, as after a cut."""
        self.own = open_own(self.home, self.clock)
        self.leaving = Leaving(
            home=self.home, refuge=self.home / "memory.db", node_id=NODE, why_not=self.why_not, clock=self.clock,
            acknowledged=self.acknowledged, own=self.own,
        )  # fmt: skip

    def cut(self) -> None:
        """Cut the uplink's power: what is on the disk stays."""
        self.own.outbox.close()
        for place in self.leaving._places:
            place.release()

    def measure(self) -> None:
        """Have the gauge write a reading; it ends where it finds the marker."""
        if self.gauge is not None and is_marked(self.home):
            self.gauge.close()
            self.gauge = None
        if self.gauge is not None:
            with self.gauge.transaction() as transaction:
                transaction.append(reading(transaction.next_seq, self.clock))

    def hear(self) -> None:
        """Have the hub acknowledge all there is."""
        for name in ("gauge", "uplink"):
            reader = OutboxReader.open(self.home / f"outbox-{name}.db")
            if reader.path.exists():
                view = patiently(reader.view)
                self.acknowledged.apply(
                    Ack(spool=view.spool, high=view.next - 1, ranges=(), hub_ms=1, db_epoch=EPOCH, credit_rps=50)
                )

    def look(self, *, is_open: bool = True) -> Step | None:
        """Let the uplink look once; return the step on the disk."""
        self.clock.advance(LOOK_EVERY_MS / 1000)
        self.leaving.look(is_open=is_open)
        found = read_marker(self.home)
        return None if found is None else found.step

    def reaches(self, step: Step, *, is_open: bool = True) -> bool:
        """Answer whether a few looks come to a step; a busy machine may not let one read the files."""
        return any(self.look(is_open=is_open) is step for _ in range(5))

    def answers(self) -> dict[str, str]:
        """Return what was answered."""
        reader = OutboxReader.open(self.home / "outbox-uplink.db")
        rows = [decode_record(row.body) for record_class in range(4) for row in patiently(reader.rows, record_class)]
        return {row.command_id: row.result for row in rows if isinstance(row, CommandResult)}

    def close(self) -> None:
        """End everything."""
        if self.gauge is not None:
            self.gauge.close()
        if not self.is_closed:
            self.own.outbox.close()


@pytest.fixture
def pole(tmp_path: Path) -> Iterator[Pole]:
    pole = Pole(tmp_path)
    yield pole
    pole.close()


def test_a_box_that_is_asked_measures_on_until_the_hub_has_everything(pole: Pole) -> None:
    pole.measure()
    assert pole.leaving.take(ASKED, left_s=LIFE_S)
    for _ in range(5):
        assert pole.look() is None
        pole.measure()
    pole.hear()
    assert pole.look(is_open=False) is None, "an answered hello only"
    assert pole.reaches(Step.LEAVING)
    assert pole.answers() == {}


def test_the_last_records_of_the_gauge_are_waited_for_and_then_the_answer(pole: Pole) -> None:
    pole.leaving.take(ASKED, left_s=LIFE_S)
    assert pole.reaches(Step.LEAVING)
    assert pole.gauge is not None
    with pole.gauge.transaction() as transaction:  # before it has seen the marker
        transaction.append(level(transaction.next_seq, pole.clock))
    pole.look()
    pole.look()
    assert pole.answers() == {}, "the gauge still has its file"
    pole.measure()
    for _ in range(4):
        assert pole.look() is Step.LEAVING
    assert pole.answers() == {}, "its last record is not at the hub"
    pole.hear()
    assert any(pole.look() and pole.answers() for _ in range(5))
    assert pole.answers() == {"r1": "done"}
    assert pole.look() is Step.LEAVING, "the answer is not at the hub"
    pole.hear()
    assert pole.reaches(Step.WIPING)
    assert pole.leaving.is_over
    pole.own.outbox.close()
    pole.is_closed = True
    pole.leaving.finish()
    assert read_marker(pole.home) is not None
    assert [path.name for path in pole.home.iterdir()] == ["retirement.json"]


def test_a_cut_before_every_look_changes_nothing_but_the_time_it_takes(pole: Pole) -> None:
    seen: list[Step | None] = []
    for _ in range(30):
        pole.measure()
        pole.hear()
        if pole.leaving.marker is None:
            pole.leaving.take(ASKED, left_s=LIFE_S)  # the hub says it again at each hello
        seen += [pole.look() for _ in range(1 + len(seen) % 3)]
        if seen[-1] is Step.WIPING:
            break
        pole.cut()
        pole.start()
    assert list(dict.fromkeys(seen)) == [Step.LEAVING, Step.WIPING]
    assert pole.answers() == {"r1": "done"}


def test_an_answer_that_is_never_acknowledged_does_not_keep_the_keys(pole: Pole) -> None:
    pole.leaving.take(ASKED, left_s=LIFE_S)
    for _ in range(9):
        pole.look()
        pole.measure()
    assert pole.answers() == {"r1": "done"}
    pole.clock.advance(ANSWER_WITHIN_MS / 1000 - 5)
    assert pole.look(is_open=False) is Step.LEAVING
    pole.clock.advance(10)
    assert pole.reaches(Step.WIPING, is_open=False)


def test_a_picture_that_waits_is_waited_for(pole: Pole) -> None:
    picture = Outgoing(pole.home).folder / ("a" * 64)
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"jpeg")
    pole.leaving.take(ASKED, left_s=LIFE_S)
    assert [pole.look() for _ in range(3)] == [None] * 3
    picture.unlink()
    assert pole.reaches(Step.LEAVING)


def test_who_is_asked_no_more_in_time_stays(pole: Pole) -> None:
    pole.measure()
    pole.leaving.take(ASKED, left_s=LIFE_S)
    pole.clock.advance(LIFE_S + 1)
    pole.hear()
    assert [pole.look() for _ in range(3)] == [None] * 3
    assert pole.leaving.take(replace(ASKED, command_id="r2"), left_s=LIFE_S)
    assert pole.reaches(Step.LEAVING)


@pytest.mark.parametrize(
    "args",
    [
        meant_for(node_id="n-2c9d4x8w", db_epoch=EPOCH),
        meant_for(node_id=NODE, db_epoch="e2"),
        {"node": NODE},
        {},
        meant_for(node_id=NODE, db_epoch=EPOCH) | {"more": 1},
    ],
)
def test_a_command_for_another_box_or_of_another_hub_does_nothing(pole: Pole, args: dict[str, object]) -> None:
    assert pole.leaving.take(replace(ASKED, args=args), left_s=LIFE_S)
    assert [pole.look() for _ in range(3)] == [None] * 3
    assert pole.answers() == {"r1": "refused"}


def test_a_command_that_is_too_old_does_nothing_and_is_answered_once(pole: Pole) -> None:
    assert pole.leaving.take(ASKED, left_s=-1)
    assert not pole.leaving.take(ASKED, left_s=LIFE_S)
    assert pole.look() is None
    assert pole.answers() == {"r1": "expired"}


def test_it_is_taken_back_while_something_waits_and_no_later(pole: Pole) -> None:
    back = replace(ASKED, command_id="b1", kind=CANCEL)
    pole.measure()
    pole.leaving.take(ASKED, left_s=LIFE_S)
    pole.look()
    pole.leaving.take(back, left_s=LIFE_S)
    pole.hear()
    assert [pole.look() for _ in range(3)] == [None] * 3
    pole.hear()
    pole.leaving.take(replace(ASKED, command_id="r2"), left_s=LIFE_S)
    assert pole.reaches(Step.LEAVING)
    pole.leaving.take(replace(back, command_id="b2"), left_s=LIFE_S)
    assert pole.look() is Step.LEAVING
    assert pole.answers()["b2"] == "refused"


def test_a_box_that_holds_records_in_memory_or_a_key_of_its_own_is_not_retired(pole: Pole) -> None:
    pole.leaving.refuge.symlink_to("somewhere")
    pole.leaving.take(ASKED, left_s=LIFE_S)
    pole.leaving.refuge.unlink()
    pole.leaving.why_not = "kunci dipasang dengan tangan"
    pole.leaving.take(replace(ASKED, command_id="r2"), left_s=LIFE_S)
    pole.hear()
    assert pole.look() is None
    assert set(pole.answers().values()) <= {"refused"}
    assert not pole.leaving.is_over
