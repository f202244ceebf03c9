"""The firewall of a hub: one table of nftables, of its own. Tables of others are neither read nor flushed.

What comes in: answers to what went out, this machine itself, ICMP, ssh, and the ports that boxes and people need. A
packet that another table drops stays dropped; one that this table drops, no other lets in.
"""

import os
import re
import subprocess
from pathlib import Path

from hub.config import HubConfig
from hub.installing.errors import InstallError

SSH_PORT = 22
_SSHD = Path("/usr/sbin/sshd")
_WITHIN_S = 10.0
_TABLE = """\
# Jagawai: written by install-hub, loaded by jagawai-firewall.service. Only this table is replaced.
table inet jagawai
delete table inet jagawai
table inet jagawai {{
    chain input {{
        type filter hook input priority 10; policy drop;
        ct state established,related accept
        iifname "lo" accept
        meta l4proto {{ 1, 58 }} accept comment "ICMP of both"
        ip6 saddr fe80::/10 udp dport 546 accept comment "DHCPv6"
        tcp dport {{ {ssh} }} accept comment "ssh"
        tcp dport {{ {hub} }} accept comment "HTTPS, bundle, boxes, broker"
    }}
}}
"""


def table(config: HubConfig, *, ssh_ports: frozenset[int]) -> str:
    """Return the file for `nft -f`.

    Raises:
        InstallError: the config has no HTTPS or no TLS to the broker, so nobody could come in.
    """
    tls = config.web.tls
    if tls is None or config.mqtt.tls is None:
        raise InstallError(
            "hub.toml: [web.tls] dan / and [mqtt.tls] diperlukan di kota / are needed in a city. See docs/city.md"
        )
    ports = {tls.port, tls.bundle_at(), tls.boxes_at(), config.mqtt.port}
    return _TABLE.format(ssh=_listed(ssh_ports | {SSH_PORT}), hub=_listed(ports))


def ssh_ports() -> frozenset[int]:
    """Return where this machine's sshd listens, and where whoever types came in.

    Raises:
        InstallError: there is an sshd, and it does not say where it listens; nobody shall be locked out by a guess.
    """
    told = ""
    if _SSHD.exists():
        done = subprocess.run([_SSHD, "-T"], capture_output=True, text=True, timeout=_WITHIN_S, check=False)
        told = done.stdout
        if not ports_of(sshd=told, connection=""):
            raise InstallError(
                f"{_SSHD} -T: tidak menyebut port / names no port ({done.stderr.strip()[:200]}). Perbaiki sshd / mend "
                "it, atau / or: install-hub --no-firewall"
            )
    return ports_of(sshd=told, connection=os.environ.get("SSH_CONNECTION", ""))


def ports_of(*, sshd: str, connection: str) -> frozenset[int]:
    """Return the ports in what `sshd -T` says and in SSH_CONNECTION (address, port, address, port)."""
    found = {int(port) for port in re.findall(r"^port (\d+)$", sshd, flags=re.MULTILINE)}
    last = connection.split()[-1:]
    return frozenset(found | {int(port) for port in last if port.isascii() and port.isdigit()})


def _listed(ports: set[int] | frozenset[int]) -> str:
    return ", ".join(str(port) for port in sorted(ports))
