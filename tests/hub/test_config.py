"""The hub's config file, where the environment has its say."""

from pathlib import Path

import pytest

from hub.config import load_config
from hub.errors import ConfigError


@pytest.mark.parametrize("text", ["²", "٣", "0", "65536", "-1", "1.5", "http"])
def test_a_port_from_the_environment_that_is_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "hub.toml").write_text("")
    monkeypatch.setenv("JAGAWAI_WEB_PORT", text)
    with pytest.raises(ConfigError, match="JAGAWAI_WEB_PORT must be a port from 1 to 65535"):
        load_config(tmp_path / "hub.toml")


def test_each_listener_has_its_own_port(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text("[web.tls]\nport = 8443\nbundle_port = 8443\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"web\.tls\.bundle_port and web\.tls\.box_port must differ"):
        load_config(file)
    file.write_text("[web.tls]\n", encoding="utf-8")
    tls = load_config(file).web.tls
    assert tls is not None
    assert (tls.host, tls.port, tls.bundle_at(), tls.boxes_at(), tls.broker_port) == (
        "127.0.0.1", 8443, 8444, 8445, 8883)  # fmt: skip
    file.write_text("[web.tls]\nport = 65535\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"got 8080, 65535, 65536"):
        load_config(file)
