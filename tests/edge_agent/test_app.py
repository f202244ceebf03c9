"""How a box is put together."""

from pathlib import Path

import msgspec

from contract.clock import SystemClock
from edge_agent.app import open_gauge_outbox, open_siren, quota_mb, sensor_posts
from edge_agent.config import EdgeConfig, load
from edge_agent.gauges.post import SENSOR_FAILED
from tests.support.boxes import document, write_config

REAL = '[gauge.g1]\ndriver = "ultrasonic"\n'


def config(folder: Path, *, extra: str = "", gauge: str = REAL) -> EdgeConfig:
    return load(write_config(folder, gauge=gauge, extra=extra))


def keep_document(settings: EdgeConfig, *, wanted_mb: int) -> None:
    body = msgspec.json.encode(msgspec.structs.replace(document(8), quota_mb=wanted_mb))
    with open_gauge_outbox(settings, clock=SystemClock()) as outbox, outbox.transaction() as transaction:
        transaction.set_state("desired", body)


def test_before_the_hub_has_spoken_the_configs_quota_holds(tmp_path: Path) -> None:
    settings = config(tmp_path)
    assert quota_mb(settings, settings.box.home / "outbox-gauge.db") == 256


def test_the_hub_may_lower_the_quota_and_never_raise_it_above_the_configs(tmp_path: Path) -> None:
    settings = config(tmp_path)
    for wanted_mb, quota in ((64, 64), (4_096, 256), (1, 8)):
        keep_document(settings, wanted_mb=wanted_mb)
        assert quota_mb(settings, settings.box.home / "outbox-gauge.db") == quota


def test_a_box_without_a_siren_has_none_and_no_fault(tmp_path: Path) -> None:
    assert open_siren(config(tmp_path)) == (None, "")


def test_a_mock_siren_is_opened(tmp_path: Path) -> None:
    siren, fault = open_siren(config(tmp_path, extra='[siren]\npin = 17\ndriver = "mock"'))
    assert siren is not None
    assert fault == ""
    siren.close()


def test_a_siren_whose_pin_does_not_exist_is_a_fault_in_words(tmp_path: Path) -> None:
    siren, fault = open_siren(config(tmp_path, extra='[siren]\npin = 99\ndriver = "mock"'))
    assert siren is None
    assert fault.startswith("Sirene tidak dapat dibuka: ")


def test_a_sensor_that_is_not_there_is_no_reason_not_to_start(tmp_path: Path) -> None:
    missing = '[gauge.g1]\ndriver = "replay"\n[gauge.g1.replay]\nfile = "away.csv"\nmounted_offset_cm = 400.0'
    (post,) = sensor_posts(config(tmp_path, gauge=missing), clock=SystemClock(), folder=tmp_path)
    burst, reason = post.measure()
    assert reason == SENSOR_FAILED
    assert set(burst.distances_mm) == {None}
