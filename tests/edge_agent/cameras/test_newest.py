from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from contract.clock import SystemClock
from contract.records import Fault
from edge_agent.cameras.errors import CameraAwayError, CameraError, CameraRefusedError
from edge_agent.cameras.file import FileSource
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.newest import NewestFrame
from edge_agent.cameras.settings import FileSettings, SyntheticSettings
from edge_agent.cameras.source import FrameSource, Tally
from edge_agent.cameras.state import CameraState
from edge_agent.cameras.synthetic import SyntheticSource
from tests.support.cameras import NetworkCamera, needs_rtsp_server, source_of
from tests.support.clips import cut, pattern, units_of, without_size, write_clip, write_units
from tests.support.clocks import FakeClock
from tests.support.processes import wait_until

WITHIN_S = 10.0
"""A fault stands on the wall within this time of its cause."""
PATIENT_S = 60.0
"""For what comes at once on an idle machine, and is no promise."""
SHORT_WAITS = 124_659
"""A seed whose first three waits are under 0.06 s."""


class ScriptedSource:
    """A camera that does what a test tells it: gives pictures of a size, fails, or hangs until the test lets it go."""

    is_live = True

    def __init__(self) -> None:
        self.tally = Tally()
        self.clock = FakeClock()
        self.failure: CameraError | Exception | None = None
        self.size_px = (160, 120)
        self.go_on = Event()
        self.hang = False
        self.closings = 0

    def open(self) -> None:
        """Open, or fail as told."""
        self._obey()

    def look(self, *, every_s: float) -> Frame | None:
        """Give the next picture of the pattern, or fail as told."""
        assert every_s >= 0
        self._obey()
        self.go_on.wait(0.001)
        self.tally.arrived += 1
        self.tally.alive_real_ms = self.clock.real_ms()
        number = self.tally.arrived
        return Frame.of(pattern(number, self.size_px), number=number, taken_up_ms=number)

    def read(self) -> Frame:
        """Give the next picture."""
        frame = self.look(every_s=0.0)
        assert frame is not None
        return frame

    def close(self) -> None:
        """Count."""
        self.closings += 1

    def _obey(self) -> None:
        if self.hang:
            self.go_on.wait()
        if self.failure is not None:
            raise self.failure


@contextmanager
def reader_of(
    source: FrameSource, *, clock: FakeClock | SystemClock, every_s: float = 0.0, seed: int = SHORT_WAITS
) -> Iterator[NewestFrame]:
    reader = NewestFrame(name="c1", source=source, clock=clock, rng=Random(seed), every_s=every_s)
    reader.start()
    try:
        yield reader
    finally:
        if isinstance(source, ScriptedSource):
            source.go_on.set()
        reader.close()


def wait_for(reader: NewestFrame, state: CameraState, *, deadline_s: float = WITHIN_S) -> None:
    wait_until(lambda: reader.status().state is state, what=f"the camera to be {state}", deadline_s=deadline_s)


def test_the_newest_frame_is_handed_out_and_the_others_are_passed_over_and_counted() -> None:
    source = ScriptedSource()
    with reader_of(source, clock=source.clock) as reader:
        first = reader.take(timeout_s=PATIENT_S)
        assert first is not None
        wait_until(lambda: source.tally.arrived >= first.number + 20, what="twenty more pictures")
        behind = source.tally.arrived
        second = reader.take(timeout_s=PATIENT_S)
        assert second is not None
        assert second.number >= behind - 1
        status = reader.status()
        assert (status.state, status.taken, status.size_px) == (CameraState.RUNNING, 2, (160, 120))
        assert status.arrived - status.taken >= 19


def test_a_frame_is_handed_out_once() -> None:
    source = ScriptedSource()
    with reader_of(source, clock=source.clock) as reader:
        assert reader.take(timeout_s=PATIENT_S) is not None
        source.hang = True
        wait_until(lambda: reader.take(timeout_s=0.02) is None, what="no new frame")


def test_a_fast_clip_loses_no_picture_and_ends(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=30)
    settings = FileSettings(file="clip.mp4", pace="fast")
    clock = SystemClock()
    source = FileSource(settings, clock=clock, folder=tmp_path, max_width_px=1280)
    with reader_of(source, clock=clock) as reader:
        numbers: list[int] = []
        while (frame := reader.take(timeout_s=PATIENT_S)) is not None:
            numbers.append(frame.number)
            ahead = min(30, len(numbers) + 2)
            wait_until(lambda ahead=ahead: source.tally.arrived >= ahead, what="one frame kept and one to come")  # type: ignore[misc]
        assert numbers == list(range(1, 31))
        status = reader.status()
        assert (status.state, status.state.fault_code) == (CameraState.ENDED, "camera_ended")
        assert (status.openings, "klip selesai" in status.text) == (1, True)


@pytest.mark.parametrize("pace", ["fast", "own"])
def test_a_truncated_clip_that_does_not_repeat_is_shown_once_and_stays_a_fault(tmp_path: Path, pace: str) -> None:
    cut(write_clip(tmp_path / "clip.avi", form="jpeg", count=50), share=0.5)
    clock = SystemClock()
    settings = FileSettings(file="clip.avi", pace=pace)  # type: ignore[arg-type]
    source = FileSource(settings, clock=clock, folder=tmp_path, max_width_px=1280)
    with reader_of(source, clock=clock) as reader:
        last = 0
        while (frame := reader.take(timeout_s=PATIENT_S)) is not None:
            last = frame.number
        wait_until(lambda: "camera-c1" not in {one.name for one in enumerate_threads()}, what="the reader's end")
        status = reader.status()
        assert (status.state, status.state.fault_code) == (CameraState.BROKEN, "camera_broken")
        assert "terpotong" in status.text
        assert status.openings == 1
        assert source.tally.arrived == status.arrived
        assert 20 <= status.arrived < 30, "each picture was there once"
        # By the clock, a machine that has no time for it passes over what is late, the last one too.
        assert last == status.arrived if pace == "fast" else 0 < last <= status.arrived


@pytest.mark.parametrize("state", [CameraState.MISSING, CameraState.EMPTY])
def test_a_clip_of_which_nothing_was_shown_is_tried_until_a_good_one_lies_there(
    tmp_path: Path, state: CameraState
) -> None:
    if state is CameraState.EMPTY:
        without_size(write_clip(tmp_path / "clip.avi", form="jpeg", count=5))
    settings = FileSettings(file="clip.avi", pace="fast")
    source = FileSource(settings, clock=SystemClock(), folder=tmp_path, max_width_px=1280)
    with reader_of(source, clock=SystemClock()) as reader:
        wait_for(reader, state)
        write_clip(tmp_path / "good.avi", form="jpeg", count=3).rename(tmp_path / "clip.avi")
        assert reader.take(timeout_s=WITHIN_S) is not None


def test_a_failure_is_the_state_until_a_picture_comes_again() -> None:
    source = ScriptedSource()
    with reader_of(source, clock=source.clock) as reader:
        wait_for(reader, CameraState.RUNNING)
        source.failure = CameraRefusedError("c1: kamera menolak")
        wait_for(reader, CameraState.REFUSED)
        assert reader.status().text == "c1: kamera menolak"
        assert source.closings >= 1
        source.failure = CameraAwayError("c1: tidak tersambung")
        wait_for(reader, CameraState.AWAY)
        source.failure = None
        wait_for(reader, CameraState.RUNNING)
        status = reader.status()
        assert (status.text, status.state.fault_code) == ("", None)
        assert status.openings >= 3


def test_a_surprise_of_a_library_is_a_fault_and_not_the_end() -> None:
    source = ScriptedSource()
    with reader_of(source, clock=source.clock) as reader:
        source.failure = ZeroDivisionError("in a library")
        wait_for(reader, CameraState.BROKEN)
        assert "ZeroDivisionError" in reader.status().text
        source.failure = None
        wait_for(reader, CameraState.RUNNING)


def test_a_reader_that_hangs_in_a_library_is_seen_by_who_asks() -> None:
    source = ScriptedSource()
    with reader_of(source, clock=source.clock) as reader:
        wait_for(reader, CameraState.RUNNING)
        source.hang = True
        wait_until(lambda: reader.take(timeout_s=0.02) is None, what="no new frame")
        source.clock.advance(4.9)
        assert reader.status().state is CameraState.RUNNING
        source.clock.advance(0.2)
        status = reader.status()
        assert (status.state, status.state.fault_code) == (CameraState.STALLED, "camera_stalled")
        assert "5 s tanpa gambar" in status.text
        source.hang = False
        source.go_on.set()
        wait_for(reader, CameraState.RUNNING)


def test_a_camera_that_never_answered_is_away() -> None:
    source = ScriptedSource()
    source.hang = True
    with reader_of(source, clock=source.clock) as reader:
        assert reader.status().state is CameraState.OPENING
        source.clock.advance(5.1)
        assert reader.status().state is CameraState.AWAY


def test_another_shape_is_a_fault_as_long_as_it_is_so_and_another_size_is_none() -> None:
    source = ScriptedSource()
    with reader_of(source, clock=source.clock) as reader:
        wait_for(reader, CameraState.RUNNING)
        source.size_px = (320, 240)
        wait_until(lambda: reader.status().size_px == (320, 240), what="the new size")
        assert reader.status().state is CameraState.RUNNING
        source.size_px = (320, 176)
        wait_for(reader, CameraState.RESHAPED)
        assert "zona dan garis mungkin tidak pas" in reader.status().text
        source.size_px = (160, 120)
        wait_for(reader, CameraState.RUNNING)


def test_the_wish_for_fewer_pictures_reaches_the_source_while_it_runs() -> None:
    clock = SystemClock()
    source = SyntheticSource(SyntheticSettings(rate_fps=100, width_px=64, height_px=48), clock=clock)
    with reader_of(source, clock=clock, every_s=0.2) as reader:
        numbers = [frame.number for frame in (reader.take(timeout_s=PATIENT_S) for _ in range(3)) if frame is not None]
        assert all(after - before >= 20 for before, after in pairwise(numbers)), "a busy machine may see fewer"
        reader.every_s = 0.0
        wait_until(lambda: _gap(reader) <= 5, what="pictures that follow one another", deadline_s=PATIENT_S)


def _gap(reader: NewestFrame) -> int:
    one, other = reader.take(timeout_s=PATIENT_S), reader.take(timeout_s=PATIENT_S)
    assert one is not None
    assert other is not None
    return other.number - one.number


@pytest.mark.parametrize(
    "failure", [CameraAwayError("x" * 900), CameraRefusedError("kamera menolak " * 60)], ids=["away", "refused"]
)
def test_every_text_fits_a_fault_record(failure: CameraError) -> None:
    source = ScriptedSource()
    source.failure = failure
    with reader_of(source, clock=source.clock) as reader:
        wait_until(lambda: reader.status().text != "", what="the failure")
        status = reader.status()
        limit = next(item.max_length for item in Fault.__annotations__["text"].__metadata__)
        assert len(status.text) <= limit


@needs_rtsp_server
def test_a_camera_that_is_killed_and_comes_back_is_a_fault_and_then_none(tmp_path: Path) -> None:
    streams = {"/h264": f"h264:{write_units(tmp_path / 'a', units_of('h264', count=10))}"}
    with NetworkCamera(streams, folder=tmp_path) as camera:
        source = source_of(camera.url("/h264"))
        with reader_of(source, clock=SystemClock(), seed=5) as reader:
            assert reader.take(timeout_s=PATIENT_S) is not None
            camera.child.kill()
            wait_for(reader, CameraState.AWAY)
            assert reader.status().state.fault_code == "camera_away"
            camera.begin_again()
            wait_for(reader, CameraState.RUNNING, deadline_s=20)
            wait_until(lambda: reader.take(timeout_s=1) is not None, what="a frame again")


@needs_rtsp_server
@pytest.mark.nightly
def test_a_camera_that_freezes_with_the_usual_time_outs_is_told_within_ten_seconds(tmp_path: Path) -> None:
    streams = {"/h264": f"h264:{write_units(tmp_path / 'a', units_of('h264', count=10))}"}
    with NetworkCamera(streams, folder=tmp_path) as camera:
        source = source_of(camera.url("/h264"))
        with reader_of(source, clock=SystemClock(), seed=5) as reader:
            assert reader.take(timeout_s=PATIENT_S) is not None
            camera.child.stop()
            wait_for(reader, CameraState.STALLED)
            camera.child.resume()
            wait_for(reader, CameraState.RUNNING, deadline_s=30)


@needs_rtsp_server
@pytest.mark.nightly
@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda: [unit[:60] for unit in units_of("h264", count=25)], CameraState.BROKEN),
        (lambda: units_of("h264", count=25)[:1] + [b"\x00\x00\x00\x01\x41\x9a\x00"] * 400, CameraState.BROKEN),
    ],
    ids=["hardly more than heads", "one picture, then damage"],
)
def test_a_stream_of_damage_is_told_within_ten_seconds(
    tmp_path: Path, make: Callable[[], list[bytes]], state: CameraState
) -> None:
    streams = {"/h264": f"h264:{write_units(tmp_path / 'a', make())}"}
    with NetworkCamera(streams, folder=tmp_path) as camera:
        source = source_of(camera.url("/h264"))
        with reader_of(source, clock=SystemClock(), seed=5) as reader:
            wait_for(reader, state)
