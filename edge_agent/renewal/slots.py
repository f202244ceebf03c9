"""Two places for a box's key and certificate, and a link that says which is in use.

```
identity/key.pem, certificate.pem, bundle.pem   as the claim laid them out; in use while there is no link
identity/a/, identity/b/                        the same three files, of a renewal
identity/current                                link to `a` or `b`
identity/a/step, identity/b/step                only in the place that is being filled
```
The rules, each a state that a power cut may leave:

1. What the link names is in use, whatever stands in it beside the three files. Without a link the claim's files are.
2. The other place counts only with its `step`: BEGUN while it is filled, TRIED when the hub has taken the certificate
   by HTTPS, or stands by it. Without `step` it is what was in use before, or nothing, and is wiped, the key first.
3. The switch is one rename of the link, followed by the wiping of what was in use. Only the uplink does it, after the
   broker has taken the new certificate.
4. A key outlives its certificate: what cannot be used any more is fetched anew with the same key.

Files are written by `provisioning.renewal`; here they are only named, judged and removed.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

FOLDER = "identity"
"""In the box's home."""
JOURNAL = "journal.json"
"""Of the claim; where there is none, the identity was made by hand and is renewed by hand."""
KEY, CERTIFICATE, BUNDLE = "key.pem", "certificate.pem", "bundle.pem"
_FILES = (KEY, CERTIFICATE, BUNDLE)
"""In the order in which they are wiped."""
STEP = "step"
CURRENT = "current"
_NAMES = ("a", "b")


class Step(StrEnum):
    """How far the place that is not in use is filled."""

    BEGUN = "begun"
    TRIED = "tried"


class SlotsInUseError(OSError):
    """Another process works on this identity now."""


class Slots:
    """The identity of one box."""

    def __init__(self, folder: Path) -> None:
        """Name the folder `identity`; it is there."""
        self.folder = folder

    def in_use(self) -> Path:
        """Return the folder of the three files that are in use."""
        name = self._linked()
        return self.folder if name is None else self.folder / name

    def idle(self) -> Path:
        """Return the folder that the next ones are put into; it may not be there yet."""
        return self.folder / ("b" if self._linked() == "a" else "a")

    def step(self) -> Step | None:
        """Return how far the idle place is filled, or None.

        Raises:
            OSError: the disk does not say.
        """
        try:
            return Step((self.idle() / STEP).read_text(encoding="ascii"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def is_ready(self) -> bool:
        """Answer whether the idle place holds what can be switched to.

        Raises:
            OSError: the disk does not say.
        """
        return self.step() is Step.TRIED and all((self.idle() / name).is_file() for name in _FILES)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes away.

        Raises:
            SlotsInUseError: one is at work.
            OSError: the folder cannot be opened.
        """
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                raise SlotsInUseError(f"{self.folder}: another program is renewing it") from problem
            yield
        finally:
            os.close(handle)

    def switch(self) -> None:
        """Take the idle place into use and wipe the other; with the lock held.

        Raises:
            OSError: the disk does not take it; what was in use stays so.
        """
        waiting = self.folder / f".{CURRENT}.{secrets.token_hex(4)}"
        waiting.symlink_to(self.idle().name)
        try:
            waiting.replace(self.folder / CURRENT)
        except OSError:
            waiting.unlink(missing_ok=True)
            raise
        _settle(self.folder)
        self.tidy()

    def tidy(self) -> None:
        """Take away what a switch, whole or cut, has left; with the lock held.

        Raises:
            OSError: it cannot be removed.
        """
        for waiting in self.folder.glob(f".{CURRENT}.*"):
            waiting.unlink(missing_ok=True)
        if self._linked() is not None:
            _remove(self.in_use(), (STEP,))
            _remove(self.folder, _FILES)
        if self.step() is None:
            self.wipe_idle()

    def drop_certificate(self) -> None:
        """Take the certificate of the idle place away; with the lock held. Asked with the same key it comes again.

        Raises:
            OSError: it cannot be removed.
        """
        _remove(self.idle(), (CERTIFICATE,))

    def wipe_idle(self) -> None:
        """Empty the idle place, its key first and its step last; with the lock held.

        Raises:
            OSError: something cannot be removed.
        """
        for waiting in self.idle().glob(".*"):
            waiting.unlink(missing_ok=True)
        _remove(self.idle(), (*_FILES, STEP))

    def _linked(self) -> str | None:
        try:
            name = str((self.folder / CURRENT).readlink())
        except OSError:
            return None
        return name if name in _NAMES else None


def _remove(folder: Path, names: tuple[str, ...]) -> None:
    """Remove files, each safely gone before the next."""
    for name in names:
        with suppress(FileNotFoundError, NotADirectoryError):
            (folder / name).unlink()
            _settle(folder)


def _settle(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
