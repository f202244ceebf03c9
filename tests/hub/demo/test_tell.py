"""What the demo tells in the terminal: each alert by its own word, once."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.severity import DEFAULT_WORDS
from hub.demo.tell import Teller
from tests.support.cities import flooded_city
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    made = flooded_city(tmp_path / "hub.db")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("kind", "severity", "word"),
    [("hub", 0, "PUSAT"), ("silence", 0, "DIAM"), ("fault", 0, "GANGGUAN"), ("level", 2, "SIAGA")],
)
def test_an_alert_is_told_once_by_the_word_of_its_kind(
    city: HubData, caplog: pytest.LogCaptureFixture, kind: str, severity: int, word: str
) -> None:
    teller = Teller(city.connection, clock=FakeClock(), words=DEFAULT_WORDS)
    city.update("alerts", "alert_id", "a-awas", kind=kind, severity=severity, station_id=None)
    with caplog.at_level(logging.INFO, logger="demo"):
        teller.look()
        teller.look()
    (said,) = [record.getMessage() for record in caplog.records if "a-awas" in record.getMessage()]
    assert f" {word} " in said
    assert "None" not in said
    assert "NORMAL" not in said
