import msgspec
import pytest

from edge_agent.gauges.settings import SENSOR_TABLES, ReplaySettings, SirenSettings, UltrasonicSettings


def test_a_table_is_read_by_the_name_of_its_driver() -> None:
    got = msgspec.convert({"file": "creek.csv", "mounted_offset_cm": 300}, SENSOR_TABLES["replay"])
    assert got == ReplaySettings(file="creek.csv", mounted_offset_cm=300.0)


@pytest.mark.parametrize(
    ("driver", "table", "message"),
    [
        ("replay", {"mounted_offset_cm": 300}, "file"),
        ("replay", {"file": "x", "mounted_offset_cm": 300, "shift": 5}, "shift"),
        ("simulated", {"file": "x", "mounted_offset_cm": 300, "spike_share": 2.0}, "spike_share"),
        ("ultrasonic", {"model": "hc-sr40"}, "hc-sr40"),
    ],
)
def test_a_wrong_key_or_value_is_named(driver: str, table: dict[str, object], message: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        msgspec.convert(table, SENSOR_TABLES[driver])


def test_pins_are_numbers_or_names() -> None:
    assert msgspec.convert({"trigger_pin": "GPIO5"}, UltrasonicSettings).trigger_pin == "GPIO5"
    assert msgspec.convert({"pin": 17}, SirenSettings).driver == "gpio"
