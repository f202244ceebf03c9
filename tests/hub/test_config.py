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
