"""The one wish that reaches every loop of a process: end now.

Not `threading.Event`: a signal handler that sets an Event while the main thread is inside its lock waits for ever.
A byte in a pipe needs no lock.
"""

import os
import select
import signal
from typing import Self


class Stop:
    """Is set once and stays set; a wait on it ends early."""

    def __init__(self) -> None:
        """Make one that is not set."""
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        self._is_set = False

    @classmethod
    def on_signals(cls) -> Self:
        """Return one that SIGTERM and SIGINT set; call it from the main thread."""
        stop = cls()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        return stop

    def set(self) -> None:
        """Ask for the end; from any thread or signal handler, any number of times."""
        if not self._is_set:
            self._is_set = True
            os.write(self._write_end, b"\0")

    def is_set(self) -> bool:
        """Answer whether the end was asked for."""
        return self._is_set

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the end is asked for, at most `timeout_s` real seconds; return whether it was."""
        if not self._is_set:
            select.select([self._read_end], [], [], None if timeout_s is None else max(0.0, timeout_s))
        return self._is_set

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._read_end)
        os.close(self._write_end)
