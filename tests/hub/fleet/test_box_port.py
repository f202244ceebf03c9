"""Where boxes look for their port and where it is: said as long as it can be mended at a desk."""

from pathlib import Path

import pytest

from hub.__main__ import main
from hub.config import WebConfig, WebTlsConfig
from hub.fleet.box_port import warning


@pytest.mark.parametrize(
    ("url", "box_port", "address", "looked_at"),
    [
        ("", None, None, None),
        ("", 8445, None, None),
        ("", 9001, None, 8445),
        ("https://hub.kota.example", None, None, 445),
        ("https://hub.kota.example:9443", None, None, 9445),
        ("http://192.168.10.2:8080", None, None, None),
        ("https://hub.kota.example", None, "192.168.10.2:8443", None),
        ("https://hub.kota.example", 445, None, None),
    ],
)
def test_a_port_of_boxes_where_no_box_looks_is_told(
    url: str, box_port: int | None, address: str | None, looked_at: int | None
) -> None:
    web = WebConfig(public_url=url, tls=WebTlsConfig(box_port=box_port))
    told = warning(web, address=address)
    assert (told is None) == (looked_at is None)
    assert f"{looked_at}," in (told or f"{looked_at},")


def test_a_hub_without_boxes_by_https_is_told_nothing() -> None:
    assert warning(WebConfig()) is None


def test_the_config_check_says_it_beside_what_it_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "hub.toml"
    file.write_text("[web.tls]\nbox_port = 9001\n", encoding="utf-8")
    assert main(["--check-config", "--config", str(file)]) == 0
    told = capsys.readouterr()
    assert "--box-port 9001" in told.err
    assert told.out.startswith("{")
