"""What makes a box itself, and what it keeps for the hub, taken off the disk. Done again after a cut, it goes on.

In this order, each safely gone before the next:

1. the keys of all places of the identity, and what a cut has left of one: overwritten, then unlinked;
2. the link to the place in use, certificates, bundles, steps, the hub's answer, the claim's journal;
3. inbox and outboxes, with their logs, older files and links;
4. pictures that wait for the hub.

So whatever is left after a cut has no key. Overwriting reaches the old bytes on a disk, not for sure on a flash card,
which writes elsewhere: what ends the key for good is that the hub takes it no more.

Left where they are: the config, whose `[hub.tls]` names files that are gone; what the box was shown of the hub's audit
log; damaged outboxes that were set apart for a technician.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from edge_agent.blobs.outgoing import FOLDER as PICTURES
from edge_agent.outbox.place import SUFFIXES, Place
from edge_agent.renewal.slots import BUNDLE, CERTIFICATE, CURRENT, FOLDER, JOURNAL, KEY, STEP, Slots

INBOX = "inbox.db"
ANSWER = "answer.json"
_REST = (CERTIFICATE, BUNDLE, STEP, CURRENT, ANSWER, JOURNAL)
"""Behind the keys, in this order; the journal last: it says that this was a claim."""


class Eraser:
    """What is done to the disk."""

    def overwrite(self, path: Path) -> None:
        """Write zeros over a plain file, through to the disk; never through a link."""
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
            os.fsync(handle)
        finally:
            os.close(handle)

    def unlink(self, path: Path) -> None:
        """Take a name away, safely."""
        path.unlink(missing_ok=True)
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def wipe(home: Path, *, outboxes: list[Path], eraser: Eraser | None = None) -> None:
    """Wipe a box.

    Args:
        home: of the box; nobody else writes there.
        outboxes: their names; those that this process holds are not open.
        eraser: what is done to the disk.

    Raises:
        SlotsInUseError: another program works on the identity now.
        OSError: something cannot be removed.
    """
    erase = eraser or Eraser()
    folder = home / FOLDER
    with ExitStack() as held:
        if folder.is_dir() and not folder.is_symlink():
            held.enter_context(Slots(folder).locked())
            _wipe_identity(folder, erase)
        for path in (home / INBOX, *outboxes):
            for left in _files_of(path):
                erase.unlink(left)
        for picture in sorted((home / PICTURES).glob("*")):
            if picture.is_symlink() or not picture.is_dir():
                erase.unlink(picture)


def held_places(paths: list[Path]) -> list[Place]:
    """Take the places of these files, all or none: nobody else writes them from now on.

    Raises:
        OutboxInUseError: another process has one.
    """
    places: list[Place] = []
    try:
        places.extend(Place(path) for path in paths)
    except BaseException:
        for place in places:
            place.release()
        raise
    return places


def _wipe_identity(folder: Path, erase: Eraser) -> None:
    places = [place for place in (folder, folder / "a", folder / "b") if place.is_dir() and not place.is_symlink()]
    for place in places:
        for path in (place / KEY, *sorted(place.glob(".*"))):  # what is hidden waits to become a file, maybe a key
            if _is_plain(path):
                erase.overwrite(path)
            if os.path.lexists(path) and not path.is_dir():
                erase.unlink(path)
    for name in _REST:
        for place in places:
            if os.path.lexists(place / name):
                erase.unlink(place / name)


def _is_plain(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False


def _files_of(path: Path) -> Iterator[Path]:
    """Yield everything on the disk that belongs to one outbox or inbox, the link first, the lock last."""
    names = [path]
    names += sorted(path.parent.glob(f".{path.name}.????????"))
    names += sorted(path.parent.glob(f"{path.stem}.????????{path.suffix}*"))
    names += [Path(f"{path}{suffix}") for suffix in SUFFIXES[1:]]
    names.append(path.with_suffix(".lock"))
    yield from (name for name in names if os.path.lexists(name))
