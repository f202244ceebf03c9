"""Keeps on disk what the broker shall read, as the boxes and their standings are now, and sees whether it has read it.

1. Whoever has the database writes: ingest looks each second, and writes the file anew, in one step, when the boxes
   have changed.
2. Whoever has the broker reads: the supervisor of the embedded one, and in a city a unit of root's (`hub broker
   apply`), because the hub's own user may not write into mosquitto's folder, nor tell it anything. It then writes the
   SHA-256 of what the broker was told to read, the receipt.
3. The two do not wait for each other. A broker that has not read what it should is told of, loudly, after
   `PATIENCE_REAL_MS`; until then, and after, ingest itself takes nothing from a box that is denied. Meanwhile the file
   is written again and again, which calls again whoever waits for it to change; rarely once people were told.
4. No file of the broker's, nor a folder that cannot be entered, ends ingest: flood alarms hang on that.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contract.clock import Clock
from hub.broker import boxes, files
from hub.broker.boxes import Boxes
from hub.broker.errors import BrokerConfigError
from hub.broker.files import RenderedFile
from hub.storage.connection import Connection

PATIENCE_REAL_MS = 10_000
"""Twice what a box that is revoked may still be heard."""
AGAIN_EVERY_REAL_MS = 3_000
"""A unit that waits for a file to change misses a change that comes while it is at work on the one before."""
AGAIN_WHEN_BEHIND_EVERY_REAL_MS = 60_000
"""People were told by then, and each time the disk is made to bring the same list down to it."""
_LOG = logging.getLogger(__name__)


class BrokerState(StrEnum):
    """How far the broker is."""

    WELL = "well"
    """It has read what it should, or may still be about to."""
    UNREAD = "unread"
    """What it should read is written, and it has not read it for longer than anybody should wait."""
    UNWRITTEN = "unwritten"
    """The hub cannot write what it should read, for as long: a full disk, a folder that is not the hub's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept, and where."""

    folder: Path
    """Of the hub's own."""
    receipt: Path
    """Where whoever has the broker writes what it has read; may not be there."""
    render: Callable[[Boxes], RenderedFile]


class Keeper:
    """Looks at the database, the file and the receipt."""

    def __init__(self, kept: Kept, *, clock: Clock) -> None:
        """Begin; the file is looked at by the first `look`."""
        self._kept = kept
        self._clock = clock
        self._boxes: Boxes | None = None
        self._wanted = ""
        self._waiting_since_real_ms: int | None = None
        self._written_real_ms = 0
        self._is_failing = False

    def look(self, connection: Connection) -> None:
        """Write the file anew if the boxes have changed, and see how far the broker is."""
        found, real_ms = boxes.of_database(connection), self._clock.real_ms()
        is_again = self._is_due_again(real_ms)
        try:
            if found != self._boxes or is_again:
                self._write(found, is_again=is_again)
        except (BrokerConfigError, OSError) as problem:
            _LOG.log(logging.DEBUG if self._is_failing else logging.ERROR, "keeping the broker's file: %s", problem)
            self._is_failing = True
        else:
            if self._is_failing:
                _LOG.info("keeping the broker's file: written again")
            self._is_failing = False
        is_read = not self._is_failing and is_told(self._kept.receipt, self._wanted)
        # A broker that was never told anything matters only once somebody is to be denied.
        if is_read or not (found.denied or _is_there(self._kept.receipt)):
            self._waiting_since_real_ms = None
        elif self._waiting_since_real_ms is None:
            self._waiting_since_real_ms = real_ms

    @property
    def state(self) -> BrokerState:
        """How far the broker is, as of the last look."""
        since = self._waiting_since_real_ms
        if since is None or self._clock.real_ms() - since <= PATIENCE_REAL_MS:
            return BrokerState.WELL
        return BrokerState.UNWRITTEN if self._is_failing else BrokerState.UNREAD

    def _is_due_again(self, real_ms: int) -> bool:
        if self._waiting_since_real_ms is None:
            return False
        is_told = self.state is BrokerState.UNREAD
        every_ms = AGAIN_WHEN_BEHIND_EVERY_REAL_MS if is_told else AGAIN_EVERY_REAL_MS
        return real_ms - self._written_real_ms >= every_ms

    def _write(self, found: Boxes, *, is_again: bool) -> None:
        rendered = self._kept.render(found)
        if is_again or files.text_of(self._kept.folder / rendered.name) != rendered.text:
            files.write(self._kept.folder, (rendered,))
            self._written_real_ms = self._clock.real_ms()
            said = logging.DEBUG if found == self._boxes else logging.INFO
            _LOG.log(said, "broker: %d boxes known, %d denied", len(found.known), len(found.denied))
        self._boxes, self._wanted = found, digest(rendered.text)


def digest(text: str) -> str:
    """Return what a receipt says of a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_told(receipt: Path, wanted: str) -> bool:
    """Answer whether the broker was told to read the file of this digest."""
    try:
        return receipt.read_text(encoding="ascii", errors="replace").strip() == wanted
    except OSError:
        return False


def _is_there(receipt: Path) -> bool:
    """Answer whether there is a receipt; in a folder that the hub cannot enter there is none."""
    try:
        receipt.stat()
    except OSError:
        return False
    return True
