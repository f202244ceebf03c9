"""Asks the hub whether the certificate is to be renewed, by a program of its own that ends after some seconds.

The uplink's loop waits for nobody, so what talks HTTPS is another process. The box's clock may be wrong and decides
nothing: once a day the hub is asked, and once an hour while the broker does not take the box or the last errand failed.
"""

import logging
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contract.clock import Clock
from edge_agent.ending import end_child

FIRST_WITHIN_S = (30.0, 300.0)
"""After the start; drawn, as the boxes of a city start together after a power cut."""
DAILY_S = (22 * 3600.0, 26 * 3600.0)
TROUBLED_S = (0.8 * 3600.0, 1.2 * 3600.0)
"""While the broker does not take the box, or the last errand failed."""
MOST_S = 240.0
"""So long a child may take: four questions of a minute each. What it has not come to, the next one goes on with."""

_log = logging.getLogger(__name__)


def command_of(home: Path) -> list[str]:
    """Return the child's command for the box with this home."""
    return [sys.executable, "-m", "provisioning", "renew", "--home", str(home)]


class Errand:
    """One child at a time, now and then. Real time."""

    def __init__(self, *, command: Sequence[str], clock: Clock, rng: random.Random) -> None:
        """Begin; nothing runs yet.

        Args:
            command: of the child; exit code 0: the hub was heard.
            clock: the box's.
            rng: draws the waits.
        """
        self._command = list(command)
        self._clock = clock
        self._rng = rng
        self._child: subprocess.Popen[bytes] | None = None
        self._begun_ms = clock.real_ms()
        self._wait_ms = self._drawn(FIRST_WITHIN_S)
        self._has_failed = False

    def look(self, *, is_connected: bool) -> None:
        """Start a child when it is due, note its end, end one that takes too long."""
        now_ms = self._clock.real_ms()
        if self._child is not None:
            self._look_after(self._child, now_ms=now_ms)
            return
        wait_ms = self._wait_ms
        if not is_connected:
            wait_ms = min(wait_ms, round(1000 * TROUBLED_S[1]))
        if now_ms - self._begun_ms >= wait_ms:
            self._start(now_ms)

    def close(self) -> None:
        """End a child that runs."""
        if self._child is not None:
            end_child(self._child)

    def _start(self, now_ms: int) -> None:
        self._begun_ms = now_ms
        try:
            self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        except OSError as problem:
            _log.warning("asking for the next certificate: %s", problem)
            self._wait_ms = self._drawn(TROUBLED_S)

    def _look_after(self, child: subprocess.Popen[bytes], *, now_ms: int) -> None:
        code = child.poll()
        if code is None and now_ms - self._begun_ms < 1000 * MOST_S:
            return
        if code is None:
            end_child(child)
        level = logging.DEBUG if code == 0 or self._has_failed else logging.WARNING
        _log.log(level, "asked for the next certificate: %s", "done" if code == 0 else f"ended with {code}")
        self._child = None
        self._has_failed = code != 0
        self._wait_ms = self._drawn(TROUBLED_S if self._has_failed else DAILY_S)

    def _drawn(self, between_s: tuple[float, float]) -> int:
        return round(1000 * self._rng.uniform(*between_s))
