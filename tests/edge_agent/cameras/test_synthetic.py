import numpy as np

from edge_agent.cameras.settings import SyntheticSettings
from edge_agent.cameras.street import Heading
from edge_agent.cameras.synthetic import SyntheticSource
from tests.support.clocks import FakeClock


def street_of(*, clock: FakeClock | None = None, **settings: object) -> SyntheticSource:
    clock = clock or FakeClock()
    chosen = SyntheticSettings(width_px=320, height_px=180, **{"pace": "fast", **settings})  # type: ignore[arg-type]
    source = SyntheticSource(chosen, clock=clock, wait=clock.advance)
    source.open()
    return source


def test_the_same_seed_gives_the_same_pictures_whichever_are_looked_at() -> None:
    each, some = street_of(seed=3, vehicles_per_min=60), street_of(seed=3, vehicles_per_min=60)
    all_frames = [each.read() for _ in range(41)]
    few = [frame for _ in range(41) if (frame := some.look(every_s=1.0)) is not None]
    assert [frame.number for frame in few] == [1, 11, 21, 31, 41]
    assert all(np.array_equal(frame.image, all_frames[frame.number - 1].image) for frame in few)
    assert not np.array_equal(street_of(seed=4).read().image, all_frames[0].image)


def test_vehicles_are_drawn_where_the_truth_says_and_the_rest_stands_still() -> None:
    source = street_of(seed=1, vehicles_per_min=60)
    empty = source.read().image.astype(int)
    last = [source.read() for _ in range(200)][-1]
    changed = np.abs(last.image.astype(int) - empty).max(axis=2) > 50
    in_boxes = np.zeros_like(changed)
    for _, (left, upper, right, lower) in source.boxes():
        across = slice(max(0, round(left) - 1), max(0, round(right) + 1))
        in_boxes[round(upper) - 1 : round(lower) + 1, across] = True
    assert in_boxes.any()
    assert changed[in_boxes].mean() > 0.5
    assert not changed[~in_boxes].any()


def test_the_truth_counts_both_ways() -> None:
    source = street_of(seed=1, vehicles_per_min=60, rate_fps=2)
    for _ in range(240):
        source.look(every_s=10.0)
    counts = source.crossed
    assert {heading for heading, _ in counts} == set(Heading)
    assert sum(counts.values()) > 60


def test_night_is_dark_with_lamps() -> None:
    day, night = (street_of(seed=1, vehicles_per_min=80, rate_fps=2, light=light) for light in ("day", "night"))
    by_day, by_night = ([source.read() for _ in range(30)][-1].image for source in (day, night))
    assert by_night.mean() < 0.4 * by_day.mean()
    assert by_night.max() > 200
    assert day.boxes() == night.boxes()


def test_it_lives_by_the_clock() -> None:
    clock = FakeClock()
    source = street_of(clock=clock, pace="own", rate_fps=10)
    up_ms = clock.up_ms()
    assert [source.read().taken_up_ms - up_ms for _ in range(4)] == [100, 200, 300, 400]
    assert clock.up_ms() == up_ms + 400
