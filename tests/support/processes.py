"""Real processes in tests: start one, wait for a condition with a deadline, stop it in any of the ways of the field.

Nothing here waits without a bound, and nothing waits for time alone: each wait names what it waits for.
"""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import psutil

T = TypeVar("T")

# Below the range from which the kernel takes the ports of outgoing connections: a client that keeps calling a killed
# server there would in time be given the server's own port, talk to itself and hold the port against the restart.
_PORTS = range(15_000, 32_000)
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_MINE = _PORTS[_WORKER * len(_PORTS) // _WORKERS : (_WORKER + 1) * len(_PORTS) // _WORKERS]
"""Workers of one run draw from parts of their own: what one has drawn and not yet bound, no other draws."""
_given_ports: set[int] = set()


class DeadlineMissedError(AssertionError):
    """What a test waited for did not come in time."""


def wait_until(condition: Callable[[], T], *, what: str, deadline_s: float = 10.0, poll_s: float = 0.01) -> T:
    """Call ``condition`` until it answers something true, and return that.

    Args:
        condition: asked again every ``poll_s``; an exception in it ends the wait.
        what: the condition in words, for the message when the deadline is missed.
        deadline_s: real seconds until the wait fails.
        poll_s: real seconds between two questions.

    Raises:
        DeadlineMissedError: the answer was still false at the deadline.
    """
    end_s = time.monotonic() + deadline_s
    pause = threading.Event()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= end_s:
            raise DeadlineMissedError(f"waited {deadline_s:g} s for {what}; the last answer was {answer!r}")
        pause.wait(poll_s)


def free_port(*, above: int = 0) -> int:
    """Return a TCP port on loopback that nobody listens on and that this test run has not given out before.

    Args:
        above: the port so far above it is the caller's too, and as free.
    """
    chooser = random.Random(os.urandom(8))
    while True:
        port = chooser.choice(_MINE[: len(_MINE) - above])
        both = {port, port + above}
        if _given_ports.isdisjoint(both) and all(_can_be_bound(one) for one in both):
            _given_ports.update(both)
            return port


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Answer whether somebody accepts TCP connections on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _hear_interrupts() -> None:
    """Let children be interrupted also where this run was started in the background, deaf to Ctrl-C (`make test &`)."""
    is_deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if is_deaf and threading.current_thread() is threading.main_thread():
        # A handler of our own is not handed down: a child begins with the signal's default.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def lives(process: psutil.Process) -> bool:
    """Answer whether a process still does something; one that ends while it is asked about does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Child:
    """One child process in a process group of its own, with its output in a file.

    A file and not a pipe: a child never blocks on a test that does not read, and the output outlives a kill. Used as
    a context manager it kills the whole group at the end, whatever the test did.
    """

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = " ".join(str(argument) for argument in arguments)
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        _hear_interrupts()
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id of the child itself."""
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        """Whether the child has not ended yet."""
        return self._popen.poll() is None

    def output(self) -> str:
        """Return all that the child has written so far, standard output and errors together."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for_output(self, text: str, *, deadline_s: float = 10.0) -> str:
        """Wait until the child has written ``text``; return all its output. A child that ends first fails the wait."""

        def has_written() -> str:
            ended = not self.is_running
            output = self.output()
            if text in output:
                return output
            assert not ended, f"{self.name} ended with {self._popen.returncode} before it wrote {text!r}:\n{output}"
            return ""

        return wait_until(has_written, what=f"{text!r} from {self.name}", deadline_s=deadline_s)

    def send(self, signal_number: signal.Signals) -> None:
        """Send one signal to the child alone."""
        self._popen.send_signal(signal_number)

    def stop(self) -> None:
        """Freeze the child where it stands (SIGSTOP), and wait until it is frozen."""
        self.send(signal.SIGSTOP)
        process = psutil.Process(self.pid)
        wait_until(lambda: process.status() == psutil.STATUS_STOPPED, what=f"{self.name} to freeze")

    def resume(self) -> None:
        """Let a frozen child go on (SIGCONT)."""
        self.send(signal.SIGCONT)

    def wait(self, *, deadline_s: float = 10.0) -> int:
        """Wait for the end of the child; return its exit code, negative for a signal.

        Raises:
            DeadlineMissedError: it still runs at the deadline.
        """
        try:
            return self._popen.wait(timeout=deadline_s)
        except subprocess.TimeoutExpired as exc:
            raise DeadlineMissedError(
                f"waited {deadline_s:g} s for the end of {self.name}; it wrote:\n{self.output()}"
            ) from exc

    def interrupt(self, *, deadline_s: float = 10.0) -> int:
        """Send what Ctrl-C sends to a terminal's group, wait for the end and return the exit code."""
        os.killpg(self.pid, signal.SIGINT)
        return self.wait(deadline_s=deadline_s)

    def terminate(self, *, deadline_s: float = 10.0) -> int:
        """Ask the child to end (SIGTERM), wait for it and return the exit code."""
        self.send(signal.SIGTERM)
        return self.wait(deadline_s=deadline_s)

    def kill(self) -> None:
        """End the child and all that it started, at once (SIGKILL). Ending one that has ended is no error."""
        family = self.family() if self.is_running else []
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._popen.wait(timeout=10.0)
        # Not until they are reaped: whoever adopted them may take a second over that, and a zombie holds nothing.
        wait_until(lambda: not any(map(lives, family)), what=f"the end of all that {self.name} started")

    def kill_alone(self) -> None:
        """End only the child (SIGKILL); what it started lives on."""
        self._popen.kill()
        self._popen.wait(timeout=10.0)

    def family(self) -> list[psutil.Process]:
        """Return the living processes below the child, for a test that ends one of them."""
        return psutil.Process(self.pid).children(recursive=True)

    def resident_mb(self) -> float:
        """Return the resident memory of the child alone, in MB of 10^6 bytes."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    def __enter__(self) -> Self:
        """Return the child itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing running."""
        self.kill()
