"""Runs several programs as children of one: starts them, starts again what ends by itself, ends all of them.

For laptop, demo and tests; in the city each program is a systemd unit. A child is told to end when its parent
dies, so a killed supervisor leaves nothing behind.

Rules:
1. A child that ends by itself is started again after a pause that doubles from 0.5 s to 30 s and falls back to
   0.5 s when the child has lived a minute. Exit code 2 (bad config) is final: the supervisor ends.
2. At the end every child gets SIGTERM at once; what is still there after the grace gets SIGKILL.
"""

import ctypes
import logging
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract.clock import Clock

PAUSE_FIRST_S = 0.5
PAUSE_LONGEST_S = 30.0
SETTLED_AFTER_S = 60.0
END_GRACE_S = 3.5
"""Everything must be gone in under 5 s."""
EXIT_BAD_CONFIG = 2

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One child: its name for people, its command line, and where its output goes (None: where ours goes)."""

    name: str
    command: Sequence[str]
    log: Path | None = None


@dataclass(slots=True, kw_only=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_real_ms: int = 0
    start_again_real_ms: int | None = None
    pause_s: float = field(default=PAUSE_FIRST_S)


def _end_with_parent() -> None:
    """In the child, before it becomes the program: get SIGTERM when the parent dies, and hear no Ctrl-C."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Supervisor:
    """Keeps programs running until told to stop."""

    def __init__(self, programs: Sequence[Program], *, clock: Clock) -> None:
        """Take the programs in the order in which they are to be started."""
        self._children = [_Child(program=program) for program in programs]
        self._clock = clock

    def start(self) -> None:
        """Start every program that is not running."""
        for child in self._children:
            if child.process is None:
                self._start(child)

    def run(
        self, stop: threading.Event, *, poll_s: float = 0.1, besides: Callable[[], None] | None = None
    ) -> int:  # fmt: skip
        """Keep all programs running until `stop` is set or one is beyond help; end them; return the exit code.

        Args:
            stop: ends it.
            poll_s: real seconds between two looks at the programs.
            besides: what else is done at each look; quick, and raises nothing.
        """
        self.start()
        try:
            while not stop.wait(poll_s):
                if self.look_after():
                    return EXIT_BAD_CONFIG
                if besides is not None:
                    besides()
            return 0
        finally:
            self.end()

    def look_after(self) -> bool:
        """Start again what has ended; return whether a child ended for a bad config, which nothing mends."""
        now_ms = self._clock.real_ms()
        for child in self._children:
            if child.process is None:
                if child.start_again_real_ms is not None and now_ms >= child.start_again_real_ms:
                    self._start(child)
                continue
            code = child.process.poll()
            if code is None:
                continue
            if code == EXIT_BAD_CONFIG:
                _LOG.error("%s ended: its config cannot be used", child.program.name)
                return True
            self._plan_restart(child, code, now_ms)
        return False

    def end(self) -> None:
        """End every child: SIGTERM to all, SIGKILL to what outlives the grace."""
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline_ms = self._clock.real_ms() + round(1000 * END_GRACE_S)
        for process in running:
            try:
                process.wait(timeout=max(0.0, (deadline_ms - self._clock.real_ms()) / 1000))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for child in self._children:
            child.process = None

    def pids(self) -> dict[str, int]:
        """Return the process id of each running program by name."""
        return {child.program.name: child.process.pid for child in self._children if child.process is not None}

    def send(self, name: str, number: signal.Signals) -> bool:
        """Send a signal to a program, if it runs; answer whether it does."""
        for child in self._children:
            if child.program.name == name and child.process is not None and child.process.poll() is None:
                child.process.send_signal(number)
                return True
        return False

    def _start(self, child: _Child) -> None:
        child.start_again_real_ms = None
        child.started_real_ms = self._clock.real_ms()
        log = child.program.log
        output = None if log is None else log.open("ab")
        try:
            child.process = subprocess.Popen(
                list(child.program.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl call; no locks are taken in the child
            )
        finally:
            if output is not None:
                output.close()

    def _plan_restart(self, child: _Child, code: int, now_ms: int) -> None:
        if now_ms - child.started_real_ms > 1000 * SETTLED_AFTER_S:
            child.pause_s = PAUSE_FIRST_S
        _LOG.warning("%s ended with code %s, starting it again in %.1f s", child.program.name, code, child.pause_s)
        child.process = None
        child.start_again_real_ms = now_ms + round(1000 * child.pause_s)
        child.pause_s = min(PAUSE_LONGEST_S, 2 * child.pause_s)
