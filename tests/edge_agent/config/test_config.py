"""The box's configuration: what is understood, and every problem in words."""

import re
from collections.abc import Iterator
from inspect import getsource
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import inspect

from contract.clock import ScaledClock, SystemClock, kernel_boot_id
from contract.config_words import wanted
from contract.level.settings import Persistence, Thresholds
from contract.views import View
from edge_agent.cameras.settings import CameraSettings, RtspSettings
from edge_agent.config import ClockConfig, EdgeConfig, GaugeConfig, boot_name, load, open_clock, understood
from edge_agent.errors import ConfigError
from edge_agent.gauges.settings import SENSOR_TABLES, ReplaySettings, UltrasonicSettings

FOLDER = Path(__file__).parent
GOOD = FOLDER / "good.toml"
BAD = sorted((FOLDER / "bad").glob("*.toml"))


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_a_bad_config_is_refused_with_every_problem_and_its_key(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "\n".join(caught.value.problems) + "\n" == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_each_line_of_the_message_names_the_file(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert all(line.startswith(f"{path}: ") for line in str(caught.value).splitlines())


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_each_problem_is_whole_in_each_language(path: Path) -> None:
    for problem in path.with_suffix(".expected").read_text(encoding="utf-8").splitlines():
        indonesian, english = problem.split(" / ")
        assert re.search(r"\b(?:harus|tidak|hapus|tulis|beri|periksa|hilang)\b", indonesian)
        assert not re.search(r"\b(?:the|must|write|remove)\b", indonesian)
        assert re.search(r"\b(?:must|is|write|correct|remove|give)\b", english)
        assert not re.search(r"\b(?:harus|tidak|tulis|ini)\b", english)


def _whats_inside(kind: Any) -> Iterator[Any]:
    """Yield a type and whatever it is made of."""
    yield kind
    for name in ("fields", "types", "item_types"):
        for part in getattr(kind, name, ()):
            yield from _whats_inside(part)
    for name in ("type", "item_type", "key_type", "value_type"):
        if isinstance(part := getattr(kind, name, None), inspect.Type):
            yield from _whats_inside(part)


INSIDE = [*_whats_inside(inspect.type_info(EdgeConfig)), *_whats_inside(inspect.type_info(View))]


def test_whatever_a_table_refuses_it_refuses_in_both_languages() -> None:
    tables = {part.cls for part in INSIDE if isinstance(part, inspect.StructType | inspect.DataclassType)}
    that_refuse = {kind for table in tables for kind in table.__mro__ if "__post_init__" in vars(kind)}
    assert {EdgeConfig, GaugeConfig, CameraSettings, RtspSettings, Thresholds, Persistence, View} <= that_refuse
    for kind in that_refuse:
        assert "raise ValueError" not in getsource(kind), f"{kind.__name__} speaks English alone: RefusedError"


def test_a_description_is_told_in_both_languages() -> None:
    told = {(wanted(part), part.extra_json_schema["description"]) for part in INSIDE if _is_described(part)}
    assert len(told) > 4
    assert [english for words, english in told if words.indonesian == english] == []


def _is_described(part: Any) -> bool:
    return isinstance(part, inspect.Metadata) and "description" in (part.extra_json_schema or {})


def test_a_file_that_is_not_there_is_told_with_its_path() -> None:
    with pytest.raises(ConfigError, match=r"away\.toml: tidak dapat dibaca.* / cannot be read: No such file"):
        load(FOLDER / "away.toml")


def test_relative_paths_begin_at_the_folder_of_the_file() -> None:
    assert load(GOOD).box.home == FOLDER / "var/boxes/n-7f3k2m9q"


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_text(GOOD.read_text(encoding="utf-8").replace("var/boxes", "/data/boxes"), encoding="utf-8")
    assert load(path).box.home == Path("/data/boxes/n-7f3k2m9q")


def test_the_sensor_is_the_one_that_the_driver_names() -> None:
    sensor = load(GOOD).gauge["g1"].sensor()
    assert isinstance(sensor, ReplaySettings)
    assert sensor.file == "creek.csv"


def test_a_real_sensor_needs_no_table_of_its_own() -> None:
    assert GaugeConfig(driver="ultrasonic").sensor() == UltrasonicSettings()


def test_every_driver_can_be_named_in_a_config() -> None:
    assert set(get_args(get_type_hints(GaugeConfig)["driver"])) == set(SENSOR_TABLES)
    assert all(hasattr(GaugeConfig(driver="ultrasonic"), name) for name in SENSOR_TABLES)


def test_without_a_clock_table_the_machines_own_clock_runs() -> None:
    assert open_clock(load(GOOD)) == SystemClock()


def test_a_clock_table_makes_a_clock_at_its_rate() -> None:
    good = load(GOOD)
    clock = open_clock(
        EdgeConfig(box=good.box, gauge=good.gauge, clock=ClockConfig(rate=60, anchor_real_ms=0, anchor_data_ms=1_000))
    )
    assert isinstance(clock, ScaledClock)
    assert clock.rate == 60


def test_each_start_of_a_scaled_clock_is_a_boot_of_its_own_and_a_restart_within_it_is_none() -> None:
    good = load(GOOD)
    assert boot_name(good) == boot_name(load(GOOD)) == kernel_boot_id()

    def scaled(anchor_real_ms: int) -> EdgeConfig:
        clock = ClockConfig(rate=60, anchor_real_ms=anchor_real_ms, anchor_data_ms=1_000)
        return EdgeConfig(box=good.box, gauge=good.gauge, clock=clock)

    assert boot_name(scaled(1)) == boot_name(scaled(1))
    assert len({boot_name(good), boot_name(scaled(1)), boot_name(scaled(2))}) == 3


def test_what_was_understood_is_told_with_the_defaults_that_apply() -> None:
    lines = understood(load(GOOD))
    assert "box.node = n-7f3k2m9q" in lines
    assert "box.quota_mb = 256" in lines
    assert "hub.port = 1883" in lines
    assert f"box.home = {FOLDER / 'var/boxes/n-7f3k2m9q'}" in lines
