"""The kinds of broker that the hub can render, and where the files of each stand."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hub.broker import mosquitto, nats_server
from hub.broker.description import Description
from hub.broker.files import RenderedFile
from hub.fleet.authority import shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A file of the authority, and where the broker reads it; the same path twice where it reads the original."""

    source: Path
    installed: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of broker."""

    name: str
    render: Callable[[Description], tuple[RenderedFile, ...]]
    own_folder: Path | None
    """Where its system package reads its files; None: the hub keeps them in its own folder."""

    def folder(self, *, home: Path) -> Path:
        """Return where its files are installed, unless somebody says otherwise."""
        return self.own_folder or home / "broker"

    def authority(self, *, home: Path, folder: Path) -> Placed:
        """Return where the certificates stand that clients are believed by."""
        return self._placed(shelf.folder_of(home) / shelf.BUNDLE, folder / "certs" / "jagawai-authority.pem")

    def server(self, *, home: Path, folder: Path) -> Placed:
        """Return where the server's key and certificates stand."""
        return self._placed(shelf.folder_of(home) / shelf.SERVER, folder / "certs" / "jagawai-server.pem")

    def _placed(self, source: Path, copied: Path) -> Placed:
        # A broker under a user of its own must not be able to look into the authority's folder.
        return Placed(source=source, installed=source if self.own_folder is None else copied)


MOSQUITTO = Kind(name=mosquitto.KIND, render=mosquitto.render, own_folder=Path("/etc/mosquitto"))
NATS_SERVER = Kind(name=nats_server.KIND, render=nats_server.render, own_folder=None)
KINDS = {kind.name: kind for kind in (MOSQUITTO, NATS_SERVER)}
