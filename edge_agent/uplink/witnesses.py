"""What this box was shown of the hub's audit log, kept to be given back when somebody doubts that log.

A log only grows. A head that goes back, or that says another thing of the same row, is told once and counted.

A file of JSON lines beside the outboxes, oldest first. Bounds: the newest 400, over a year; one in 20 hours at most, so
that a hub in wrong hands can neither wear out the card nor push out in a minute what was kept in a year.
"""

import contextlib
import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from contract.bounds import Whole
from contract.clock import Clock
from contract.desired import AuditHead

FILE_NAME = "witnesses.jsonl"
APART_SUFFIX = ".unreadable"
KEPT = 400
APART_MS = 20 * 3600 * 1000
"""On the box's clock. The hub shows a head each day; a little less lets none be missed."""

EPOCH_LONGEST = 64
_SHORT = 16
"""Characters of a hash that are told."""

_log = logging.getLogger(__name__)


class Witness(Struct, frozen=True, kw_only=True):
    """One head, and when it came; `at_ms` is the box's own clock."""

    at_ms: Whole
    db_epoch: str
    n: Whole
    hash: str


_DECODER = msgspec.json.Decoder(Witness)


def read_witnesses(file: Path) -> tuple[list[Witness], int]:
    """Return the witnesses that a file holds, oldest first, and how many of its lines cannot be read.

    Raises:
        OSError: the file is there and cannot be read.
    """
    kept: list[Witness] = []
    unreadable = 0
    with contextlib.suppress(FileNotFoundError):
        for line in file.read_bytes().splitlines():
            try:
                kept.append(_DECODER.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                unreadable += 1
    return kept, unreadable


class Witnesses:
    """The file and its one writer. What cannot be written is not kept; it comes again at the next connect."""

    def __init__(self, file: Path, *, clock: Clock) -> None:
        """Take up what an earlier process has kept; a file that cannot be read is set apart, and stops nobody."""
        self._file = file
        self._clock = clock
        self._kept: list[Witness] = []
        self._heard: Witness | None = None
        """The newest head, kept or not."""
        self._told: Witness | None = None
        """The last head that contradicted an earlier one."""
        unreadable = 0
        try:
            self._kept, unreadable = read_witnesses(file)
        except OSError as problem:
            apart = file.with_name(file.name + APART_SUFFIX)
            _log.warning("%s: cannot be read: %s; set apart as %s", file, problem, apart)
            with contextlib.suppress(OSError):  # then the next witness says why nothing can be written here
                file.replace(apart)
        if unreadable:
            _log.warning("%s: %d lines cannot be read; they go when the next witness is kept", file, unreadable)

    def is_contradicted(self, head: AuditHead, *, db_epoch: str) -> bool:
        """Answer whether a head says other than an earlier one of the same life of the database; once a head.

        Call it before `take`. The first in a process is a warning.
        """
        came = Witness(at_ms=max(0, self._clock.now_ms()), db_epoch=db_epoch, n=head.n, hash=head.hash)
        known = self._kept if self._heard is None else [*self._kept, self._heard]
        earlier = next((one for one in known if _denies(one, came)), None)
        if earlier is None:
            self._heard = came
            return False
        if self._told is not None and _is_same(self._told, came):
            return False
        _log.log(
            logging.WARNING if self._told is None else logging.DEBUG,
            "the hub's audit log went back: it showed row %d (%r) once and shows row %d (%r) now, of the same database "
            "%r. Give what `edge-agent witness` prints to somebody who does not run the hub.",
            earlier.n,
            earlier.hash[:_SHORT],
            came.n,
            came.hash[:_SHORT],
            db_epoch,
        )
        self._told = came
        return True

    def take(self, head: AuditHead, *, db_epoch: str) -> bool:
        """Keep a head if it is another one and its time has come; answer whether it is on the disk now."""
        if head.n < 1 or len(db_epoch) > EPOCH_LONGEST:  # no hub of ours says so, and `hub audit` refuses such a line
            return False
        now_ms = self._clock.now_ms()
        came = Witness(at_ms=max(0, now_ms), db_epoch=db_epoch, n=head.n, hash=head.hash)
        if self._kept:
            newest = self._kept[-1]
            is_known = _is_same(newest, came)
            # A clock that was set, either way, is no reason to keep none for years.
            if is_known or abs(now_ms - newest.at_ms) < APART_MS:
                return False
        fresh = [*self._kept, came][-KEPT:]
        try:
            _write(self._file, fresh)
        except OSError as problem:
            _log.warning("%s: the audit log's head %d is not kept: %s", self._file, head.n, problem)
            return False
        self._kept = fresh
        return True


def _is_same(one: Witness, other: Witness) -> bool:
    """Answer whether both are of one head, whenever they came."""
    return (one.n, one.hash, one.db_epoch) == (other.n, other.hash, other.db_epoch)


def _denies(earlier: Witness, came: Witness) -> bool:
    """Answer whether a log that had one head can never have had the other later: it only grows."""
    is_back = earlier.n > came.n or (earlier.n == came.n and earlier.hash != came.hash)
    return earlier.db_epoch == came.db_epoch and is_back


def _write(file: Path, witnesses: list[Witness]) -> None:
    fresh = file.with_name(file.name + ".new")
    with fresh.open("wb") as out:
        out.writelines(msgspec.json.encode(witness) + b"\n" for witness in witnesses)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
