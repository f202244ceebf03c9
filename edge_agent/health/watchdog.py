"""Tells systemd that this process makes progress, so that a stalled one is restarted.

The protocol of sd_notify(3): one datagram with a line of text to the socket that NOTIFY_SOCKET names. Fed by the main
loop alone, after work that was really done; never by a timer. Without systemd every call does nothing.
"""

import logging
import os
import socket
from collections.abc import Mapping

from contract.clock import Clock

FEEDS_PER_LIMIT = 3
"""Feeds within the time after which systemd kills: two may be late."""

log = logging.getLogger(__name__)


class Watchdog:
    """The line from one process to its service manager."""

    def __init__(self, *, clock: Clock, environment: Mapping[str, str] = os.environ) -> None:
        """Take what systemd has put into the environment, if it started this very process.

        Args:
            clock: for the pace of feeding, on real time.
            environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as in sd_watchdog_enabled(3).
        """
        self._clock = clock
        self._address = environment.get("NOTIFY_SOCKET", "")
        is_ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        limit_us = int(environment.get("WATCHDOG_USEC", "0")) if is_ours else 0
        self._pause_ms = limit_us // 1000 // FEEDS_PER_LIMIT
        self._fed_ms: int | None = None
        self._is_failing = False

    def say_ready(self) -> None:
        """Say that start-up is done."""
        self._say("READY=1")

    def say_stopping(self) -> None:
        """Say that the end has begun, so that it is not taken for a stall."""
        self._say("STOPPING=1")

    def feed(self) -> None:
        """Say that work was done, as often as systemd wants to hear it and no more often."""
        now_ms = self._clock.real_ms()
        if self._pause_ms == 0 or (self._fed_ms is not None and now_ms - self._fed_ms < self._pause_ms):
            return
        self._fed_ms = now_ms
        self._say("WATCHDOG=1")

    def _say(self, line: str) -> None:
        if not self._address:
            return
        # A leading @ stands for the zero byte of Linux' abstract names.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line_out:
                line_out.sendto(line.encode(), address)
        except OSError as exc:
            level = logging.DEBUG if self._is_failing else logging.WARNING
            log.log(level, "watchdog: %s does not take %s: %s", self._address, line, exc)
            self._is_failing = True
        else:
            self._is_failing = False
