"""Network cameras against Debian's own RTSP server."""

import socket
import traceback
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from edge_agent.cameras.errors import (
    CameraAwayError,
    CameraBrokenError,
    CameraCodecError,
    CameraError,
    CameraMissingError,
    CameraRefusedError,
    CameraStalledError,
)
from edge_agent.cameras.frame import Frame, Image
from edge_agent.cameras.live import LiveSource
from tests.support.cameras import NetworkCamera, needs_rtsp_server, source_of
from tests.support.clips import SIZE_PX, pattern, units_of, write_units
from tests.support.processes import free_port, wait_until

pytestmark = needs_rtsp_server

PASSWORD = "r@h:s/ia %40"  # every letter that an address would take for its own


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkCamera]:
    folder = tmp_path_factory.mktemp("camera")
    streams = {
        "/h264": f"h264:{write_units(folder / 'a', units_of('h264', count=25))}",
        "/h265": f"h265:{write_units(folder / 'b', units_of('h265', count=25))}",
        "/sound": "sound:",
        "/once": f"h264once:{write_units(folder / 'c', units_of('h264', count=12))}",
        "/cut": f"h264:{write_units(folder / 'd', _cut_short(units_of('h264', count=25)))}",
        "/sizes": f"h264:{write_units(folder / 'e', _two_sizes())}",
        "/jpeg": f"jpeg:{write_units(folder / 'f', units_of('jpeg', count=10))}",
    }
    with NetworkCamera(streams, folder=folder) as begun:
        yield begun


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkCamera]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "sandi").write_text(PASSWORD)
    streams = {"/h264": f"h264:{write_units(folder / 'a', units_of('h264', count=25))}"}
    with NetworkCamera(streams, folder=folder, password_file=folder / "sandi") as begun:
        yield begun


def _two_sizes() -> list[bytes]:
    return units_of("h264", count=15) + units_of("h264", count=15, size_px=(320, 240))


def _cut_short(units: list[bytes]) -> list[bytes]:
    """Return a stream whose second half of each picture is missing, the key pictures' too."""
    return [unit[: max(40, len(unit) // 2)] for unit in units]


def is_one_of_the_pattern(image: Image) -> bool:
    unlike = [np.abs(image.astype(int) - pattern(number)).mean() for number in range(25)]
    return bool(min(unlike) < 12 < np.median(unlike))


def read_many(source: LiveSource, count: int) -> list[Frame]:
    return [source.read() for _ in range(count)]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_camera_gives_what_it_saw(camera: NetworkCamera, codec: str) -> None:
    source = source_of(camera.url(f"/{codec}"), codec=codec)
    source.open()
    frames = read_many(source, 3)
    source.close()
    assert all(is_one_of_the_pattern(frame.image) for frame in frames)
    assert [frame.number for frame in frames] == [1, 2, 3]
    assert frames[0].taken_up_ms <= frames[1].taken_up_ms <= frames[2].taken_up_ms
    assert source.tally.damaged == 0


@pytest.mark.parametrize(
    ("path", "declared", "kind", "says"),
    [
        ("/h265", "h264", CameraCodecError, "kamera mengirim hevc, yang tertulis h264"),
        ("/jpeg", "h264", CameraCodecError, "kamera mengirim mjpeg, yang tertulis h264"),
        ("/sound", "any", CameraCodecError, "tidak ada video, hanya suara"),
        ("/tidak-ada", "any", CameraRefusedError, "tidak mengenal jalur ini"),
    ],
)
def test_a_camera_that_sends_something_else_is_told_what_to_set(
    camera: NetworkCamera, path: str, declared: str, kind: type[CameraError], says: str
) -> None:
    with pytest.raises(kind, match=says):
        source_of(camera.url(path), codec=declared).open()


def test_a_stream_that_ends_is_a_camera_that_hung_up(camera: NetworkCamera) -> None:
    source = source_of(camera.url("/once"))
    source.open()
    with pytest.raises(CameraAwayError, match="mengakhiri aliran"):
        read_many(source, 20)
    source.close()


def test_a_password_opens_the_camera(guarded: NetworkCamera, tmp_path: Path) -> None:
    (tmp_path / "sandi").write_text(PASSWORD + "\n")
    source = source_of(guarded.url("/h264"), folder=tmp_path, user="warga", password_file="sandi")
    source.open()
    assert is_one_of_the_pattern(source.read().image)
    source.close()


def everything_told(source: LiveSource) -> str:
    """Return all that a log would say of a failure to open."""
    with pytest.raises(CameraRefusedError) as caught:
        source.open()
    return "".join(traceback.format_exception(caught.value))


def test_a_wrong_password_is_refused_and_told_to_nobody(guarded: NetworkCamera, tmp_path: Path) -> None:
    (tmp_path / "sandi").write_text("salah-sekali")
    told = everything_told(source_of(guarded.url("/h264"), folder=tmp_path, user="warga", password_file="sandi"))
    assert "kamera menolak" in told
    assert "password_file" in told
    assert "salah-sekali" not in told
    assert "warga" not in told
    assert "kamera menolak" in everything_told(source_of(guarded.url("/h264")))


def test_a_password_that_cannot_be_read_names_its_file(guarded: NetworkCamera, tmp_path: Path) -> None:
    source = source_of(guarded.url("/h264"), folder=tmp_path, user="warga", password_file="sandi")
    with pytest.raises(CameraMissingError, match="sandi: kata sandi kamera tidak dapat dibaca"):
        source.open()


def test_nobody_at_the_address_is_told_at_once() -> None:
    with pytest.raises(CameraAwayError, match="Periksa listrik, kabel"):
        source_of(f"rtsp://127.0.0.1:{free_port()}/h264").open()


def test_what_answers_and_is_no_camera_is_told_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        page = Thread(target=_answer_as_a_page, args=(listener,))
        page.start()
        with pytest.raises(CameraBrokenError, match="bukan kamera RTSP"):
            source_of(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/").open()
        page.join()


def _answer_as_a_page(listener: socket.socket) -> None:
    caller, _ = listener.accept()
    with caller:
        caller.recv(4096)
        caller.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def test_a_camera_that_freezes_stalls_its_stream(tmp_path: Path) -> None:
    with _own(tmp_path) as own:
        source = source_of(own.url("/h264"), read_timeout_s=1.0)
        wait_until(lambda: _gives(source), what="a first picture", deadline_s=60)  # a busy machine may need over 1 s
        own.child.stop()
        with pytest.raises(CameraStalledError, match="tersambung, tetapi 1 s tanpa gambar"):
            read_many(source, 50)  # what was under way still comes
        source.close()


@pytest.mark.nightly
def test_a_frozen_camera_does_not_answer_until_it_goes_on(tmp_path: Path) -> None:
    with _own(tmp_path) as own:
        own.child.stop()
        source = source_of(own.url("/h264"), open_timeout_s=1.0)
        with pytest.raises(CameraAwayError, match="tidak ada jawaban dalam 1 s"):
            source.open()
        own.child.resume()
        wait_until(lambda: _opens(source), what="the camera to answer again", deadline_s=60)
        source.close()


def _own(folder: Path) -> NetworkCamera:
    return NetworkCamera({"/h264": f"h264:{write_units(folder / 'a', units_of('h264', count=10))}"}, folder=folder)


@pytest.mark.nightly
def test_who_comes_late_leaves_out_what_waits_until_he_sees_the_newest_again(camera: NetworkCamera) -> None:
    source = source_of(camera.url("/h264"))
    source.open()
    for _ in range(30):
        source.read()
    Event().wait(5.0)  # the box is busy with something else: no condition to wait for, the time itself is the cause
    dropped = 0
    for _ in range(100):
        dropped += source.look(every_s=0.0) is None
    assert dropped >= 24, "up to the next key picture, of a queue that holds five seconds"
    assert source.read() is not None
    source.close()


def _opens(source: LiveSource) -> bool:
    try:
        source.open()
    except CameraError:
        return False
    return True


def _gives(source: LiveSource) -> bool:
    """Answer whether a source opens and gives a picture; where it does not, it is closed."""
    try:
        source.open()
        source.read()
    except CameraError:
        source.close()
        return False
    return True


@pytest.mark.nightly
def test_a_size_that_changes_in_the_stream_is_followed(camera: NetworkCamera) -> None:
    source = source_of(camera.url("/sizes"))
    source.open()
    seen = []
    for _ in range(75):
        frame = source.read()
        seen.append((frame.width_px, frame.height_px))
    source.close()
    changes = sum(before != after for before, after in pairwise(seen))
    assert set(seen) == {SIZE_PX, (320, 240)}
    assert changes >= 3


@pytest.mark.nightly
def test_pictures_that_are_cut_short_are_counted_or_refused_and_never_hang(camera: NetworkCamera) -> None:
    source = source_of(camera.url("/cut"))
    try:
        source.open()
        for _ in range(100):
            source.look(every_s=0.0)
    except CameraBrokenError:
        return
    finally:
        source.close()
    assert source.tally.damaged > 50


@pytest.mark.nightly
def test_a_camera_with_pictures_of_its_own_each_is_read_too(camera: NetworkCamera) -> None:
    source = source_of(camera.url("/jpeg"))
    source.open()
    assert is_one_of_the_pattern(source.read().image)
    source.close()
