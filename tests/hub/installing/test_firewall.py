"""The table of the firewall: what nft says of it, and that nobody locks themselves out."""

import os
import subprocess
from pathlib import Path

import pytest

from hub.config import HubConfig, MqttConfig, TlsConfig, WebConfig, WebTlsConfig
from hub.installing import firewall
from hub.installing.errors import InstallError

CITY = HubConfig(
    mqtt=MqttConfig(port=8883, tls=TlsConfig(ca="a", certificate="b", key="c")), web=WebConfig(tls=WebTlsConfig())
)


def test_nft_takes_the_table(tmp_path: Path) -> None:
    file = tmp_path / "firewall.nft"
    file.write_text(firewall.table(CITY, ssh_ports=frozenset({2222})), encoding="utf-8")
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    done = subprocess.run(
        [*alone, "nft", "--check", "--file", file], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_table_opens_the_ports_of_the_config_and_every_port_of_ssh() -> None:
    text = firewall.table(CITY, ssh_ports=frozenset({2222}))
    assert "tcp dport { 22, 2222 } accept" in text
    assert "tcp dport { 8443, 8444, 8445, 8883 } accept" in text
    assert "flush" not in text


def test_ssh_is_found_where_sshd_listens_and_where_somebody_came_in() -> None:
    said = "port 2200\nport 2222\naddressfamily any\ngatewayports no\n"
    assert firewall.ports_of(sshd=said, connection="192.0.2.9 50000 192.0.2.2 922") == {2200, 2222, 922}
    assert firewall.ports_of(sshd="", connection="") == frozenset()


def test_a_hub_without_https_gets_no_firewall_that_would_shut_it_in() -> None:
    with pytest.raises(InstallError, match=r"\[web\.tls\]"):
        firewall.table(HubConfig(), ssh_ports=frozenset())
