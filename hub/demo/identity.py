"""What `provision claim` has written into a box's config: its name, and where its key and certificate lie."""

import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct


class TlsPaths(Struct, frozen=True, kw_only=True):
    """As they stand in the config."""

    ca: str
    certificate: str
    key: str


class Identity(Struct, frozen=True, kw_only=True):
    """Of one box that the hub has let in."""

    node_id: str
    tls: TlsPaths

    def toml(self) -> str:
        """Return the table of the config that names the files."""
        lines = (f'{name} = "{value}"' for name, value in msgspec.structs.asdict(self.tls).items())
        return "[hub.tls]\n" + "\n".join(lines) + "\n\n"


class _Box(Struct, frozen=True, kw_only=True):
    node: str


class _Hub(Struct, frozen=True, kw_only=True):
    tls: TlsPaths


class _Config(Struct, frozen=True, kw_only=True):
    box: _Box
    hub: _Hub


def identity_of(config: Path) -> Identity | None:
    """Return what stands in a box's config, or None if it was not let in yet."""
    try:
        read = msgspec.convert(tomllib.loads(config.read_text(encoding="utf-8")), _Config)
    except (FileNotFoundError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError):
        return None
    return Identity(node_id=read.box.node, tls=read.hub.tls)
