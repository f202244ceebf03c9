"""What the camera process says while CPU time is scarce, for want of cores or for heat. Real outbox and model."""

from pathlib import Path

import pytest

from contract.records import Fault, Sighting
from edge_agent.cameras.frame import Image
from edge_agent.cameras.state import CameraState
from tests.support.camera_bench import CameraBench, CpuMeter, FakeReader, empty_street, opened, with_person
from tests.support.clocks import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def still(_real_ms: int) -> Image:
    return empty_street()


def test_a_share_that_is_too_small_is_told_on_the_counts_and_not_hidden(tmp_path: Path, clock: FakeClock) -> None:
    def restless(real_ms: int) -> Image:
        return with_person(40 * (real_ms // 40 % 10))

    bench = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, restless)},
        open_detector=opened,
        cores=0.1,
        meter=CpuMeter(asked_s=0.2),
    )
    bench.run(61)
    assert all("too_slow" in record.doubts for record in bench.records(Sighting) if record.window_s)
    assert bench.posts[0].asked == pytest.approx(30, abs=8), "0.1 cores at 0.2 s a look"
    bench.close()


def test_a_camera_that_is_away_is_not_also_looked_at_too_seldom(tmp_path: Path, clock: FakeClock) -> None:
    reader = FakeReader(clock, lambda real_ms: with_person(40 * (real_ms // 40 % 10)))
    bench = CameraBench(tmp_path, clock=clock, readers={"c1": reader}, open_detector=opened)
    bench.run(5)
    reader.state = CameraState.AWAY
    bench.run(120)
    doubts = [record.doubts for record in bench.records(Sighting) if record.window_s]
    assert doubts[1:]
    assert all("cannot_see" in one and "too_slow" not in one for one in doubts[1:])
    bench.close()


def test_who_comes_while_the_view_is_too_slow_is_told_at_once_with_that_doubt(tmp_path: Path, clock: FakeClock) -> None:
    def comes_twice(real_ms: int) -> Image:
        return with_person(300) if 4_000 <= real_ms < 15_000 or real_ms >= 75_000 else empty_street()

    bench = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, comes_twice)},
        open_detector=opened,
        is_gated=False,
        cores=0.25,
        meter=CpuMeter(asked_s=0.2),
    )
    bench.run(95)
    at_once = [record.doubts for record in bench.records(Sighting) if record.window_s is None]
    assert at_once == [(), ("too_slow",)], "of the first it was not known yet"
    bench.close()


def test_a_hot_board_gets_fewer_looks_and_says_so(tmp_path: Path, clock: FakeClock) -> None:
    heat = {"c": 85.0}
    bench = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, still)},
        open_detector=opened,
        temperature_c=lambda: heat["c"],
    )
    bench.run(5)
    assert bench.duty.share == pytest.approx(0.25)
    heat["c"] = 60.0
    bench.run(200)
    assert bench.duty.share == 1.0
    assert bench.faults() == [("camera_hot", "", True), ("camera_hot", "", True), ("camera_hot", "", False)]
    texts = [fault.text.split(" / ")[0] for fault in bench.records(Fault)]
    assert "seperempat" in texts[0]
    assert "sebagian" in texts[1], "on its way up: the quarter no longer holds"
    assert texts[2] == "Papan cukup sejuk lagi."
    bench.close()
