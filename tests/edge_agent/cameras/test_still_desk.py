"""When stills are made and what reaches the disk. Real detector, outbox and folder."""

import hashlib
from collections.abc import Iterator
from contextlib import _GeneratorContextManager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures

from contract.records import RecordClass, Still
from contract.views import View, Zone, ZoneKind
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.cameras.frame import Frame, Image
from edge_agent.cameras.state import CameraState
from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import ModelError
from edge_agent.outbox.errors import OutboxFullError
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from edge_agent.stills.allowance import StillSettings
from tests.support.camera_bench import PERSON_PX, CameraBench, FakeReader, empty_street, opened, with_person
from tests.support.clocks import FakeClock

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SEEN = View(purpose=WHOLE, zones={"tepi": Zone(kind=ZoneKind.BANK, outline=WHOLE)})
HOURLY = StillSettings()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def bench_of(home: Path, clock: FakeClock, **others: object) -> CameraBench:
    reader = FakeReader(clock, lambda _real_ms: with_person(300))
    wanted = {"stills": HOURLY, "view": SEEN, "open_detector": opened, "readers": {"c1": reader}, **others}
    return CameraBench(home, clock=clock, **wanted)  # type: ignore[arg-type]


@pytest.fixture
def bench(tmp_path: Path, clock: FakeClock) -> Iterator[CameraBench]:
    bench = bench_of(tmp_path, clock)
    yield bench
    bench.close()


def frame(image: Image | None = None) -> Frame:
    return Frame.of(with_person(300) if image is None else image, number=1, taken_up_ms=0)


def consider(bench: CameraBench, *, has_come: bool = False, image: Image | None = None) -> None:
    bench.still_desk.consider(bench.posts[0], frame(image), has_come=has_come, real_ms=bench.clock.real_ms())


def names(bench: CameraBench) -> list[str]:
    folder = bench.outgoing.folder
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def decoded(bench: CameraBench) -> Image:
    (waiting,) = bench.outgoing.newest_first()
    return np.asarray(Pictures.open(waiting.path)).astype(np.uint8)


def test_a_still_is_a_record_of_class_2_and_a_jpeg_without_metadata(bench: CameraBench) -> None:
    consider(bench)
    (record,) = bench.records(Still)
    (waiting,) = bench.outgoing.newest_first()
    content = waiting.path.read_bytes()
    assert names(bench) == [record.sha256] == [hashlib.sha256(content).hexdigest()]
    assert (record.source, record.record_class) == ("c1", RecordClass.TELEMETRY)
    assert (record.size_bytes, record.width_px, record.height_px) == (len(content), 640, 360)
    with Pictures.open(BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (640, 360))
        assert not picture.getexif()
        assert set(picture.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_who_stands_in_it_is_coarse_and_the_street_beside_is_not(bench: CameraBench) -> None:
    consider(bench)
    shown, plain = decoded(bench).astype(float), with_person(300).astype(float)
    off = np.abs(shown - plain).mean(axis=2)
    right, lower = 300 + PERSON_PX[0], 150 + PERSON_PX[1]
    assert np.median(off[150 : 150 + PERSON_PX[1] // 3, 320 : right - 20]) > 8, "the head"
    assert np.median(off[150:lower, 300:right]) > 6
    assert np.median(off[:100, :100]) < 1


def test_until_the_record_is_on_the_disk_nobody_takes_the_file_for_a_picture(
    bench: CameraBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    tell = bench.notebook.tell_still

    def watched(*given: object, **named: object) -> bool:
        seen.append([path.name for path in bench.outgoing.folder.iterdir()])
        assert bench.outgoing.is_empty()
        return tell(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.notebook, "tell_still", watched)
    consider(bench)
    (before,) = seen
    assert before == [f".{name}" for name in names(bench)]


class FullOutbox(Outbox):
    """One whose disk is full once it is told so."""

    is_full = False

    def transaction(self) -> _GeneratorContextManager[Transaction]:
        if self.is_full:
            raise OutboxFullError("full")
        return super().transaction()


def test_without_a_record_there_is_no_file_and_a_minute_later_it_is_tried_again(
    tmp_path: Path, clock: FakeClock
) -> None:
    bench = bench_of(tmp_path, clock, outbox_class=FullOutbox)
    outbox = bench.outbox
    assert isinstance(outbox, FullOutbox)
    outbox.is_full = True
    consider(bench)
    outbox.is_full = False
    consider(bench)
    assert (names(bench), bench.notebook.stills.day_bytes) == ([], 0)
    clock.advance(61)
    consider(bench)
    assert [record.sha256 for record in bench.records(Still)] == names(bench) != []
    bench.close()


class PowerCutError(BaseException):
    """Nothing of the process catches it."""


def cut(*_given: object) -> None:
    raise PowerCutError


def refuse(*_given: object, **_named: object) -> None:
    raise OSError(30, "Read-only file system")


def test_a_still_whose_record_is_on_the_disk_gets_its_name_after_a_power_cut_too(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = bench_of(tmp_path, clock)
    with monkeypatch.context() as patched:
        patched.setattr(Outgoing, "show", cut)
        with pytest.raises(PowerCutError):
            consider(bench)
    (record,) = bench.records(Still)
    assert names(bench) == [f".{record.sha256}"], "the hub waits for it, and nobody brings it"
    bench.outbox.close()
    bench = bench_of(tmp_path, clock)
    assert names(bench) == [record.sha256]
    assert bench.records(Still) == [record]
    bench.close()


def test_a_power_cut_before_the_record_leaves_nothing_that_anybody_brings(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = bench_of(tmp_path, clock)
    monkeypatch.setattr(bench.notebook, "tell_still", lambda *_given, **_named: cut())
    with pytest.raises(PowerCutError):
        consider(bench)
    bench.outbox.close()
    bench = bench_of(tmp_path, clock)
    assert (bench.outgoing.newest_first(), bench.records(Still)) == ([], [])
    bench.close()


def test_a_name_that_the_disk_does_not_take_comes_with_the_next_still_and_the_answer_stands(
    bench: CameraBench, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Outgoing, "show", refuse)
        patched.setattr(Outgoing, "keep_within", refuse)
        answer = bench.still_desk.make_asked(bench.posts[0], frame(), command_id="p-1", real_ms=clock.real_ms())
    assert answer is None, "record and answer are on the disk; a second answer would contradict the first"
    assert bench.outgoing.newest_first() == []
    consider(bench, image=with_person(100))
    assert sorted(names(bench)) == sorted(record.sha256 for record in bench.records(Still))
    assert len(names(bench)) == 2


def test_without_a_detector_there_is_no_still(tmp_path: Path, clock: FakeClock) -> None:
    def away(folder: Path, **_wanted: float) -> Detector:
        raise ModelError(f"{folder}: gone")

    bench = bench_of(tmp_path, clock, open_detector=away)
    consider(bench, has_come=True)
    bench.run(5)
    assert (names(bench), bench.records(Still)) == ([], [])
    bench.close()


def test_while_the_view_does_not_fit_the_picture_there_is_no_still(bench: CameraBench) -> None:
    bench.readers["c1"].state = CameraState.RESHAPED
    consider(bench, has_come=True)
    assert names(bench) == []
    bench.readers["c1"].state = CameraState.RUNNING
    consider(bench)
    assert len(names(bench)) == 1


def test_one_an_hour_and_at_the_bank_one_in_five_minutes_what_is_refused_is_counted(
    bench: CameraBench, clock: FakeClock
) -> None:
    consider(bench)
    consider(bench)
    consider(bench, has_come=True)
    assert (bench.still_desk.made, bench.notebook.stills.refused) == (1, 1)
    clock.advance(300)
    consider(bench)
    assert bench.still_desk.made == 1
    consider(bench, has_come=True)
    assert bench.still_desk.made == 2
    clock.advance(3_599)
    consider(bench)
    assert bench.still_desk.made == 2
    clock.advance(1)
    consider(bench)
    assert (bench.still_desk.made, bench.notebook.stills.refused) == (3, 1)


def test_the_bytes_of_a_day_end_and_the_next_day_has_its_own_also_after_a_restart(
    tmp_path: Path, clock: FakeClock
) -> None:
    few = StillSettings(daily_mb=0.012)
    bench = bench_of(tmp_path, clock, stills=few)
    consider(bench)
    assert 7_000 < bench.notebook.stills.day_bytes <= few.daily_mb * 1024 * 1024
    bench.close()
    bench = bench_of(tmp_path, clock, stills=few)
    clock.advance(3_600)
    consider(bench)
    consider(bench)
    assert (bench.still_desk.made, bench.notebook.stills.refused) == (0, 1)
    clock.advance(24 * 3_600)
    consider(bench)
    assert bench.still_desk.made == 1
    bench.close()


def test_the_process_makes_one_at_its_start_and_one_when_somebody_comes_to_the_bank(
    tmp_path: Path, clock: FakeClock
) -> None:
    def passing(real_ms: int) -> Image:
        return with_person(300) if real_ms >= clock_began + 3_000 else empty_street()

    clock_began = clock.real_ms()
    bench = bench_of(
        tmp_path,
        clock,
        readers={"c1": FakeReader(clock, passing)},
        stills=StillSettings(least_pause_s=2.0),
    )
    bench.run(2)
    assert bench.still_desk.made == 1
    bench.run(6)
    assert bench.still_desk.made == 2
    assert len(bench.records(Still)) == 2
    bench.close()


def test_a_picture_that_shows_nothing_becomes_no_still(tmp_path: Path, clock: FakeClock) -> None:
    def covered(_real_ms: int) -> Image:
        return np.zeros((360, 640, 3), np.uint8)

    bench = bench_of(tmp_path, clock, readers={"c1": FakeReader(clock, covered)})
    bench.run(3)
    assert (bench.posts[0].looks > 0, names(bench)) == (True, [])
    bench.close()
