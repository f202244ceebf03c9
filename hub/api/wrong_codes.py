"""How often a place may send wrong claim codes. Pure but for a lock; times are real monotonic milliseconds.

1. Five wrong ones in ten minutes; then the place waits until the first of them is ten minutes old.
2. Only what is wrong counts and only what is wrong waits: a right code of the same place, behind the same 4G address,
   goes through, for 100 random bits are not guessed and the limit protects the machine, not the code.
3. A place is an IPv4 address, or the first 64 bits of an IPv6 one.
4. At most 1,024 places are remembered; those longest quiet are forgotten first.
"""

import threading
from collections import OrderedDict, deque

from hub.api.attempts import network_of

WRONG_MOST = 5
WITHIN_MS = 10 * 60_000
PLACES_MOST = 1_024


class WrongCodes:
    """Wrong claim codes of late."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[int]] = OrderedDict()

    def wait_ms(self, place: str, *, now_ms: int) -> int:
        """Return for how many milliseconds the place may send no wrong code, 0 if it may."""
        with self._lock:
            known = self._times.get(network_of(place), ())
            recent = [at_ms for at_ms in known if now_ms - at_ms < WITHIN_MS]
            return WITHIN_MS - (now_ms - recent[0]) if len(recent) >= WRONG_MOST else 0

    def count(self, place: str, *, now_ms: int) -> None:
        """Count a wrong code that was looked at."""
        with self._lock:
            known = self._times.setdefault(network_of(place), deque(maxlen=WRONG_MOST))
            known.append(now_ms)
            self._times.move_to_end(network_of(place))
            while len(self._times) > PLACES_MOST:
                self._times.popitem(last=False)

    @property
    def places(self) -> int:
        """How many places are remembered."""
        return len(self._times)
