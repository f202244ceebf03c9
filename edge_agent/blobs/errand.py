"""Sends for the program that brings pictures, when there are some and nothing else waits for the hub.

Records go first: while a record of any producer is unacknowledged no picture is begun, and an alert that waits ends the
one that is on its way; what has come of it stays at the hub. Where a person waits for a picture, only alerts hold it
back, and no earlier failure: its own record is sent before it, for it is of a class that goes at once. The uplink's
loop waits for nobody, so bringing is another process. After a failure the next one begins a minute later, then after
twice as long each time, up to an hour; where the hub says when to come again, then, but asked at least each hour.
"""

import logging
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contract.clock import Clock
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.blobs.report import decoded
from edge_agent.config import EdgeConfig
from edge_agent.ending import end_child
from edge_agent.quota import PICTURES_SHARE, Quota
from edge_agent.renewal.slots import FOLDER, JOURNAL
from edge_agent.uplink.counts import Count, Counts

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 3_600.0
SPREAD = 1.2
"""A pause is drawn up to so much longer: the day's quota begins anew for all boxes at once."""
MOST_S = 1_800.0
"""So long a child may take: 2 MiB over a line of 1.2 KiB/s."""
TIDY_EVERY_MS = 60_000
_MIB = 1024 * 1024

_log = logging.getLogger(__name__)


def command_of(home: Path) -> list[str]:
    """Return the child's command for the box with this home."""
    return [sys.executable, "-m", "edge_agent.blobs", str(home)]


class PictureErrand:
    """One child at a time. Real time."""

    def __init__(
        self, *, outgoing: Outgoing, command: Sequence[str], quota: Quota, clock: Clock, rng: random.Random,
        counts: Counts,
    ) -> None:  # fmt: skip
        """Begin; nothing runs yet.

        Args:
            outgoing: what waits.
            command: of the child; it prints a `Report`.
            quota: of the disk, for all that wait.
            clock: the box's.
            rng: draws the pauses.
            counts: told with every health record.
        """
        self._outgoing = outgoing
        self._command = list(command)
        self._quota = quota
        self._clock = clock
        self._rng = rng
        self._counts = counts
        self._child: subprocess.Popen[bytes] | None = None
        self._begun_ms = 0
        self._due_ms = 0
        self._tidy_due_ms = 0
        self._pause_s = FIRST_PAUSE_S
        self._hurry_until_ms = 0

    def hurry(self, until_real_ms: int) -> None:
        """Expect a picture for which a person waits, until then."""
        self._hurry_until_ms = max(self._hurry_until_ms, until_real_ms)
        self._due_ms = self._clock.real_ms()

    def is_hurrying(self) -> bool:
        """Answer whether to look more often than once a second."""
        return self._clock.real_ms() < self._hurry_until_ms

    def look(self, *, is_open: bool, has_records: bool, has_alert: bool, wanted_mb: int | None) -> None:
        """Start a child when it is time, note its end; call it about once a second.

        Args:
            is_open: whether the hub answers.
            has_records: whether a record waits for it.
            has_alert: whether an alert does.
            wanted_mb: what the hub wants the whole box to keep to, MiB; None: it has not spoken.
        """
        now_ms = self._clock.real_ms()
        if self._child is not None:
            self._look_after(self._child, now_ms=now_ms, must_end=has_alert)
            return
        try:
            self._tidy(wanted_mb, now_ms=now_ms)
            is_free = is_open and not has_alert and (not has_records or self.is_hurrying())
            if is_free and now_ms >= self._due_ms and not self._outgoing.is_empty():
                self._start(now_ms)
        except OSError as problem:
            _log.warning("pictures that wait: %s", problem)
            self._postpone(now_ms)

    def close(self) -> None:
        """End a child that runs; what it has sent stays at the hub."""
        if self._child is not None:
            end_child(self._child)
            self._child.communicate()

    def _tidy(self, wanted_mb: int | None, *, now_ms: int) -> None:
        if now_ms >= self._tidy_due_ms:
            self._tidy_due_ms = now_ms + TIDY_EVERY_MS
            limit_bytes = self._quota.limit_mb(wanted_mb) * _MIB
            gone = self._outgoing.keep_within(limit_bytes, now_ms=self._clock.now_ms())
            self._counts[Count.PICTURES_DROPPED] += gone
            self._counts[Count.PICTURES_WAIT] = len(self._outgoing.newest_first())

    def _start(self, now_ms: int) -> None:
        self._begun_ms = now_ms
        try:
            self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        except OSError as problem:
            _log.warning("bringing pictures: %s", problem)
            self._postpone(now_ms)

    def _look_after(self, child: subprocess.Popen[bytes], *, now_ms: int, must_end: bool) -> None:
        if child.poll() is None:
            if not must_end and now_ms - self._begun_ms < 1000 * MOST_S:
                return
            end_child(child)
        report = decoded(child.communicate()[0])
        self._child = None
        if report is None:
            if must_end:
                self._wait(FIRST_PAUSE_S, now_ms=now_ms)
            else:
                self._postpone(now_ms)
            return
        self._counts[Count.PICTURES_SENT] += report.kept
        self._counts[Count.PICTURES_REFUSED] += report.refused
        if report.is_away:
            self._postpone(now_ms)
        else:
            self._pause_s = FIRST_PAUSE_S
            self._wait(min(float(report.again_s), LONGEST_PAUSE_S), now_ms=now_ms)

    def _postpone(self, now_ms: int) -> None:
        self._wait(self._pause_s, now_ms=now_ms)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    def _wait(self, pause_s: float, *, now_ms: int) -> None:
        self._due_ms = now_ms + round(1000 * pause_s * self._rng.uniform(1, SPREAD))


def errand_of(config: EdgeConfig, *, clock: Clock, rng: random.Random, counts: Counts) -> PictureErrand | None:
    """Return the one of a box; None without an identity that a claim has laid out, which tells where to go."""
    home, tls = config.box.home, None if config.hub is None else config.hub.tls
    folder = home / FOLDER
    if tls is None or tls.certificate.parent != folder or not (folder / JOURNAL).is_file():
        return None
    quota = Quota(most_mb=config.box.quota_mb, share=PICTURES_SHARE)
    return PictureErrand(
        outgoing=Outgoing(home), command=command_of(home), quota=quota, clock=clock, rng=rng, counts=counts
    )
