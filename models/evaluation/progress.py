"""Progress of long work, on the error stream: the newest line in place on a terminal, one now and then elsewhere."""

from typing import TextIO

from contract.clock import Clock

TERMINAL_MS = 200
ELSEWHERE_MS = 10_000
WIDTH = 100


class Progress:
    """Tells what is being done, not more often than anybody reads."""

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        """Write to a stream, by the clock's real time."""
        self._stream = stream
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._told_ms: int | None = None

    def tell(self, line: str) -> None:
        """Tell a line, or pass it over if another one was told just now."""
        now_ms = self._clock.real_ms()
        pause_ms = TERMINAL_MS if self._is_terminal else ELSEWHERE_MS
        if self._told_ms is not None and now_ms - self._told_ms < pause_ms:
            return
        self._told_ms = now_ms
        self._stream.write(f"\r{line[:WIDTH]:<{WIDTH}}" if self._is_terminal else f"{line}\n")
        self._stream.flush()

    def end(self) -> None:
        """Make room for what is written next."""
        if self._is_terminal and self._told_ms is not None:
            self._stream.write(f"\r{'':<{WIDTH}}\r")
            self._stream.flush()
