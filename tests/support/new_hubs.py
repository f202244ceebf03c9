"""A hub that lets boxes in: its authority, a site, codes, and its web process with HTTPS on loopback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.__main__ import main as hub_command
from hub.fleet import claims as codes
from hub.fleet.authority import making, shelf
from hub.fleet.authority.shelf import Authority
from hub.storage import connection as database
from hub.storage import sites
from hub.storage.connection import Connection
from hub.storage.migrations import migrate
from hub.storage.sites import Site
from provisioning.identity import claim_code
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.renewal import BOX_PORT_ABOVE
from tests.support.authorities import NAMES, PASSPHRASE
from tests.support.processes import Child, free_port, is_listening, wait_until

SITES = ("tiang-a", "tiang-b")


class NewHub:
    """A hub in a folder of a test."""

    def __init__(self, folder: Path, *, broker_port: int = 8883) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.config = folder / "hub.toml"
        self.plain_port, self.bundle_port = free_port(), free_port()
        self.port = free_port(above=BOX_PORT_ABOVE)
        self.box_port = self.port + BOX_PORT_ABOVE
        self._broker_port = broker_port
        self._start_files()

    def _start_files(self) -> None:
        now = aware(SystemClock().now_ms())
        self.folder.mkdir(parents=True, exist_ok=True)
        self.authority: Authority = making.init(
            home=self.home,
            root_folder=self.folder / "root",
            passphrase=PASSPHRASE,
            names=NAMES,
            city="Kota Uji",
            now=now,
        ).authority
        self.config.write_text(
            f'home = "home"\n[broker]\nembedded = false\n[web]\nport = {self.plain_port}\n[web.tls]\n'
            f"port = {self.port}\n"
            f"bundle_port = {self.bundle_port}\nbroker_port = {self._broker_port}\n"
            f'[mqtt]\nport = {self._broker_port}\n[mqtt.tls]\nca = "home/authority/{shelf.BUNDLE}"\n'
            f'certificate = "home/authority/{shelf.CLIENT}"\nkey = "home/authority/{shelf.CLIENT}"\n',
            encoding="utf-8",
        )
        with self.database() as connection, database.write(connection):
            for site_id in SITES:
                sites.save(connection, Site(site_id=site_id, name=site_id))

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """Open the hub's database."""
        connection = database.open(self.home / "hub.db")
        migrate(connection)
        try:
            yield connection
        finally:
            connection.close()

    def now_ms(self) -> int:
        """Return the real time by which codes are made, UTC ms."""
        return SystemClock().now_ms()

    def label(self, site_id: str = SITES[0], *, host: str = "127.0.0.1", age_ms: int = 0) -> ClaimText:
        """Make a code that is so old already, and return what its label says."""
        code = claim_code.new_code()
        with self.database() as connection, database.write(connection):
            codes.new(connection, site_id, now_real_ms=SystemClock().now_ms() - age_ms, code=code)
        return ClaimText(code=code, fingerprint=self.authority.fingerprint, address=f"{host}:{self.port}")

    @contextmanager
    def serving(self) -> Iterator[Child]:
        """Run the web process until the block ends."""
        command: list[str | Path] = [sys.executable, "-m", "hub", "web", "--config", self.config]
        with Child(command, log=self.folder / "web.log") as web:
            ports = (self.plain_port, self.port, self.bundle_port, self.box_port)
            wait_until(
                lambda: all(is_listening(port) for port in ports) or not web.is_running,
                what="the hub to listen",
                deadline_s=30.0,
            )
            assert web.is_running, web.output()
            yield web


class NewBox:
    """A box in a folder of a test, before anybody knows it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "box.toml"
        self.home = folder / "state"
        self.identity = self.home / "identity"
        self.config.write_text(
            '# kotak di tiang\n[box]\nhome = "state"   # di kartu\nboard = "laptop"\n\n[gauge.g1]\ndriver = "replay"\n'
            '[gauge.g1.replay]\nfile = "river.csv"\nmounted_offset_cm = 300.0\n',
            encoding="utf-8",
        )

    def claiming(self, *words: str | Path, hub: NewHub | None = None) -> list[str]:
        """Return the arguments of `provision` for this box."""
        port = [] if hub is None else ["--bundle-port", str(hub.bundle_port)]
        return ["claim", "--config", str(self.config), *port, *map(str, words)]

    def everything(self) -> dict[str, bytes]:
        """Return path to content of all files of the box."""
        found = [self.config, *self.home.rglob("*")]
        return {str(path.relative_to(self.config.parent)): path.read_bytes() for path in found if path.is_file()}


def import_at(hub: NewHub, usb: Path) -> int:
    """Let the hub answer a stick, as its operator does; return the exit code."""
    return hub_command(["usb", "import", str(usb), "--config", str(hub.config)])
