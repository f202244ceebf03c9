"""The duty scheduler in simulated time: the share is kept, and nobody starves."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.cameras.duty import LEAST_PER_S, SAVED_S, STARVED_MS, Duty, Need

RUN_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What one view costs and needs in a simulation."""

    per_s: float = 2.0
    most_per_s: float = 8.0
    still_s: float = 0.003
    moving_s: float = 0.1
    is_moving: bool = True


@dataclass(slots=True, kw_only=True)
class Run:
    """What a simulated half minute came to."""

    duty: Duty
    looks: dict[str, list[int]] = field(default_factory=dict)
    """Starts, real ms."""
    spent: list[tuple[int, float]] = field(default_factory=list)
    """(when, CPU s)."""

    def rate(self, source: str) -> float:
        """Return looks per second over the second half."""
        return sum(start >= RUN_MS // 2 for start in self.looks[source]) / (RUN_MS / 2000)

    def most_in(self, window_ms: int) -> float:
        """Return the most CPU seconds that were begun within any window."""
        return max(
            sum(cost for at_ms, cost in self.spent if begin <= at_ms < begin + window_ms) for begin, _ in self.spent
        )


def simulate(
    scenes: dict[str, Scene],
    *,
    cores: float = 0.6,
    overhead: float = 0.0,
    away: frozenset[str] = frozenset(),
    heat: float = 1.0,
) -> Run:
    """Run a simulated half minute: one loop, one thread, each look takes as long as it costs.

    Args:
        scenes: the views.
        cores: the share.
        overhead: cores that decoding takes all the time.
        away: cameras that have no frame.
        heat: the part that is left of the share.
    """
    needs = {source: Need(per_s=scene.per_s, most_per_s=scene.most_per_s) for source, scene in scenes.items()}
    duty = Duty(needs=needs, cores=cores, real_ms=0)
    duty.set_heat(heat)
    run = Run(duty=duty, looks={source: [] for source in scenes})
    now_ms = told_ms = 0
    while now_ms < RUN_MS:
        source = duty.turn(real_ms=now_ms)
        looks_s = 0.0
        if source is None:
            now_ms += max(1, round(1000 * duty.wait_s(real_ms=now_ms)))
        elif source in away:
            duty.note_nothing_new(source, real_ms=now_ms)
        else:
            scene = scenes[source]
            looks_s = scene.moving_s if scene.is_moving else scene.still_s
            run.looks[source].append(now_ms)
            run.spent.append((now_ms, looks_s))
            now_ms += max(1, round(1000 * looks_s))
            duty.note_look(source, real_ms=now_ms, cost_s=looks_s, is_moving=scene.is_moving)
        duty.note_spent(looks_s + overhead * (now_ms - told_ms) / 1000, looks_s=looks_s, real_ms=now_ms)
        told_ms = now_ms
    return run


scenes = st.builds(
    Scene,
    per_s=st.floats(0.2, 5.0),
    most_per_s=st.floats(0.2, 20.0),
    still_s=st.floats(0.001, 0.02),
    moving_s=st.floats(0.01, 0.4),
    is_moving=st.booleans(),
)
boxes = st.dictionaries(st.sampled_from(["c1", "c2", "c3", "c4"]), scenes, min_size=1)


def least_cost(box: dict[str, Scene]) -> float:
    """Return the cores that the least rate of every view takes."""
    return sum(LEAST_PER_S * (scene.moving_s if scene.is_moving else scene.still_s) for scene in box.values())


@settings(max_examples=30, deadline=None)
@given(box=boxes, cores=st.floats(0.3, 1.5))
def test_in_no_window_is_more_used_than_the_share_what_was_saved_and_one_look_at_each(
    box: dict[str, Scene], cores: float
) -> None:
    run = simulate(box, cores=cores)
    one_each = sum(scene.moving_s for scene in box.values())
    forced = least_cost(box) if least_cost(box) > cores else 0.0
    for window_ms in (1_000, 10_000, 30_000):
        assert run.most_in(window_ms) <= max(cores, forced) * (window_ms / 1000 + SAVED_S) + one_each + 1e-6


@settings(max_examples=30, deadline=None)
@given(box=boxes, cores=st.floats(0.05, 1.0), overhead=st.floats(0.0, 1.5))
def test_no_view_waits_longer_than_its_least_and_the_looks_of_all_others(
    box: dict[str, Scene], cores: float, overhead: float
) -> None:
    run = simulate(box, cores=cores, overhead=overhead)
    others_ms = 1000 * sum(scene.moving_s for scene in box.values())
    for starts in run.looks.values():
        gaps = [later - earlier for earlier, later in pairwise(starts)]
        assert max([starts[0], *gaps]) <= STARVED_MS + 2 * others_ms + 10


@settings(max_examples=30, deadline=None)
@given(box=boxes)
def test_with_time_enough_every_view_gets_what_it_needs(box: dict[str, Scene]) -> None:
    wanted = sum(scene.per_s * (scene.moving_s if scene.is_moving else scene.still_s) for scene in box.values())
    run = simulate(box, cores=4.0) if wanted < 0.7 else None
    if run is None:  # more than the one thread of the loop can look
        return
    for source, scene in box.items():
        assert run.rate(source) >= 0.75 * scene.per_s
        assert not run.duty.is_too_slow(source, real_ms=RUN_MS)


def test_a_still_view_is_looked_at_as_often_as_it_needs_and_a_moving_one_gets_more() -> None:
    run = simulate({"c1": Scene(is_moving=False), "c2": Scene(is_moving=True, moving_s=0.03)})
    assert run.rate("c1") == pytest.approx(2.0, abs=0.1)
    assert run.rate("c2") == pytest.approx(8.0, abs=0.4)


def test_a_view_gets_what_it_needs_beside_one_whose_look_takes_longer_than_its_turn() -> None:
    run = simulate({"c1": Scene(per_s=3.0, is_moving=False), "c2": Scene(per_s=0.5, moving_s=0.4)}, cores=4.0)
    assert run.rate("c1") >= 2.9


def test_two_moving_views_share_alike() -> None:
    run = simulate({"c1": Scene(), "c2": Scene()}, cores=0.3)
    assert run.rate("c1") == pytest.approx(run.rate("c2"), rel=0.1)
    assert run.rate("c1") == pytest.approx(1.5, rel=0.1)


def test_the_need_of_a_moving_view_comes_before_a_still_ones_and_both_are_told_apart_by_too_slow() -> None:
    slow = simulate({"c1": Scene(), "c2": Scene(is_moving=False)}, cores=0.1)
    assert slow.duty.is_too_slow("c1", real_ms=RUN_MS)
    assert not slow.duty.is_too_slow("c2", real_ms=RUN_MS)
    enough = simulate({"c1": Scene(), "c2": Scene(is_moving=False)}, cores=0.3)
    assert not enough.duty.is_too_slow("c1", real_ms=RUN_MS)


def test_a_camera_without_frames_takes_nothing_from_the_others() -> None:
    run = simulate({"c1": Scene(moving_s=0.03), "c2": Scene()}, away=frozenset({"c2"}))
    assert run.rate("c1") == pytest.approx(8.0, abs=0.4)
    assert run.looks["c2"] == []


def test_what_decoding_takes_is_part_of_the_share() -> None:
    run = simulate({"c1": Scene()}, cores=0.6, overhead=0.3)
    assert run.rate("c1") == pytest.approx(3.0, rel=0.1)


def test_what_decoding_leaves_goes_to_what_moves_first() -> None:
    views = {"c1": Scene(per_s=1.0, most_per_s=1.0), "c2": Scene(is_moving=False, still_s=0.1)}
    run = simulate(views, cores=0.6, overhead=0.45)
    assert run.rate("c1") == pytest.approx(1.0, abs=0.1)
    assert run.rate("c2") < 0.7
    assert not run.duty.is_too_slow("c1", real_ms=RUN_MS)


def test_a_hot_board_is_looked_at_less() -> None:
    cool = simulate({"c1": Scene()}, cores=0.4)
    hot = simulate({"c1": Scene()}, cores=0.4, heat=0.25)
    assert cool.rate("c1") == pytest.approx(4.0, rel=0.1)
    assert hot.rate("c1") == pytest.approx(1.0, rel=0.1)
    assert hot.duty.is_too_slow("c1", real_ms=RUN_MS)


def test_a_scene_that_begins_to_move_is_not_too_slow_for_the_time_it_stood_still() -> None:
    duty = Duty(needs={"c1": Need(per_s=2.0, most_per_s=8.0)}, cores=0.6, real_ms=0)
    for real_ms in (0, 5_000, 10_000):
        duty.note_look("c1", real_ms=real_ms, cost_s=0.003, is_moving=False)
    duty.note_look("c1", real_ms=15_000, cost_s=0.1, is_moving=True)
    assert not duty.is_too_slow("c1", real_ms=15_500)
    assert duty.is_too_slow("c1", real_ms=20_000)


def test_a_camera_with_a_beat_of_its_own_is_asked_once_a_beat() -> None:
    duty = Duty(needs={"c1": Need(per_s=2.0, most_per_s=2.0)}, cores=1.0, real_ms=0)
    beat_ms, taken, asked_from_10_s, looked_from_10_s = 500, -1, 0, 0
    for now_ms in range(0, 20_000, 5):
        if duty.turn(real_ms=now_ms) is None:
            continue
        asked_from_10_s += now_ms >= 10_000
        newest = (now_ms - 230) // beat_ms  # its frames come 230 ms after the moments at which it was first due
        if newest == taken:
            duty.note_nothing_new("c1", real_ms=now_ms)
            continue
        taken = newest
        looked_from_10_s += now_ms >= 10_000
        duty.note_look("c1", real_ms=now_ms, cost_s=0.001, is_moving=False)
    assert looked_from_10_s == pytest.approx(20, abs=1)
    assert asked_from_10_s <= looked_from_10_s + 2
