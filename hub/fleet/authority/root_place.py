"""Where copies of the root key were made or used on this machine, so that none is forgotten on a disk of the hub.

A copy that was brought in another way is not known here.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from hub.fleet.authority import shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class RootPlace:
    """A copy of the root key that may still be in reach."""

    path: Path
    is_on_hub_disk: bool
    """On the same disk as the hub's own directory, so it is no stick."""
    is_seen: bool
    """False: this user may not look whether it is still there."""


def places(folder: Path) -> tuple[RootPlace, ...]:
    """Return the known copies that are still there, given the folder of the authority."""
    hub_disk = folder.stat().st_dev
    found = (_place(path, hub_disk=hub_disk) for path in _written(folder))
    return tuple(one for one in found if one is not None)


def with_place(folder: Path, file: Path) -> bytes:
    """Return what to write down after a copy was made or used: it, and the earlier ones that are not gone."""
    earlier = [one.path for one in places(folder) if one.path != file] if folder.is_dir() else []
    return b"".join(os.fsencode(path) + b"\n" for path in (*earlier, file))


def _written(folder: Path) -> list[Path]:
    try:
        lines = (folder / shelf.ROOT_PLACE).read_bytes().splitlines()
    except OSError:
        return []
    return [Path(os.fsdecode(line)) for line in lines if line.strip() and b"\0" not in line]


def _place(path: Path, *, hub_disk: int) -> RootPlace | None:
    try:
        facts = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return RootPlace(path=path, is_on_hub_disk=False, is_seen=False)
    if not stat.S_ISREG(facts.st_mode):
        return None
    return RootPlace(path=path, is_on_hub_disk=facts.st_dev == hub_disk, is_seen=True)
