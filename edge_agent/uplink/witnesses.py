"""What this box was shown of the hub's audit log, kept to be given back when somebody doubts that log.

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

    def take(self, head: AuditHead, *, db_epoch: str) -> bool:
        """Keep a head if it is another one and its time has come; answer whether it is on the disk now."""
        now_ms = self._clock.now_ms()
        if self._kept:
            newest = self._kept[-1]
            is_known = (newest.n, newest.hash, newest.db_epoch) == (head.n, head.hash, db_epoch)
            # A clock that was set, either way, is no reason to keep none for years.
            if is_known or abs(now_ms - newest.at_ms) < APART_MS:
                return False
        fresh = [*self._kept, Witness(at_ms=max(0, now_ms), db_epoch=db_epoch, n=head.n, hash=head.hash)][-KEPT:]
        try:
            _write(self._file, fresh)
        except OSError as problem:
            _log.warning("%s: the audit log's head %d is not kept: %s", self._file, head.n, problem)
            return False
        self._kept = fresh
        return True


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
