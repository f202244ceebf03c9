"""Passwords are verified one at a time: each takes 19 MiB and tens of milliseconds of a processor.

1. At most 3 wait for their turn, so that worker threads are left for everything else; one more is told to try again.
2. Of one place at most 2 are in here: a place that asks a thousand times at once keeps nobody out.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from hub.api.errors import TooBusyError

IN_HERE_MOST = 4
OF_A_PLACE_MOST = 2


class PasswordTurns:
    """Who verifies, and who waits."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._in_here: Counter[str] = Counter()

    @contextmanager
    def turn(self, place: str) -> Iterator[None]:
        """Hold the turn for a `with` block.

        Raises:
            TooBusyError: too many wait.
        """
        with self._guard:
            if self._in_here.total() >= IN_HERE_MOST or self._in_here[place] >= OF_A_PLACE_MOST:
                raise TooBusyError(
                    "Terlalu banyak yang masuk bersamaan. Coba lagi sebentar.",
                    "Too many sign in at once. Try again in a moment.",
                    headers={"Retry-After": "1"},
                )
            self._in_here[place] += 1
        try:
            with self._turn:
                yield
        finally:
            with self._guard:
                self._in_here[place] -= 1
                if not self._in_here[place]:
                    del self._in_here[place]

    @property
    def in_here(self) -> int:
        """How many verify or wait."""
        with self._guard:
            return self._in_here.total()
