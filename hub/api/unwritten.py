"""Outcomes that were answered without a write, until the next write takes them along: who floods gets no write lock."""

import threading
from collections import Counter


class Unwritten:
    """Counts by outcome; what nobody has taken is lost with the process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._counted: Counter[str] = Counter()

    def count(self, outcome: str) -> None:
        """Count one."""
        with self._lock:
            self._counted[outcome] += 1

    def take(self) -> dict[str, int]:
        """Return how many of each there were since this was asked last; the asker writes them down."""
        with self._lock:
            taken, self._counted = self._counted, Counter()
            return dict(taken)
