import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge_agent.cameras.errors import (
    CameraBrokenError,
    CameraClosedError,
    CameraCodecError,
    CameraEmptyError,
    CameraEndedError,
    CameraError,
    CameraMissingError,
)
from edge_agent.cameras.file import FileSource
from edge_agent.cameras.frame import Frame
from edge_agent.cameras.settings import FileSettings
from tests.support.clips import SIZE_PX, cut, pattern, units_of, without_size, write_clip, write_sound
from tests.support.clocks import FakeClock


def source_of(path: Path, *, clock: FakeClock | None = None, pace: str = "fast", repeats: bool = False) -> FileSource:
    clock = clock or FakeClock()
    settings = FileSettings(file=path.name, pace=pace, repeats=repeats)  # type: ignore[arg-type]
    source = FileSource(
        settings, clock=clock, folder=path.parent, max_width_px=1280, wait=lambda s: clock.advance(s * clock.rate)
    )
    source.open()
    return source


def frames_of(source: FileSource, *, every_s: float = 0.0) -> list[Frame]:
    """Return all frames of a clip up to its end."""
    frames = []
    try:
        while True:
            if (frame := source.look(every_s=every_s)) is not None:
                frames.append(frame)
    except CameraEndedError:
        return frames
    finally:
        source.close()


def pattern_number(frame: Frame) -> int:
    """Return which picture of the pattern a frame shows."""
    unlike = [
        np.abs(frame.image.astype(int) - pattern(number, (frame.width_px, frame.height_px))).mean()
        for number in range(40)
    ]
    return int(np.argmin(unlike))


@pytest.mark.parametrize(("name", "form"), [("clip.mp4", "h264"), ("clip.mkv", "h265"), ("clip.avi", "jpeg")])
def test_a_fast_clip_gives_every_picture_once_at_its_own_time(tmp_path: Path, name: str, form: str) -> None:
    frames = frames_of(source_of(write_clip(tmp_path / name, form=form, count=10)))
    assert [frame.number for frame in frames] == list(range(1, 11))
    assert [frame.taken_up_ms - frames[0].taken_up_ms for frame in frames] == [40 * number for number in range(10)]
    assert [pattern_number(frame) for frame in (frames[0], frames[4], frames[9])] == [0, 4, 9]
    assert frames[0].image.flags.c_contiguous


def test_a_clip_runs_by_the_clock_and_by_its_rate(tmp_path: Path) -> None:
    clock = FakeClock(rate=10.0)
    source = source_of(write_clip(tmp_path / "clip.mp4", count=26), clock=clock, pace="own")
    up_ms, real_ms = clock.up_ms(), clock.real_ms()
    frames = frames_of(source)
    assert [frame.taken_up_ms for frame in frames] == [up_ms + 40 * number for number in range(26)]
    assert clock.up_ms() - up_ms == 1000
    assert clock.real_ms() - real_ms == pytest.approx(100, abs=26)


def test_a_clip_that_is_behind_the_clock_passes_pictures_over_but_is_never_dark(tmp_path: Path) -> None:
    clock = FakeClock()
    source = source_of(write_clip(tmp_path / "clip.mp4", count=50), clock=clock, pace="own")
    first = source.read()
    clock.advance(1.0)
    second = source.read()
    assert first.number == 1
    assert second.number == 2, "nothing was shown for a second"
    assert 19 <= source.read().number <= 20, "then what is more than a quarter second late is passed over"


def test_only_wanted_pictures_are_converted(tmp_path: Path) -> None:
    source = source_of(write_clip(tmp_path / "clip.mp4", count=50, key_every=50))
    frames = frames_of(source, every_s=0.5)
    assert [frame.number for frame in frames] == [1, 13, 25, 37, 49]
    assert source.tally.arrived == 50


@pytest.mark.parametrize("b_pictures", [0, 2])
def test_key_pictures_alone_come_out_at_once_and_whole(tmp_path: Path, b_pictures: int) -> None:
    clip = write_clip(tmp_path / "clip.mkv", count=40, key_every=5, b_pictures=b_pictures)
    source = source_of(clip)
    frames = frames_of(source, every_s=0.2)
    assert [pattern_number(frame) for frame in frames] == [0, 5, 10, 15, 20, 25, 30, 35]
    assert [frame.taken_up_ms - frames[0].taken_up_ms for frame in frames] == [200 * number for number in range(8)]
    assert [frame.number for frame in frames[3:]] == [16, 21, 26, 31, 36], "not only when the next one has come"
    assert source.tally.damaged == 0


def test_a_clip_that_repeats_goes_on_in_time(tmp_path: Path) -> None:
    source = source_of(write_clip(tmp_path / "clip.mp4", count=5), repeats=True)
    frames = [source.read() for _ in range(12)]
    source.close()
    assert [frame.taken_up_ms - frames[0].taken_up_ms for frame in frames] == [40 * number for number in range(12)]
    assert pattern_number(frames[11]) == 1


def test_a_size_that_changes_in_the_middle_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "clip.h264"
    path.write_bytes(b"".join(units_of("h264", count=5) + units_of("h264", count=5, size_px=(320, 240))))
    frames = frames_of(source_of(path))
    assert [(frame.width_px, frame.height_px) for frame in frames] == [SIZE_PX] * 5 + [(320, 240)] * 5


def _no_index(folder: Path) -> Path:
    return cut(write_clip(folder / "clip.mp4"), share=0.6)


def _short(folder: Path) -> Path:
    return cut(write_clip(folder / "clip.mp4", count=50, key_every=10, is_seekable_first=True), share=0.5)


def _short_mkv(folder: Path) -> Path:
    return cut(write_clip(folder / "clip.mkv", count=50, key_every=10), share=0.5)


def _short_avi(folder: Path) -> Path:
    """FFmpeg reckons its duration anew from its bytes; its header still tells how many pictures there were."""
    return cut(write_clip(folder / "clip.avi", form="jpeg", count=50), share=0.5)


def _no_size(folder: Path) -> Path:
    return without_size(write_clip(folder / "clip.avi", form="jpeg", count=5))


def _tiny(folder: Path) -> Path:
    return write_clip(folder / "clip.avi", form="jpeg", count=5, size_px=(8, 8))


def _no_picture(folder: Path) -> Path:
    return write_sound(folder / "clip.wav")


def _text(folder: Path) -> Path:
    (folder / "clip.mp4").write_text("bukan video\n" * 50)
    return folder / "clip.mp4"


def _nothing(folder: Path) -> Path:
    (folder / "clip.mp4").touch()
    return folder / "clip.mp4"


def _folder(folder: Path) -> Path:
    (folder / "clip.mp4").mkdir()
    return folder / "clip.mp4"


@pytest.mark.parametrize(
    ("make", "kind", "says"),
    [
        (_no_index, CameraBrokenError, "not a whole video"),
        (_short, CameraBrokenError, "terpotong, berakhir pada"),
        (_short_mkv, CameraBrokenError, "terpotong, berakhir pada"),
        (_short_avi, CameraBrokenError, r"terpotong, berakhir pada (0\.9|1\.0) dari 2\.0 s"),
        (_no_size, CameraEmptyError, "berukuran 0 x 0 titik"),
        (_tiny, CameraEmptyError, "berukuran 8 x 8 titik"),
        (_no_picture, CameraCodecError, "tidak ada video"),
        (_text, CameraBrokenError, "not a whole video"),
        (_nothing, CameraBrokenError, "not a whole video"),
        (_folder, CameraMissingError, "Is a directory"),
        (lambda folder: folder / "tidak-ada.mp4", CameraMissingError, "No such file"),
    ],
)
def test_a_bad_file_is_named_with_why_and_what_to_do(
    tmp_path: Path, make: Callable[[Path], Path], kind: type[CameraError], says: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(kind, match=says) as caught:
        frames_of(source_of(path))
    assert str(path) in str(caught.value)
    assert not re.search("kamera|camera", str(caught.value).replace(str(path), "")), "it is a clip"


def test_a_truncated_clip_gives_all_that_is_in_it_first(tmp_path: Path) -> None:
    source = source_of(_short(tmp_path))
    count = sum(1 for _ in range(15) if source.read() is not None)
    with pytest.raises(CameraBrokenError):
        frames_of(source)
    assert count == 15


def test_a_truncated_clip_that_repeats_is_played_on_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = source_of(_short(tmp_path), repeats=True)
    for _ in range(120):
        source.read()
    source.close()
    assert sum("terpotong" in record.message for record in caplog.records) == 1


def test_a_source_that_is_not_open_says_so(tmp_path: Path) -> None:
    source = source_of(write_clip(tmp_path / "clip.mp4", count=2))
    source.close()
    source.close()
    with pytest.raises(CameraClosedError):
        source.read()


def test_who_wrote_where_a_clip_comes_from_is_told_that_while_it_is_not_there(tmp_path: Path) -> None:
    settings = FileSettings(file="tidak-ada.avi", advice="ambil dari lemari / take it from the cupboard")
    source = FileSource(settings, clock=FakeClock(), folder=tmp_path, max_width_px=1280)
    with pytest.raises(CameraMissingError, match=r"^ambil dari lemari / take it from the cupboard$"):
        source.open()
