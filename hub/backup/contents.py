"""What stands in a backup: a tar, locked by age. Nothing else is read back from one.

```
hub.toml           the config, as it is
authority/*        keys and certificates of the issuing authority; the root key is not at the hub
secrets/*          what channels sign with
hub.db             the database at one moment
manifest.json      last: what the files above are, with their SHA-256
```
"""

import re
from pathlib import Path

from msgspec import Struct

CONFIG, DATABASE, MANIFEST = "hub.toml", "hub.db", "manifest.json"
FOLDERS = ("authority", "secrets")
FILES_AT_MOST = 1_000
MANIFEST_AT_MOST_BYTES = 1024 * 1024

_PREFIX, _SUFFIX = "jagawai-", ".tar.age"
_MADE = re.compile(r"jagawai-[0-9]{8}T[0-9]{6}Z\.tar\.age")
_UNFINISHED = re.compile(rf"{_MADE.pattern}\.part")
_IN_FOLDER = re.compile(rf"(?:{'|'.join(FOLDERS)})/[A-Za-z0-9_-][A-Za-z0-9._-]*")


class Part(Struct, frozen=True, kw_only=True):
    """One file of a backup."""

    name: str
    size: int
    """Bytes."""
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds."""

    v: int
    made_ms: int
    """Real time, UTC ms."""
    agent: str
    """Version of the hub that made it."""
    db_epoch: str
    records: int
    alerts: int
    parts: tuple[Part, ...]


def file_name(made_at: str) -> str:
    """Return the name of a backup of this moment, `20261122T060000Z`."""
    return f"{_PREFIX}{made_at}{_SUFFIX}"


def unfinished_name(name: str) -> str:
    """Return how a backup of this name is called while it is written."""
    return f"{name}.part"


def is_part(name: str) -> bool:
    """Answer whether a backup may hold a file of this name."""
    return name in {CONFIG, DATABASE} or _IN_FOLDER.fullmatch(name) is not None


def unfinished_in(folder: Path) -> list[Path]:
    """Return what backups that were cut short left in a folder."""
    return [path for path in folder.iterdir() if _UNFINISHED.fullmatch(path.name)]


def backups_in(folder: Path) -> list[Path]:
    """Return the backups in a folder, oldest first; whatever else lies there is passed over."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _MADE.fullmatch(path.name) and path.is_file())
