"""Which failed sign-ins become rows of the audit log: the first, tenth, hundredth … of a place and a known name.

1. A row says how many there were since the first; an hour after the first, counting begins anew.
2. At most 100 (place, name) are told apart; further ones are counted together as "many places".
3. So whoever floods the sign-in adds at most about 100 rows, and one for each tenfold, an hour.
"""

import threading

HOUR_MS = 3_600_000
TOLD_APART_MOST = 100
MANY = "banyak tempat / many places"


class Failures:
    """Counts failures. Times are real monotonic milliseconds."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], tuple[int, int]] = {}

    def count(self, place: str, name: str, *, now_ms: int) -> tuple[str, str, int] | None:
        """Count one; return (place, name, how many) if a row is due.

        Args:
            place: where it came from.
            name: of whom, empty if nobody is called so.
            now_ms: real.
        """
        with self._lock:
            if (place, name) not in self._counted:
                self._forget(now_ms)
            key = (place, name)
            if key not in self._counted and len(self._counted) >= TOLD_APART_MOST:
                key = (MANY, "")
            first_ms, times = self._counted.get(key, (now_ms, 0))
            if now_ms - first_ms >= HOUR_MS:
                first_ms, times = now_ms, 0
            self._counted[key] = (first_ms, times + 1)
        return (*key, times + 1) if _is_power_of_ten(times + 1) else None

    def _forget(self, now_ms: int) -> None:
        self._counted = {key: kept for key, kept in self._counted.items() if now_ms - kept[0] < HOUR_MS}


def _is_power_of_ten(count: int) -> bool:
    return str(count).rstrip("0") == "1"
