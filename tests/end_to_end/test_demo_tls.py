"""The demo with TLS: from nothing to boxes with certificates in one command, and nobody else is let in."""

import re
import signal
import socket
import ssl
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from contract.clock import SystemClock, aware
from hub.demo.ports import HTTPS_PORTS
from hub.storage import claims, nodes
from hub.storage import connection as database
from tests.support.authorities import IssuedByHub, make_authority
from tests.support.processes import Child, free_port, is_listening, wait_until

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "city.md"
READY_S = 120.0
FIRST_WASPADA_S = 60.0
END_S = 5.0
CONNECT = b"\x10\x12\x00\x04MQTT\x04\x02\x00\x3c\x00\x06asking"
LET_IN = b"\x20\x02\x00\x00"


class Demo:
    """One demo with TLS below a folder of its own, on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "var" / "tls" / "hub"
        self.mqtt, self.web, self.https = free_port(), free_port(), ports_in_a_row(HTTPS_PORTS)
        self._starts = 0

    def start(self, *, boxes: int) -> Child:
        self._starts += 1
        environment = {
            "JAGAWAI_HOME": str(self.folder / "var"),
            "JAGAWAI_MQTTS_PORT": str(self.mqtt),
            "JAGAWAI_HTTPS_PORT": str(self.https),
            "JAGAWAI_WEB_PORT": str(self.web),
            "JAGAWAI_PHONE_PORT": str(free_port()),
        }
        command = [sys.executable, "-m", "hub", "demo", "--tls", "--speed", "60", "--no-camera", "--boxes", str(boxes)]
        return Child(command, log=self.folder / f"demo-{self._starts}.log", env=environment)

    def identity(self, site_id: str = "tiang-wai-ruhu") -> Path:
        return self.home / "boxes" / site_id / "identity"

    def context(self, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
        """Return TLS that believes the demo's root alone."""
        context = ssl.create_default_context(cafile=str(self.home / "authority" / "root.pem"))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        return context

    def lets_in(self, context: ssl.SSLContext | None) -> bool:
        """Answer whether the broker takes a client that comes with these certificates; None: plainly."""
        try:
            with socket.create_connection(("127.0.0.1", self.mqtt), timeout=10) as plain:
                wire = plain if context is None else context.wrap_socket(plain, server_hostname="127.0.0.1")
                with wire:
                    wire.sendall(CONNECT)
                    return wire.recv(4) == LET_IN
        except OSError:
            return False

    def wait_for_boxes(self) -> list[str]:
        """Return the ids that the hub gave, when each of them has been heard and the hub is open to it."""
        connection = database.read_only(self.home / "hub.db")
        known = sorted(one.node_id for one in claims.all_claims(connection) if one.node_id)

        def are_heard() -> bool:
            found = {node.node_id for node in nodes.all_nodes(connection) if node.is_online}
            assert found <= set(known), "nobody is heard under a name that the hub did not give"
            return found == set(known)

        wait_until(are_heard, what=f"the hello of {known}", deadline_s=READY_S, poll_s=0.1)
        connection.close()
        return known


def ports_in_a_row(count: int) -> int:
    """Return the first of several free ports that follow each other."""
    while True:
        first = free_port()
        if not any(is_listening(first + more) for more in range(1, count)):
            return first


def name_in(certificate: Path) -> str:
    (name,) = x509.load_pem_x509_certificate(certificate.read_bytes()).subject.get_attributes_for_oid(
        NameOID.COMMON_NAME
    )
    return str(name.value)


def commands_in(said: str) -> set[str]:
    """Return what the demo has typed, without its arguments."""
    typed = re.findall(r"^  \$ ((?:hub|provision)(?: [a-z]+)+)", said, re.MULTILINE)
    assert len(typed) >= 3, said
    return set(typed)


def is_connected(child: Child, command: str, port: int) -> bool:
    """Answer whether one of the demo's programs has a connection to a port."""
    (program,) = (one for one in child.family() if one.cmdline()[3:4] == [command])
    found = psutil.Process(program.pid).net_connections("tcp")
    return any(one.raddr[1:] == (port,) and one.status == "ESTABLISHED" for one in found)


@pytest.mark.broker
def test_one_command_lets_boxes_in_by_their_certificates_and_nobody_else(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with demo.start(boxes=1) as child:
        said = child.wait_for_output("Waspada pertama", deadline_s=READY_S)
        (node_id,) = demo.wait_for_boxes()
        certificate, key = demo.identity() / "certificate.pem", demo.identity() / "key.pem"
        assert name_in(certificate) == node_id
        assert f"CN={node_id}" in said
        assert not [typed for typed in commands_in(said) if typed not in GUIDE.read_text(encoding="utf-8")]
        assert is_connected(child, "uplink", demo.mqtt)
        assert is_connected(child, "ingest", demo.mqtt)

        foreign = IssuedByHub(
            make_authority(tmp_path / "foreign", now=aware(SystemClock().now_ms())),
            tmp_path,
            now=aware(SystemClock().now_ms()),
        ).client(node_id)
        assert demo.lets_in(demo.context(certificate, key))
        assert not demo.lets_in(demo.context(foreign.certificate, foreign.key))
        assert not demo.lets_in(demo.context())
        assert not demo.lets_in(None)

        page = f"https://127.0.0.1:{demo.https}/dinding"
        assert httpx.get(page, verify=demo.context(), trust_env=False).status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(page, verify=ssl.create_default_context(), trust_env=False)
        assert httpx.get(f"http://127.0.0.1:{demo.web}/dinding", trust_env=False).status_code == 200

        stopped_s = time.monotonic()
        child.send(signal.SIGINT)
        assert child.wait() == 0, child.output()
        assert time.monotonic() - stopped_s < END_S


@pytest.mark.nightly
@pytest.mark.broker
def test_a_demo_that_was_killed_while_boxes_asked_goes_on_and_a_later_one_asks_nobody(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with demo.start(boxes=4) as child:
        child.wait_for_output("$ provision claim", deadline_s=READY_S)
        child.kill()
    root = (demo.home / "authority" / "root.pem").read_bytes()

    with demo.start(boxes=4) as child:
        said = child.wait_for_output("Waspada pertama", deadline_s=READY_S)
        assert "authority init" not in said
        assert (demo.home / "authority" / "root.pem").read_bytes() == root
        known = demo.wait_for_boxes()
        assert len(known) == 4
        wait_until(lambda: _alerts(demo), what="the first Waspada", deadline_s=FIRST_WASPADA_S, poll_s=0.2)
        child.send(signal.SIGINT)
        assert child.wait() == 0, child.output()

    with demo.start(boxes=4) as child:
        said = child.wait_for_output("Waspada pertama", deadline_s=READY_S)
        assert "provision claim" not in said
        assert all(f"CN={node_id}" in said for node_id in known)
        assert demo.wait_for_boxes() == known
        assert _alerts(demo), "the alert of before is still open"
        child.send(signal.SIGINT)
        assert child.wait() == 0, child.output()


def _alerts(demo: Demo) -> list[object]:
    found = httpx.get(f"http://127.0.0.1:{demo.web}/api/v1/alerts", timeout=5, trust_env=False).raise_for_status()
    return [alert for alert in found.json() if alert["severity"] >= 1]
