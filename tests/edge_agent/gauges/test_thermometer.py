import logging
from pathlib import Path

import pytest

from edge_agent.gauges.thermometer import NoThermometer, OneWireThermometer


def test_the_kernel_writes_thousandths_of_a_degree(tmp_path: Path) -> None:
    path = tmp_path / "temperature"
    path.write_text("28437\n")
    assert OneWireThermometer(path=path).read_c() == 28.437


@pytest.mark.parametrize("content", ["85000\n", "-55000\n", "", "garbage"])
def test_what_cannot_be_air_is_not_measured(tmp_path: Path, content: str) -> None:
    path = tmp_path / "temperature"
    path.write_text(content)
    assert OneWireThermometer(path=path).read_c() is None


def test_a_cut_wire_is_told_once_and_so_is_its_return(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "temperature"
    thermometer = OneWireThermometer(path=path)
    with caplog.at_level(logging.INFO):
        assert [thermometer.read_c() for _ in range(3)] == [None] * 3
        path.write_text("27000")
        assert thermometer.read_c() == 27.0
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_a_box_without_a_thermometer_knows_that_it_does_not_know() -> None:
    assert NoThermometer().read_c() is None
