"""`<home of the box>/identity/` (0700, each file 0600): what makes a box itself.

```
journal.json      how far the claim has come, and what stands on the label
key.pem           the box's own key
answer.json       what the hub has answered, until it is laid out
certificate.pem   the box's certificate and that of the issuing key
bundle.pem        root and issuing certificates of the hub
```
Each file is replaced in one step, so after a power cut it is the old one or the new one, whole.

What renewals keep in it, `a`, `b` and `current` (`edge_agent.renewal.slots`), is in use before these. A claim never
begins beside it: the box would show the certificate of its old name under its new one.
"""

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from edge_agent.renewal.slots import CURRENT
from edge_agent.retirement.marker import NAME, forget_marker
from provisioning.claim.errors import BoxHomeError
from provisioning.claim.guarded_folder import SERVICE_USER, GuardedFolder

FOLDER = "identity"
KEY, CERTIFICATE, BUNDLE = "key.pem", "certificate.pem", "bundle.pem"
_JOURNAL, _ANSWER = "journal.json", "answer.json"
_FILES = frozenset({KEY, CERTIFICATE, BUNDLE, _JOURNAL, _ANSWER})
_OF_RENEWALS = (CURRENT, "a", "b")
_DO_AT_HOME = "Beri hak atau tempat / give rights or make room; box.home in the config names where it is."


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
    """host:port of the hub, as on the label or as named since."""
    box_port: int | None = None
    """Where the hub serves boxes with certificates, if that was named; None: two above that of the address."""
    node: str = ""
    """Known from ANSWERED on."""
    sent: tuple[str, ...] = ()
    """Digests of the codes that the hub may have bound to the present key: it was asked, and has not said no."""

    def __repr__(self) -> str:
        """Say nothing of the code."""
        return f"Journal(step={self.step.value}, node={self.node!r})"


class IdentityFolder:
    """The folder of one box."""

    def __init__(self, home: Path, *, service_user: str = SERVICE_USER) -> None:
        """Name the folder below the box's home; nothing is made yet."""
        self._folder = GuardedFolder(home, FOLDER, files=_FILES, service_user=service_user)
        self.path = self._folder.path

    def prepare(self) -> None:
        """Make the folder if it is not there, and take away what a cut has left half-written.

        Raises:
            BoxHomeError: it cannot be made.
        """
        with _told(str(self.path), do=_DO_AT_HOME):
            self._folder.prepare()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other `provision claim` of this box away.

        Raises:
            BoxHomeError: the folder cannot be made, or another claim is at work.
        """
        with ExitStack() as held:
            with _told(str(self.path), do=_DO_AT_HOME):
                held.enter_context(self._folder.alone())
            yield

    @property
    def is_roots(self) -> bool:
        """Whether root types and the home is root's: an agent under another user could not enter it."""
        return self._folder.is_roots()

    def journal(self) -> Journal | None:
        """Return how far the claim has come, or None before the first.

        Raises:
            BoxHomeError: the journal cannot be read.
        """
        data = self.read(_JOURNAL)
        try:
            return None if data is None else msgspec.json.decode(data, type=Journal)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise BoxHomeError(f"{self.path / _JOURNAL}: rusak / broken ({problem}). {self._way_out()}") from problem

    def _way_out(self) -> str:
        """Say what to do about a journal that cannot be read."""
        if self.renewed():
            return self.moving_away
        return (
            "Hapus berkas ini dan mulai lagi dengan labelnya / remove it and begin again with the label. "
            "Kuncinya tetap / the key stays."
        )

    def renewed(self) -> tuple[str, ...]:
        """Return what renewals have left, by name: it would be used in place of what a claim lays out.

        Raises:
            BoxHomeError: the folder cannot be looked at.
        """
        with _told(str(self.path), do="Coba / try: sudo provision …"):
            return tuple(name for name in _OF_RENEWALS if self._folder.holds(name))

    @property
    def moving_away(self) -> str:
        """What a person does where an older identity is in the way: all of it goes, and its key with it."""
        return (
            "Pindahkan seluruh foldernya, lalu mulai dengan label baru / move the whole folder away, then begin with a "
            f"new label: mv {shlex.quote(str(self.path))} {shlex.quote(f'{self.path}.lama')}"
        )

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

    def forget_retirement(self) -> None:
        """Take away what says that this board was retired: it has another name now."""
        with _told(f"removing {self.path.parent / NAME}", do="Beri hak, lalu ulangi / give rights, then the same."):
            forget_marker(self.path.parent)

    def read(self, name: str) -> bytes | None:
        """Return a file of the folder, or None.

        Raises:
            BoxHomeError: it cannot be read.
        """
        with _told(str(self.path / name), do="Coba / try: sudo provision …"):
            return self._folder.read(name)

    def write(self, name: str, data: bytes) -> None:
        """Bring a file to the disk in one step.

        Raises:
            BoxHomeError: it cannot be written.
        """
        with _told(f"writing {self.path / name}", do="Beri tempat, lalu ulangi / make room, then the same again."):
            self._folder.write(name, data)

    def _remove(self, name: str) -> None:
        with _told(f"removing {self.path / name}", do="Beri hak, lalu ulangi / give rights, then the same again."):
            self._folder.remove(name)


@contextmanager
def _told(what: str, *, do: str) -> Iterator[None]:
    """Let what the disk says out as a word about the box's home."""
    try:
        yield
    except BoxHomeError:
        raise
    except OSError as problem:
        raise BoxHomeError(f"{what}: {problem.strerror}. {do}") from problem
