from pathlib import Path
from typing import Any

import pytest

from contract.config_file import read_tables
from edge_agent.cameras.settings import CameraSettings, RtspSettings, SyntheticSettings, UsbSettings

URL = "rtsp://192.168.1.64:554/Streaming/Channels/102"


def problems_of(table: dict[str, Any]) -> list[str]:
    return read_tables(CameraSettings, table, folder=Path())[1]


def test_a_camera_has_the_table_of_its_driver() -> None:
    config, problems = read_tables(
        CameraSettings, {"driver": "rtsp", "rtsp": {"url": URL, "codec": "h265"}}, folder=Path()
    )
    assert problems == []
    assert config is not None
    assert config.chosen() == RtspSettings(url=URL, codec="h265")


@pytest.mark.parametrize(
    ("driver", "settings"), [("usb", UsbSettings()), ("synthetic", SyntheticSettings())], ids=["usb", "synthetic"]
)
def test_drivers_that_need_nothing_said_need_no_table(driver: Any, settings: object) -> None:
    assert CameraSettings(driver=driver).chosen() == settings


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"driver": "rtsp"}, "driver rtsp needs its own table"),
        ({"driver": "file", "file": {"file": "a.mp4"}, "usb": {}}, "the table of usb is there"),
        ({"driver": "rtps", "rtsp": {"url": URL}}, "Did you mean rtsp?"),
        ({"driver": "rtsp", "rtsp": {"url": URL, "codec": "mjpeg"}}, "any, h264 or h265"),
        ({"driver": "rtsp", "rtsp": {"url": "http://192.168.1.64/"}}, "must be like rtsp://"),
        ({"driver": "rtsp", "rtsp": {"url": URL, "open_timeout_s": 60}}, "1 to 8"),
        ({"driver": "rtsp", "rtsp": {"url": URL, "password_file": "sandi"}}, "needs `user`"),
        ({"driver": "usb", "usb": {"width_px": 0}}, "16 to 7680"),
        ({"driver": "synthetic", "max_width_px": 1e9}, "max_width_px"),
    ],
)
def test_a_wrong_table_is_named_with_what_it_should_be(table: dict[str, Any], message: str) -> None:
    (problem,) = problems_of(table)
    assert message in problem


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    table = {"driver": "rtsp", "rtsp": {"url": "rtsp://warga:rahasia@192.168.1.64/utara"}}  # pragma: allowlist secret
    (problem,) = problems_of(table)
    assert "password_file" in problem
    assert "rahasia" not in problem
