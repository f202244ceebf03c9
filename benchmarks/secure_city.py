"""A hub with its own authority, boxes with certificates of it, and brokers that are rendered as a city's.

The plain peer of a rendered broker has the same bounds and the same store, and lets anybody in.
"""

import getpass
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import broker
from benchmarks.broker import Broker, Kind
from contract.clock import SystemClock, aware
from hub.broker import embedded, files, mosquitto, nats_server
from hub.broker.description import Description
from hub.fleet.authority import making, shelf
from hub.fleet.authority.issuing import issue_node_certificate
from provisioning.identity import box_key
from tests.support.processes import Child, free_port, is_listening, wait_until

_PASSPHRASE = "only a bench, and gone after it"
_OF_TLS = ("tls_version", "cafile", "certfile", "keyfile", "require_certificate", "use_identity", "use_username",
           "allow_anonymous", "acl_file")  # fmt: skip
"""Beginnings of the lines of mosquitto.conf that its plain peer does without."""


class SecureCity:
    """An authority and the boxes that it knows."""

    def __init__(self, folder: Path, *, node_ids: Sequence[str]) -> None:
        """Make both below `folder`; a box costs about 1 ms."""
        self.folder = folder
        self.home = folder / "hub"
        self.node_ids = tuple(sorted(node_ids))
        now = aware(SystemClock().now_ms())
        self._authority = making.init(
            home=self.home, root_folder=folder / "root", passphrase=_PASSPHRASE, names=("localhost",), city="Bench",
            now=now,
        ).authority  # fmt: skip
        self._boxes = folder / "boxes"
        self._boxes.mkdir()
        for node_id in self.node_ids:
            key = box_key.new_key()
            asked = box_key.request_of(key).encode()
            issued = issue_node_certificate(asked, node_id, authority=self._authority, now=now)
            identity_of(self._boxes, node_id).write_bytes(key + issued.chain_pem)

    @property
    def boxes(self) -> Path:
        """Folder of what the boxes show, one file each, and of the root that they believe."""
        return self._boxes

    @property
    def root(self) -> Path:
        """Certificate that boxes believe."""
        return self._authority.folder / shelf.ROOT

    def context(self, node_id: str) -> ssl.SSLContext:
        """Return TLS as a box has it."""
        return context_of(self.root, identity_of(self._boxes, node_id))

    def hub_toml(self) -> str:
        """Return what the hub's config says of TLS."""
        client = self._authority.folder / shelf.CLIENT
        bundle = self._authority.folder / shelf.BUNDLE
        return f'[mqtt.tls]\nca = "{bundle}"\ncertificate = "{client}"\nkey = "{client}"\n'

    @contextmanager
    def running_broker(self, kind: Kind, *, folder: Path, is_tls: bool) -> Iterator[Broker]:
        """Run a rendered broker, or its plain peer, with an empty store for the length of a `with` block."""
        folder.mkdir(parents=True)
        described = Description(
            listen="127.0.0.1",
            port=free_port(),
            authority=self._authority.folder / shelf.BUNDLE,
            server=self._authority.folder / shelf.SERVER,
            folder=folder.resolve(),
            known=self.node_ids,
            runs_as=getpass.getuser(),
        )
        command = _nats_server(described, is_tls=is_tls) if kind == "nats-server" else _mosquitto(described, is_tls)
        with Child(command, log=folder / "broker.log") as child:
            wait_until(lambda: is_listening(described.port), what=f"{kind} to listen")
            yield Broker(kind=kind, port=described.port, child=child)


def identity_of(boxes: Path, node_id: str) -> Path:
    """Return the file with key and certificates of a box."""
    return boxes / f"{node_id}.pem"


def context_of(root: Path, identity: Path) -> ssl.SSLContext:
    """Return TLS that believes a root alone and shows an identity."""
    context = ssl.create_default_context(cafile=str(root))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(identity)
    return context


def _nats_server(described: Description, *, is_tls: bool) -> list[str | Path]:
    if is_tls:
        files.write(described.folder, nats_server.render(described))
    else:
        text = nats_server.render_plain(folder=described.folder, host=described.listen, mqtt_port=described.port)
        (described.folder / nats_server.CONFIG).write_text(text, encoding="utf-8")
    return [embedded.program_path(), "-c", described.folder / nats_server.CONFIG]


def _mosquitto(described: Description, is_tls: bool) -> list[str | Path]:  # noqa: FBT001 - one flag, one caller
    files.write(described.folder, mosquitto.render(described))
    config = described.folder / mosquitto.CONFIG
    if not is_tls:
        lines = [line for line in config.read_text(encoding="utf-8").splitlines() if not line.startswith(_OF_TLS)]
        config.write_text("\n".join([*lines, "allow_anonymous true"]) + "\n", encoding="utf-8")
    return [broker.program("mosquitto"), "-c", config]
