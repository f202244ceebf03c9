"""Keeps the processes of a box running where no service manager does it: laptop, demo, tests.

A child that ends is started again after a pause that doubles with each quick end and is forgotten after a good run.
One that ends with exit code 2 cannot be helped by starting it again: the config is wrong, and the supervisor ends.
At the end every child gets SIGTERM, and SIGKILL after a grace, together in under 5 s. If the supervisor itself is
killed, the kernel ends its children, so that no two processes ever own one outbox.
"""

import ctypes
import logging
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from contract.clock import Clock
from edge_agent.stop import Stop

LOOK_EVERY_S = 0.25
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
GOOD_RUN_S = 60.0
GRACE_S = 3.0
"""From SIGTERM to SIGKILL; a gauge in the middle of a burst needs 2 s."""

BAD_CONFIG = 2
PARENT_VARIABLE = "EDGE_AGENT_SUPERVISOR_PID"
PR_SET_PDEATHSIG = 1
"""Option of prctl(2)."""

log = logging.getLogger(__name__)


class Child:
    """One process and its restarts. All times real ms."""

    def __init__(self, name: str, command: Sequence[str], *, clock: Clock) -> None:
        """Hold the command; nothing runs yet."""
        self.name = name
        self._command = list(command)
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started_ms = 0
        self._due_ms = clock.real_ms()
        self._pause_s = FIRST_PAUSE_S

    def look(self) -> int | None:
        """Start the process when it is due, and note its end; return the exit code when it has just ended."""
        if self._process is None:
            if self._clock.real_ms() >= self._due_ms:
                self._start()
            return None
        code = self._process.poll()
        if code is not None:
            self._note_end(code)
        return code

    def ask_to_end(self) -> None:
        """Send SIGTERM to a running process."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait_for_end(self, *, until_ms: int) -> None:
        """Wait for the end of the process until `until_ms`, then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.0, (until_ms - self._clock.real_ms()) / 1000))
        except subprocess.TimeoutExpired:
            log.warning("%s does not end in %g s: killed", self.name, GRACE_S)
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        self._started_ms = self._clock.real_ms()
        environment = {**os.environ, PARENT_VARIABLE: str(os.getpid())}
        self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, env=environment)
        log.info("%s started, process %d", self.name, self._process.pid)

    def _note_end(self, code: int) -> None:
        now_ms = self._clock.real_ms()
        self._process = None
        if now_ms - self._started_ms >= 1000 * GOOD_RUN_S:
            self._pause_s = FIRST_PAUSE_S
        self._due_ms = now_ms + round(1000 * self._pause_s)
        log.warning("%s ended with %d; starts again in %g s", self.name, code, self._pause_s)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)


class Supervisor:
    """All processes of one box."""

    def __init__(self, *, commands: Mapping[str, Sequence[str]], clock: Clock, stop: Stop) -> None:
        """Hold the commands by the names of their processes."""
        self._children = [Child(name, command, clock=clock) for name, command in commands.items()]
        self._clock = clock
        self._stop = stop

    def run(self) -> int:
        """Keep the children running until the stop; return 0, or 2 when a child says that the config is bad."""
        code = 0
        try:
            while code != BAD_CONFIG and not self._stop.is_set():
                codes = [child.look() for child in self._children]
                code = BAD_CONFIG if BAD_CONFIG in codes else 0
                self._stop.wait(LOOK_EVERY_S)
        finally:
            self._end_all()
        return code

    def _end_all(self) -> None:
        for child in self._children:
            child.ask_to_end()
        until_ms = self._clock.real_ms() + round(1000 * GRACE_S)
        for child in self._children:
            child.wait_for_end(until_ms=until_ms)


def end_with_supervisor() -> None:
    """Ask the kernel for a SIGTERM to this process when the supervisor that started it dies. Alone, it does nothing."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent is None or not parent.isdecimal():
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGTERM)
