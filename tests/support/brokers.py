"""Real brokers for tests: nats-server and mosquitto on loopback, plain or with TLS certificates and rights by name.

Each broker listens on a port of its own below a folder of its own, can be killed or ended, and comes back on the same
port with the store it left or with an empty one. The fixtures ``broker`` and ``tls_broker`` run a test once per kind.
The product's own starter of the embedded broker is not used here, so that these tests do not lean on what they test.
"""

import getpass
import shutil
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.support.certificates import Authority, KeyPair
from tests.support.processes import Child, free_port, is_listening, wait_until

Kind = Literal["nats-server", "mosquitto"]
KINDS: tuple[Kind, ...] = ("nats-server", "mosquitto")

# The boxes that a TLS broker of the fixture knows, beside the hub itself.
HUB_ID = "hub"
NODE_IDS = ("n-7f3k2m9q", "n-2c9d4x8w")

_UP_LEAVES = ("records", "hello", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The authority that a TLS broker trusts, and the boxes it knows."""

    authority: Authority
    node_ids: tuple[str, ...]

    def client(self, name: str) -> KeyPair:
        """Sign a client certificate for the hub or a box."""
        return self.authority.client(name)


class Broker:
    """One broker, started in ``folder``; ``port`` stays the same over every restart.

    Attributes:
        kind: which program it is.
        host: always loopback.
        port: of MQTT, plain or TLS.
        tls: what clients need to connect, None for a plain broker that lets anybody in.
    """

    def __init__(self, kind: Kind, *, folder: Path, tls: Tls | None = None, port: int | None = None) -> None:
        self.kind: Kind = kind
        self.host = "127.0.0.1"
        self.port = port or free_port()
        self.tls = tls
        self._folder = folder
        self._store = folder / "store"
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "broker.conf"
        config.write_text(_CONFIGS[kind](self.port, self._store, tls), encoding="utf-8")
        self._command: list[str | Path] = [_program(kind), "-c", config]
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._child is not None, "the broker was never started"
        return self._child.pid

    def start(self) -> None:
        """Start the broker and return as soon as it accepts connections."""
        self._store.mkdir(exist_ok=True)
        child = self._child = Child(self._command, log=self._folder / "broker.log")

        def accepts() -> bool:
            assert child.is_running, f"{self.kind} ended at its start:\n{child.output()}"
            return is_listening(self.port)

        wait_until(accepts, what=f"{self.kind} to listen on port {self.port}")

    def kill(self) -> None:
        """End the broker as a power cut does (SIGKILL)."""
        if self._child is not None:
            self._child.kill()

    def terminate(self) -> None:
        """End the broker as an operator does (SIGTERM), so that it can keep what it holds."""
        assert self._child is not None, "the broker was never started"
        self._child.terminate()

    def restart(self, *, store: Literal["kept", "empty"] = "kept", how: Literal["kill", "terminate"] = "kill") -> None:
        """End the broker, throw its store away if asked, and start it again on the same port."""
        if how == "kill":
            self.kill()
        else:
            self.terminate()
        if store == "empty":
            shutil.rmtree(self._store)
        self.start()

    def output(self) -> str:
        """Return what the broker has written to its log."""
        return self._child.output() if self._child is not None else ""


@contextmanager
def running_broker(kind: Kind, *, folder: Path, node_ids: tuple[str, ...] | None = None) -> Iterator[Broker]:
    """Run one broker for the length of a ``with`` block.

    Args:
        kind: nats-server or mosquitto.
        folder: for config, store, log and certificates; made if missing.
        node_ids: the boxes that a TLS broker knows; None starts a plain one.
    """
    tls = None if node_ids is None else Tls(authority=Authority(folder / "certificates"), node_ids=node_ids)
    broker = Broker(kind, folder=folder, tls=tls)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


def _each_kind() -> list[object]:
    return [pytest.param(kind, id=kind, marks=pytest.mark.broker) for kind in KINDS]


@pytest.fixture(params=_each_kind())
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A plain broker on loopback, once as nats-server and once as mosquitto."""
    with running_broker(request.param, folder=tmp_path / "broker") as started:
        yield started


@pytest.fixture(params=_each_kind())
def tls_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A broker with mutual TLS and rights by common name, that knows the hub and ``NODE_IDS``."""
    with running_broker(request.param, folder=tmp_path / "broker", node_ids=NODE_IDS) as started:
        yield started


def _program(kind: Kind) -> Path:
    """Find the broker's program: nats-server comes from the wheel, mosquitto from Debian."""
    # Debian puts mosquitto where only root's PATH looks.
    places = {"nats-server": sysconfig.get_path("scripts"), "mosquitto": "/usr/sbin:/usr/bin:/usr/local/sbin"}
    found = shutil.which(kind, path=places[kind]) or shutil.which(kind)
    if found is None:
        pytest.skip(f"{kind} is not installed")
    return Path(found)


def _nats_config(port: int, store: Path, tls: Tls | None) -> str:
    security = "" if tls is None else f", {_nats_tls(tls.authority)}"
    lines = [
        'server_name: "jagawai-test"',
        # The client listener of NATS itself cannot be left out; nobody uses it here.
        f'listen: "127.0.0.1:{free_port()}"',
        f'jetstream {{ store_dir: "{store}", max_memory_store: 64MB, max_file_store: 256MB }}',
        f'mqtt {{ listen: "127.0.0.1:{port}"{security} }}',
    ]
    if tls is not None:
        users = [f'{{ user: "CN={HUB_ID}", permissions: {{ publish: ">", subscribe: ">" }} }}']
        users += [_nats_user(node_id) for node_id in tls.node_ids]
        lines.append("authorization { users = [\n" + "\n".join(users) + "\n] }")
    return "\n".join(lines) + "\n"


def _nats_tls(authority: Authority) -> str:
    return (
        f'tls {{ cert_file: "{authority.server.certificate}", key_file: "{authority.server.key}", '
        f'ca_file: "{authority.ca_certificate}", verify_and_map: true }}'
    )


def _nats_user(node_id: str) -> str:
    publish = ", ".join(f'"jw.1.up.{node_id}.{leaf}"' for leaf in _UP_LEAVES)
    # `#` also covers the parent level, so NATS wants the bare parent allowed beside everything below it.
    subscribe = f'"jw.1.dn.{node_id}", "jw.1.dn.{node_id}.>"'
    rights = f"publish: {{ allow: [{publish}] }}, subscribe: {{ allow: [{subscribe}] }}"
    return f'{{ user: "CN={node_id}", permissions: {{ {rights} }} }}'


def _mosquitto_config(port: int, store: Path, tls: Tls | None) -> str:
    lines = [
        "per_listener_settings false",
        # Started as root it would otherwise become another user, who may not read a test's folder.
        f"user {getpass.getuser()}",
        "persistence true",
        f"persistence_location {store}/",
        # Without it each TLS connect waits 40 ms for a delayed acknowledgement of the kernel.
        "set_tcp_nodelay true",
        f"listener {port} 127.0.0.1",
    ]
    if tls is None:
        return "\n".join([*lines, "allow_anonymous true"]) + "\n"
    lines += [
        "allow_anonymous false",
        f"cafile {tls.authority.ca_certificate}",
        f"certfile {tls.authority.server.certificate}",
        f"keyfile {tls.authority.server.key}",
        "require_certificate true",
        "use_identity_as_username true",
        f"acl_file {_mosquitto_rights(store.parent / 'broker.acl')}",
    ]
    return "\n".join(lines) + "\n"


def _mosquitto_rights(path: Path) -> Path:
    lines = [f"user {HUB_ID}", "topic readwrite #"]
    lines += [f"pattern write jw/1/up/%u/{leaf}" for leaf in _UP_LEAVES]
    lines += ["pattern read jw/1/dn/%u/#"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


_CONFIGS: dict[Kind, Callable[[int, Path, Tls | None], str]] = {
    "nats-server": _nats_config,
    "mosquitto": _mosquitto_config,
}
