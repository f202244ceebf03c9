"""The committed creeks, through sensor, quality control and level rule: the story that the demo tells."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from contract.level.rule import StageReading, step
from contract.level.settings import RuleSettings, Thresholds
from contract.level.state import LevelState
from contract.quality import Flag
from edge_agent.gauges.drivers import open_sensor
from edge_agent.gauges.observation import observe
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.state import QualityState
from edge_agent.gauges.series import read_series
from edge_agent.gauges.settings import ReplaySettings, SimulatedSettings
from tests.support.clocks import FakeClock
from tests.support.gauges import REPLAY_FOLDER

DEMO_START_MS = round(datetime(2018, 6, 3, 17, 45, tzinfo=UTC).timestamp() * 1000)
OFFSET_CM = 300.0
DAY_S = 86_400.0
LARGEST_FOLDER_BYTES = 300_000


@dataclass(frozen=True, kw_only=True)
class Box:
    file: str
    shift_days: int
    raise_cm: tuple[float, float, float]


DEAD_RUN = Box(file="dead-run-2018-06.csv", shift_days=0, raise_cm=(60, 90, 120))
PLUMTREE_JUNE = Box(file="plumtree-run-2018-06.csv", shift_days=0, raise_cm=(60, 90, 120))
PLUMTREE_AUGUST = Box(file="plumtree-run-2018-08.csv", shift_days=-89, raise_cm=(60, 90, 120))
SLIGO = Box(file="sligo-creek-2019-05.csv", shift_days=-354, raise_cm=(60, 80, 105))
BOXES = (DEAD_RUN, PLUMTREE_JUNE, PLUMTREE_AUGUST, SLIGO)


def _story(
    box: Box, *, minutes: int, settings: type[ReplaySettings] = ReplaySettings
) -> tuple[dict[int, int], int | None, set[Flag]]:
    """Return the first minute of each severity, the last severity, and all flags seen after the first reading."""
    clock = FakeClock(now_ms=DEMO_START_MS, rate=60)
    sensor = open_sensor(
        settings(
            file=box.file, mounted_offset_cm=OFFSET_CM, shift_s=box.shift_days * DAY_S, repeats=True, model="jsn-sr04t"
        ),
        clock=clock,
        folder=REPLAY_FOLDER,
    )
    clear = (box.raise_cm[0] - 8, box.raise_cm[1] - 8, box.raise_cm[2] - 8)
    rule = RuleSettings(thresholds=Thresholds(version=1, raise_cm=box.raise_cm, clear_cm=clear), clock_rate=60)
    level, quality, firsts, flags = LevelState(), QualityState(), dict[int, int](), set[Flag]()
    for minute in range(minutes):
        got, quality = observe(
            sensor.measure_burst(count=13),
            boot=1,
            up_ms=clock.up_ms(),
            interval_s=60.0,
            offset_cm=OFFSET_CM,
            span=sensor.span,
            limits=QualityLimits(),
            state=quality,
        )
        reading = StageReading(got.stage_cm, got.flag, 60.0, 1, clock.up_ms(), clock.now_ms(), minute + 1)
        level = step(level, reading, rule, decision_id="n/s/1").state
        firsts.setdefault(level.severity if level.severity is not None else -1, minute)
        flags |= {got.flag} if minute else set()
        clock.advance(60)
    return firsts, level.severity, flags


def test_the_first_waspada_comes_within_an_hour_and_an_awas_within_four() -> None:
    firsts, _, _ = _story(DEAD_RUN, minutes=240)
    assert firsts[0] == 0
    assert 10 <= firsts[1] < firsts[2] <= 60
    assert firsts[3] <= 180


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.file)
def test_every_box_begins_in_peace_has_a_flood_and_sees_the_all_clear_within_a_day(box: Box) -> None:
    firsts, last, flags = _story(box, minutes=1440)
    assert firsts[0] == 0
    assert {1, 2} & set(firsts)
    assert (3 in firsts) == (box is not PLUMTREE_JUNE)
    assert last == 0
    assert flags <= {Flag.PASS, Flag.SUSPECT}


def test_through_the_simulated_sensor_with_its_faults_the_story_is_the_same() -> None:
    played, simulated = (
        _story(DEAD_RUN, minutes=240, settings=settings)[0] for settings in (ReplaySettings, SimulatedSettings)
    )
    assert simulated.keys() == played.keys()
    assert all(abs(simulated[severity] - minute) <= 2 for severity, minute in played.items())


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.file)
def test_a_committed_series_has_no_hole_and_is_as_long_as_the_others(box: Box) -> None:
    series = read_series(REPLAY_FOLDER / box.file)
    assert series.step_ms == 300_000
    assert series.period_ms == round(8.75 * DAY_S * 1000)
    assert len(series) == series.period_ms // series.step_ms


def test_the_series_are_small_and_their_source_is_named() -> None:
    files = list(REPLAY_FOLDER.glob("*.csv"))
    assert sum(path.stat().st_size for path in files) < LARGEST_FOLDER_BYTES
    notice = (REPLAY_FOLDER / "NOTICE.md").read_text(encoding="utf-8")
    assert all(path.name in notice for path in files)
    assert all(site in notice for site in ("01581752", "01589330", "01650800", "public domain", "hydrofunctions"))
