"""Stills that people ask for, through the real inbox to the real outbox: a picture of now, or an answer in words."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from contract.messages import Command, encode_message
from contract.records import CommandResult, RecordClass, Still
from contract.views import View, Zone, ZoneKind
from edge_agent.cameras.asked_stills import FRAME_WITHIN_MS
from edge_agent.cameras.frame import Image
from edge_agent.cameras.state import CameraState
from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import ModelError
from edge_agent.outbox.inbox import Inbox
from edge_agent.stills.allowance import StillSettings
from tests.support.camera_bench import CameraBench, FakeReader, opened, with_person
from tests.support.clocks import FakeClock

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SEEN = View(purpose=WHOLE, zones={"tepi": Zone(kind=ZoneKind.BANK, outline=WHOLE)})
MIB = 1024 * 1024


def gone(folder: Path, **_wanted: float) -> Detector:
    raise ModelError(f"{folder}: gone")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox.open(tmp_path / "inbox.db") as inbox:
        yield inbox


class Pole:
    """A box with one camera, hours after its hourly still was made."""

    def __init__(self, home: Path, clock: FakeClock, inbox: Inbox, **others: object) -> None:
        self.clock, self.inbox = clock, inbox
        self.reader = FakeReader(clock, lambda real_ms: with_person(300 + real_ms // 1000 % 90), rate_fps=5)
        wanted = {"stills": StillSettings(), "view": SEEN, "open_detector": opened, "readers": {"c1": self.reader}}
        self.bench = CameraBench(home, clock=clock, **{**wanted, **others})  # type: ignore[arg-type]
        self.bench.run(2)
        self.stills = len(self.bench.records(Still))

    def ask(self, command_id: str = "01", *, source: object = "c1", kind: str = "view_still", left_s: float = 20,
            boot: str = "boot-1") -> None:  # fmt: skip
        """Lay a command down as the uplink does."""
        command = Command(command_id=command_id, kind=kind, site="", ttl_s=20, hub_ms=0, args={"source": source})
        self.inbox.add_command(
            command_id,
            encode_message(command),
            expires_real_ms=self.clock.real_ms() + round(1000 * left_s),
            kernel_boot=boot,
            arrived_ms=self.clock.now_ms(),
        )

    def answers(self) -> list[tuple[str, str]]:
        return [(one.command_id, one.result) for one in self.bench.records(CommandResult)]

    def said(self) -> str:
        return self.bench.records(CommandResult)[-1].text

    def made(self) -> list[Still]:
        return self.bench.records(Still)[self.stills :]


@pytest.fixture
def pole(tmp_path: Path, clock: FakeClock, inbox: Inbox) -> Iterator[Pole]:
    pole = Pole(tmp_path, clock, inbox)
    yield pole
    pole.bench.close()


def test_within_a_second_a_picture_of_after_the_press_is_there_with_its_answer(pole: Pole) -> None:
    pole.ask()
    pressed_ms = pole.clock.now_ms()
    pole.bench.run(1)
    (made,) = pole.made()
    assert (made.why, made.command_id, made.record_class) == ("asked", "01", RecordClass.READING)
    assert made.at_ms >= pressed_ms
    assert pole.answers() == [("01", "done")]
    assert {one.path.name for one in pole.bench.outgoing.newest_first()} >= {made.sha256}


def test_it_does_not_wait_for_a_turn_that_is_seconds_away(tmp_path: Path, clock: FakeClock, inbox: Inbox) -> None:
    pole = Pole(tmp_path, clock, inbox, cores=0.001)
    assert pole.bench.duty.wait_s(real_ms=clock.real_ms()) > 2, "else this shows nothing"
    pole.ask()
    pole.bench.run(1)
    assert pole.answers() == [("01", "done")]
    pole.bench.close()


def test_a_frame_of_before_the_press_is_not_the_answer(pole: Pole) -> None:
    pole.reader._period_ms = 3_000  # the camera has one now, and the next in up to 3 s
    pole.bench.run(4)
    pole.reader._taken = -1
    pole.ask()
    pressed_ms = pole.clock.real_ms()
    pole.bench.run(4)
    assert pole.answers() == [("01", "done")]
    (made,) = pole.made()
    assert made.up_ms - pressed_ms > 200, "the frame that lay there was older than the press"


def test_the_same_command_is_carried_out_once_also_by_the_next_process(
    tmp_path: Path, clock: FakeClock, inbox: Inbox
) -> None:
    for _ in range(2):
        pole = Pole(tmp_path, clock, inbox)
        pole.ask()
        pole.bench.run(2)
        assert pole.answers() == [("01", "done")]
        pole.bench.close()


def test_what_a_reboot_has_cut_off_is_over(pole: Pole) -> None:
    pole.ask(boot="boot-0")
    pole.bench.run(1)
    assert (pole.answers(), pole.made()) == ([("01", "expired")], [])


def covered(pole: Pole) -> None:
    pole.reader.picture = _black
    pole.bench.run(2)


def _black(_real_ms: int) -> Image:
    return np.zeros((360, 640, 3), np.uint8)


def away(pole: Pole) -> None:
    pole.reader.state = CameraState.AWAY


def reshaped(pole: Pole) -> None:
    pole.reader.state = CameraState.RESHAPED


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(covered, "gelap"), (away, "c: away"), (reshaped, "c: reshaped")],
    ids=["covered", "away", "reshaped"],
)
def test_where_there_is_no_picture_the_answer_says_why(
    pole: Pole, trouble: Callable[[Pole], None], words: str
) -> None:  # fmt: skip
    trouble(pole)
    pole.ask()
    pole.bench.run(1.5)
    assert pole.answers() == [("01", "failed")]
    assert words in pole.said()
    assert pole.made() == []


def test_without_a_model_nobody_is_shown_anything(tmp_path: Path, clock: FakeClock, inbox: Inbox) -> None:
    pole = Pole(tmp_path, clock, inbox, open_detector=gone)
    pole.ask()
    pole.bench.run(1)
    assert (pole.answers(), pole.made(), list(pole.bench.outgoing.newest_first())) == ([("01", "failed")], [], [])
    assert "gone" in pole.said()
    pole.bench.close()


def test_a_camera_that_runs_and_gives_no_frame_is_not_waited_for_for_ever(pole: Pole) -> None:
    pole.reader._period_ms = 10**9
    pole.ask()
    pole.bench.run(FRAME_WITHIN_MS / 1000 - 1)
    assert pole.answers() == []
    pole.bench.run(2)
    assert pole.answers() == [("01", "failed")]
    assert "tidak ada gambar baru" in pole.said()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"source": "c9"}, "tidak punya kamera c9; yang ada: c1"),
        ({"source": 7}, "kamera 7"),
        ({"kind": "view_x"}, "view_x"),
    ],
)
def test_what_this_box_cannot_do_is_refused_in_words(pole: Pole, asked: dict[str, object], words: str) -> None:
    pole.ask(**asked)  # type: ignore[arg-type]
    pole.bench.run(1)
    assert pole.answers() == [("01", "refused")]
    assert words in pole.said()


def test_the_gauges_commands_are_left_to_it(pole: Pole) -> None:
    pole.ask(kind="siren_test")
    pole.bench.run(1)
    assert pole.answers() == []


def test_people_cannot_empty_the_day_and_the_hourly_ones_cannot_empty_theirs(
    tmp_path: Path, clock: FakeClock, inbox: Inbox
) -> None:
    pole = Pole(tmp_path, clock, inbox, stills=StillSettings(daily_mb=0.12))
    hourly_bytes = pole.bench.notebook.stills.day_bytes
    asked = 0
    while len(pole.answers()) < 20 and "refused" not in dict(pole.answers()).values():
        pole.ask(f"{(asked := asked + 1):02}")
        pole.bench.run(1)
    assert asked > 1
    left_min = 24 * 60 - pole.clock.now_ms() // 60_000 % (24 * 60)
    hours, minutes = divmod(left_min, 60)
    assert f"jatah gambar yang diminta hari ini habis. Coba lagi {hours} jam {minutes} menit lagi" in pole.said()
    spent = pole.bench.notebook.stills
    assert (spent.day_bytes, spent.asked_bytes <= 0.25 * 0.12 * MIB) == (hourly_bytes, True)
    before = len(pole.bench.records(Still))
    pole.clock.advance(3_600)
    pole.bench.run(2)
    assert pole.bench.records(Still)[before].why == "hour", "theirs is still there"
    pole.bench.close()
