"""Key pictures for a glance: cells from a quick decoding, and the very picture for whoever asks."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from contract.clock import SystemClock
from edge_agent.cameras.frame import Image
from edge_agent.cameras.glance import Glances
from edge_agent.cameras.scaling import Decoded, Scaler
from edge_agent.cameras.source import Tally
from edge_agent.cameras.stream import Arrival, Stream, Way
from edge_agent.inference.ahead import IN_VAIN_MOST
from edge_agent.inference.regions import whole
from tests.support.clips import write_clip

COUNT = 50
KEY_EVERY = 5
EVERY_S = 0.2
"""As far apart as key pictures are at 25 a second: nothing between them is decoded."""
FILTERED = {"h264": {"deblock": "0:0"}}
"""By form, what switches the filter on; others have it on or have none."""
CELL_DIFFERS_MOST = 6.0
"""`motion_gate.FLOOR`: below it nothing moves."""

Clip = Callable[[str, int], Path]


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    def written(form: str, b_pictures: int) -> Path:
        return write_clip(
            tmp_path / f"{form}.mkv",
            count=COUNT,
            form=form,
            key_every=KEY_EVERY,
            b_pictures=b_pictures,
            encoder_options=FILTERED.get(form),
        )

    return written


def arrivals(path: Path, *, is_for_glances: bool, every_s: float = EVERY_S) -> list[Arrival]:
    stream = Stream(Way(url=str(path), shown="c1", options={}), clock=SystemClock(), tally=Tally())
    found: list[Arrival] = []
    while not stream.is_over:
        found += stream.arrivals(every_s=every_s, is_for_glances=is_for_glances)
    stream.close()
    return [arrival for arrival in found if arrival.picture is not None]


def images(found: list[Arrival]) -> list[Image]:
    scaler = Scaler(max_width_px=1280, shown="c1")
    return [scaler.pixels(one.picture, sharp=one.sharp).image for one in found if one.picture is not None]


@pytest.mark.parametrize(("form", "b_pictures"), [("h264", 0), ("h265", 0), ("h264", 2)])
def test_what_is_asked_for_is_the_very_picture_that_is_decoded_without_glances(
    clip: Clip, form: str, b_pictures: int
) -> None:
    path = clip(form, b_pictures)
    plain, glances = (arrivals(path, is_for_glances=is_for_glances) for is_for_glances in (False, True))
    assert [one.media_s for one in glances] == [one.media_s for one in plain], "the same pictures at the same times"
    assert any(one.sharp is not None for one in glances), "some are for a glance"
    assert all(np.array_equal(one, other) for one, other in zip(images(glances), images(plain), strict=True))


def test_a_glance_is_another_picture_and_its_cells_are_the_same_to_the_gate(clip: Clip) -> None:
    path, scaler = clip("h264", 0), Scaler(max_width_px=1280, shown="c1")
    plain, glances = (arrivals(path, is_for_glances=is_for_glances) for is_for_glances in (False, True))
    apart: list[float] = []
    for quick, whole_one in zip(glances, plain, strict=True):
        assert quick.picture is not None
        assert whole_one.picture is not None
        if quick.sharp is None:
            continue
        assert not np.array_equal(quick.picture.to_ndarray(), whole_one.picture.to_ndarray()), "something is left out"
        cells = [scaler.pixels(one.picture).cells() for one in (quick, whole_one) if one.picture is not None]
        apart.append(float(np.abs(cells[0] - cells[1]).max()))
    assert apart
    assert max(apart) < CELL_DIFFERS_MOST


def test_where_every_picture_is_wanted_each_is_decoded_with_everything(clip: Clip) -> None:
    assert all(one.sharp is None for one in arrivals(clip("h264", 0), is_for_glances=True, every_s=0.0))


def test_pictures_that_build_on_each_other_are_whole_also_after_glances(clip: Clip) -> None:
    path = clip("h264", 0)
    plain = {one.media_s: one for one in arrivals(path, is_for_glances=False, every_s=0.0)}
    stream = Stream(Way(url=str(path), shown="c1", options={}), clock=SystemClock(), tally=Tally())
    found: list[Arrival] = []
    for number in range(COUNT):
        found += stream.arrivals(every_s=EVERY_S if number < COUNT // 2 else 0.0, is_for_glances=True)
    stream.close()
    later = [one for one in found[COUNT // 2 :] if one.picture is not None]
    assert any(one.sharp is not None for one in found[: COUNT // 2])
    assert len(later) > KEY_EVERY
    assert all(one.sharp is None for one in later)
    expected = images([plain[one.media_s] for one in later])
    assert all(np.array_equal(one, other) for one, other in zip(images(later), expected, strict=True))


def test_whole_pictures_of_a_usb_camera_have_nothing_to_leave_out(clip: Clip) -> None:
    assert all(one.sharp is None for one in arrivals(clip("jpeg", 0), is_for_glances=True))


def test_once_a_picture_was_asked_for_the_next_ones_are_no_glances_until_nobody_asks_again(clip: Clip) -> None:
    scaler, (picture, *_) = Scaler(max_width_px=1280, shown="c1"), arrivals(clip("h264", 0), is_for_glances=False)
    assert picture.picture is not None
    pixels = scaler.pixels(picture.picture)
    told = [scaler.is_for_glances]
    assert isinstance(pixels, Decoded)
    pixels.source.take(whole(160, 120), 80, 60)
    told += [scaler.is_for_glances]
    for _ in range(IN_VAIN_MOST):
        scaler.pixels(picture.picture).prepare()
    told += [scaler.is_for_glances]
    assert told == [True, False, True]


@pytest.mark.parametrize(("form", "is_lazy"), [("yuv420p", True), ("yuvj422p", True), ("yuv420p10le", False)])
def test_a_picture_that_is_converted_at_once_is_decoded_once(form: str, is_lazy: bool) -> None:  # noqa: FBT001
    """Ten bits a pixel: RGB is made before anybody asks, so a glance would be a second decoding."""
    scaler = Scaler(max_width_px=1280, shown="c1")
    assert not scaler.is_for_glances, "nothing is known of the stream"
    scaler.pixels(av.VideoFrame(64, 48, form))
    assert scaler.is_for_glances is is_lazy


def test_a_packet_that_gives_another_picture_alone_gives_no_glance(clip: Clip) -> None:
    with av.open(str(clip("h264", 0))) as opened:
        video = opened.streams.video[0]
        packets = [packet for packet in opened.demux(video) if packet.is_keyframe]
        pictures = [next(iter(video.codec_context.decode(packet))) for packet in packets[:2]]
        fitting, strange = Glances(video.codec_context), Glances(video.codec_context)
        fitting.try_on(packets[0], pictures[0])
        strange.try_on(packets[0], pictures[1])
        assert fitting.picture(packets[1]) is not None
        assert strange.picture(packets[1]) is None


def test_a_damaged_packet_gives_no_glance_and_no_whole_picture(clip: Clip) -> None:
    with av.open(str(clip("h264", 0))) as opened:
        video = opened.streams.video[0]
        packets = [packet for packet in opened.demux(video) if packet.is_keyframe]
        glances = Glances(video.codec_context)
        glances.try_on(packets[0], next(iter(video.codec_context.decode(packets[0]))))
        broken = cast("av.Packet[VideoStream]", av.Packet(bytes(packets[1])[:40] + bytes(len(bytes(packets[1])) - 40)))
        assert glances.picture(broken) is None
        assert glances.sharp(broken)() is None
        assert glances.picture(packets[1]) is not None, "and the next one is seen again"
