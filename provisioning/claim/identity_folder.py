"""`<home of the box>/identity/` (0700, each file 0600): what makes a box itself.

```
journal.json      how far the claim has come, and what stands on the label
key.pem           the box's own key
answer.json       what the hub has answered, until it is laid out
certificate.pem   the box's certificate and that of the issuing key
bundle.pem        root and issuing certificates of the hub
```
Each file is replaced in one step, so after a power cut it is the old one or the new one, whole.
"""

import os
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from provisioning.claim.errors import BoxHomeError
from provisioning.identity import disk

FOLDER = "identity"
KEY, CERTIFICATE, BUNDLE = "key.pem", "certificate.pem", "bundle.pem"
_JOURNAL, _ANSWER = "journal.json", "answer.json"


class Step(StrEnum):
    """How far a claim has come: what is on the disk, and so what comes next."""

    LABELLED = "labelled"
    """The label is known; a key is made next."""
    KEYED = "keyed"
    """The key is there; the hub is asked next, as often as it takes."""
    ANSWERED = "answered"
    """The answer is there and was verified; it is laid out next."""
    INSTALLED = "installed"
    """Certificate and bundle are in place; the config is told next."""
    DONE = "done"
    """The uplink can connect. The code is forgotten."""


class Journal(Struct, frozen=True, kw_only=True):
    """How far a claim has come."""

    step: Step
    code: str
    """Normalised; empty when it is no longer needed."""
    code_digest: str
    """Tells whether the same label is given again."""
    fingerprint: str
    """As on the label: 64 digits, or the short form."""
    address: str
    """host:port of the hub."""
    node: str = ""
    """Known from ANSWERED on."""

    def __repr__(self) -> str:
        """Say nothing of the code."""
        return f"Journal(step={self.step.value}, node={self.node!r})"


class IdentityFolder:
    """The folder of one box."""

    def __init__(self, home: Path) -> None:
        """Name the folder below the box's home; nothing is made yet."""
        self.path = home / FOLDER
        self._home = home

    def prepare(self) -> None:
        """Make the folder if it is not there, and take away what a cut has left half-written.

        Raises:
            BoxHomeError: it cannot be made.
        """
        try:
            disk.make_folder(self._home)
            disk.make_folder(self.path)
            if os.geteuid() == 0:
                owner = self._owner()
                os.chown(self.path, owner.st_uid, owner.st_gid)
            disk.sweep(self.path)
        except OSError as problem:
            raise BoxHomeError(
                f"{self.path}: {problem.strerror}. Beri hak atau tempat / give rights or make room; box.home in the "
                "config names where it is."
            ) from problem

    def journal(self) -> Journal | None:
        """Return how far the claim has come, or None before the first.

        Raises:
            BoxHomeError: the journal cannot be read.
        """
        data = self.read(_JOURNAL)
        try:
            return None if data is None else msgspec.json.decode(data, type=Journal)
        except msgspec.MsgspecError as problem:
            raise BoxHomeError(
                f"{self.path / _JOURNAL}: broken ({problem}). Hapus berkas ini dan mulai lagi dengan labelnya / "
                "remove it and begin again with the label; the key stays."
            ) from problem

    def keep_journal(self, journal: Journal) -> None:
        """Bring a new journal to the disk."""
        self.write(_JOURNAL, msgspec.json.encode(journal))

    def key(self) -> bytes | None:
        """Return the box's key as PEM, or None."""
        return self.read(KEY)

    def keep_answer(self, answer: bytes) -> None:
        """Bring the hub's answer to the disk."""
        self.write(_ANSWER, answer)

    def answer(self) -> bytes | None:
        """Return the hub's answer, or None."""
        return self.read(_ANSWER)

    def forget_answer(self) -> None:
        """Take away the answer, which is laid out by now."""
        self._remove(_ANSWER)

    def forget_key(self) -> None:
        """Take away the key: the next one is another box to the hub."""
        self._remove(KEY)

    def read(self, name: str) -> bytes | None:
        """Return a file of the folder, or None.

        Raises:
            BoxHomeError: it cannot be read.
        """
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise BoxHomeError(
                f"{self.path / name}: {problem.strerror}. Coba / try: sudo -u jagawai provision …"
            ) from problem

    def write(self, name: str, data: bytes) -> None:
        """Bring a file to the disk in one step.

        Raises:
            BoxHomeError: it cannot be written.
        """
        try:
            disk.write_file(self.path / name, data, like=self._owner())
        except OSError as problem:
            raise BoxHomeError(
                f"writing {self.path / name}: {problem.strerror}. Make room, then the same again."
            ) from problem

    def _owner(self) -> os.stat_result:
        """Return whose the home is: where root types the command, the agent must be able to read its files."""
        return self._home.stat()

    def _remove(self, name: str) -> None:
        try:
            (self.path / name).unlink(missing_ok=True)
            disk.settle_folder(self.path)
        except OSError as problem:
            raise BoxHomeError(f"removing {self.path / name}: {problem.strerror}.") from problem
