"""Each bench of the product runs at a tiny size and comes to its figures; how good they are is not looked at here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import (
    acknowledge_under_load,
    broker,
    camera_process,
    camera_thrift,
    crossing_to_paint,
    help_time,
    ingest_durable,
    ingest_rules,
    memory,
    other_detectors,
    reconnect_storm,
    tls_cost,
    wire_bytes,
)
from benchmarks.errors import MissingError
from benchmarks.figure import Figure

pytestmark = pytest.mark.broker


def _names(figures: Iterator[Figure]) -> list[str]:
    """Run a bench to its end and return the names of its figures, all of which must be above 0."""
    found = list(figures)
    assert all(figure.value > 0 for figure in found)
    return [figure.name for figure in found]


def _need(*programs: str) -> None:
    for program in programs:
        try:
            broker.program(program)
        except MissingError as problem:
            pytest.skip(str(problem))


def test_help_time_comes_to_its_figure(tmp_path: Path) -> None:
    assert _names(help_time.figures("help-time", folder=tmp_path, kind=broker.DEFAULT)) == ["help-time"]


def test_camera_thrift_comes_to_a_figure_for_each_way_of_encoding(tmp_path: Path) -> None:
    figures = camera_thrift.figures(
        "camera-thrift", folder=tmp_path, kind=broker.DEFAULT, size_px=(160, 96), pictures=30, rounds=1
    )
    assert _names(figures) == [f"camera-thrift-{encoding}" for encoding in camera_thrift.KINDS]


@pytest.mark.nightly
def test_other_detectors_look_at_the_same_clip(tmp_path: Path) -> None:
    # Fetches the demo's clip and motion from Debian, once.
    try:
        found = _names(
            other_detectors.figures("other", folder=tmp_path, kind=broker.DEFAULT, frames=40, eval_folder="")
        )
    except MissingError as problem:
        pytest.skip(str(problem))
    assert found == [f"other-vtest-{who}" for who in ("ours", "motion", "hog")]


@pytest.mark.nightly
def test_camera_process_comes_to_its_figures(tmp_path: Path) -> None:
    figures = camera_process.figures(
        "camera-process", folder=tmp_path, kind=broker.DEFAULT, frames=30, warm_s=0.5, measured_s=1.0, memory_s=1.0
    )
    stills = [f"still-{width}{kind}" for width in (640, 1280) for kind in ("", "-spared")]
    assert _names(figures) == [f"camera-process-{what}" for what in ("speed", *stills, "memory-1", "memory-4")]


@pytest.mark.parametrize("batch_records", [1, 50])
def test_ingest_durable_comes_to_its_figures(batch_records: int, tmp_path: Path) -> None:
    _need("mosquitto_sub", "sqlite3")
    name = f"ingest-durable-{batch_records}"
    figures = ingest_durable.figures(name, folder=tmp_path, kind=broker.DEFAULT, boxes=2, rounds=1, records=200)
    assert _names(figures) == [name, f"{name}-mosquitto_sub-sqlite3"]


def test_ingest_rules_sees_levels_move_and_roll_ups_follow(tmp_path: Path) -> None:
    (found,) = ingest_rules.figures(
        "ingest-rules-50", folder=tmp_path, kind=broker.DEFAULT, boxes=2, rounds=1, records=2000
    )
    assert found.detail["rollup_rows"] == 2000
    assert found.detail["alert_events"] > 0
    assert found.detail["rule_errors"] == 0


def test_acknowledge_under_load_acknowledges_every_alert(tmp_path: Path) -> None:
    (found,) = acknowledge_under_load.figures(
        "acknowledge-under-load", folder=tmp_path, kind=broker.DEFAULT, alerts=3, load_boxes=2
    )
    assert found.detail["count"] == 3
    assert found.detail["load_records"] > 0


@pytest.mark.nightly
def test_memory_finds_each_process(tmp_path: Path) -> None:
    figures = memory.figures("memory", folder=tmp_path, kind=broker.DEFAULT, boxes=5, measured_s=1.0)
    assert _names(figures) == ["memory-gauge", "memory-uplink", "memory-hub"]


@pytest.mark.nightly
def test_tls_cost_compares_connects_and_records_on_each_broker(tmp_path: Path) -> None:
    _need("mosquitto")
    found = list(
        tls_cost.figures(
            "tls-cost", folder=tmp_path, kind=broker.DEFAULT, boxes=2, rounds=1, records=200, connect_s=0.2
        )
    )
    assert [(figure.name, figure.ratio is not None) for figure in found] == [
        (f"tls-cost-{what}-{kind}", True) for kind in broker.KINDS for what in ("connects", "records")
    ]


@pytest.mark.nightly
def test_reconnect_storm_serves_every_box_and_tells_alerts_meanwhile(tmp_path: Path) -> None:
    _need("mosquitto")
    found = list(reconnect_storm.figures("storm", folder=tmp_path, kind=broker.DEFAULT, boxes=3, alerts=2))
    assert [figure.name for figure in found] == [
        f"storm-{what}-{kind}" for kind in broker.KINDS for what in ("served", "alert")
    ]
    assert [figure.detail["count"] for figure in found if "served" in figure.name] == [3, 3]
    assert all(figure.is_passed for figure in found)


@pytest.mark.nightly
def test_wire_bytes_counts_both_sites(tmp_path: Path) -> None:
    _need("mosquitto")
    figures = wire_bytes.figures("wire-bytes", folder=tmp_path, kind=broker.DEFAULT, measured_s=5.0)
    assert _names(figures) == ["wire-bytes-plain", "wire-bytes-tls"]


@pytest.mark.nightly
@pytest.mark.browser
def test_crossing_to_paint_sees_the_wall_change(tmp_path: Path) -> None:
    _need("chromium")
    (found,) = crossing_to_paint.figures(
        "crossing-to-paint", folder=tmp_path, kind=broker.DEFAULT, measured_s=15.0, load_boxes=2
    )
    assert found.detail["count"] > 0
    assert found.detail["never_painted"] == 0
