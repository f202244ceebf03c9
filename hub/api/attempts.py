"""How often somebody may try to sign in. Pure but for a lock; times are real monotonic milliseconds.

1. Counted per (place, name) and per place, never per name alone: who guesses at a name from elsewhere makes nobody
   wait but themselves.
2. Per (place, name) 5 wrong in a minute and 15 in 15 min; per place 30 in a minute, whatever the names.
3. An attempt counts as wrong from its beginning, so that a thousand at once are not a thousand tries; the right one
   takes itself back and forgets the wrong ones of its pair before it.
4. A place is an IPv4 address, or the first 64 bits of an IPv6 one: a household has all the rest to itself.
5. Who signed in rightly within the last 12 h, by that name from that place, does not wait for others of the place: a
   guesser behind the city hall's one address keeps out only whom he guesses at, and who was never in from there.
6. Bounded: 4,096 pairs, 1,024 places, 4,096 pairs that were right; those longest quiet are forgotten first.
"""

import hashlib
import ipaddress
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

MINUTE_MS = 60_000
Limit = tuple[int, int]
"""So many within so many milliseconds."""
PER_PAIR: tuple[Limit, ...] = ((5, MINUTE_MS), (15, 15 * MINUTE_MS))
PER_PLACE: tuple[Limit, ...] = ((30, MINUTE_MS),)
PAIRS_MOST = 4_096
PLACES_MOST = 1_024
KNOWN_MOST = 4_096
KNOWN_MS = 12 * 60 * MINUTE_MS
"""As long as a session at most lasts: who comes back the next day counts as anybody for one sign-in."""
_PREFIX_BITS = 64
_MARK_LENGTH = 64
"""Hexadecimal digits of a SHA-256."""


def network_of(place: str) -> str:
    """Return what counts as one place: an IPv4 address, or the network that an IPv6 address stands in."""
    try:
        address = ipaddress.ip_address(place)
    except ValueError:
        return place
    if address.version == 4:  # noqa: PLR2004 - of the protocol
        return place
    return str(ipaddress.ip_network((address, _PREFIX_BITS), strict=False))


@dataclass(slots=True, kw_only=True)
class _Tally:
    """Wrong attempts by whom, oldest first."""

    limits: tuple[Limit, ...]
    most: int
    times: OrderedDict[str, deque[int]] = field(default_factory=OrderedDict)

    def wait_ms(self, key: str, now_ms: int) -> int:
        """Return how long this one has to wait, 0 for not at all."""
        known = self.times.get(key, ())
        waits = [0]
        for count, within_ms in self.limits:
            recent = [at_ms for at_ms in known if now_ms - at_ms < within_ms]
            if len(recent) >= count:
                waits.append(within_ms - (now_ms - recent[-count]))
        return max(waits)

    def count(self, key: str, now_ms: int) -> None:
        """Add one."""
        known = self.times.setdefault(key, deque(maxlen=max(count for count, _ in self.limits)))
        self.times.move_to_end(key)
        known.append(now_ms)
        while len(self.times) > self.most:
            self.times.popitem(last=False)

    def take_back(self, key: str, now_ms: int) -> None:
        """Take the one of this moment away."""
        known = self.times.get(key)
        if known and now_ms in known:
            known.remove(now_ms)
        if not known:
            self.times.pop(key, None)


class Attempts:
    """Wrong attempts of late."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._pairs = _Tally(limits=PER_PAIR, most=PAIRS_MOST)
        self._places = _Tally(limits=PER_PLACE, most=PLACES_MOST)
        self._known: OrderedDict[str, int] = OrderedDict()

    def begin(self, place: str, name: str, *, now_ms: int) -> int:
        """Count an attempt and return 0, or return for how many milliseconds there may be none, and count nothing."""
        network, pair = network_of(place), _pair(place, name)
        with self._lock:
            wait_ms = self._pairs.wait_ms(pair, now_ms)
            if not self._is_known(pair, now_ms):
                wait_ms = max(wait_ms, self._places.wait_ms(network, now_ms))
            if not wait_ms:
                self._pairs.count(pair, now_ms)
                self._places.count(network, now_ms)
            return wait_ms

    def was_right(self, place: str, name: str, *, began_ms: int) -> None:
        """Forget the wrong ones of this pair, and the attempt itself; know the pair for some hours."""
        pair = _pair(place, name)
        with self._lock:
            self._pairs.times.pop(pair, None)
            self._places.take_back(network_of(place), began_ms)
            self._known[pair] = began_ms
            self._known.move_to_end(pair)
            while len(self._known) > KNOWN_MOST:
                self._known.popitem(last=False)

    def was_not_tried(self, place: str, name: str, *, began_ms: int) -> None:
        """Take an attempt back whose password nobody looked at."""
        with self._lock:
            self._pairs.take_back(_pair(place, name), began_ms)
            self._places.take_back(network_of(place), began_ms)

    def waiting(self, names: Iterable[str], *, now_ms: int) -> dict[str, int]:
        """Return for how many milliseconds each of these names has to wait at some place; those that wait nowhere not.

        A place that waits as a whole, whatever the names, is not told of here.
        """
        marks = {_mark(name): name for name in names}
        longest: dict[str, int] = {}
        with self._lock:
            for pair in self._pairs.times:
                name = marks.get(pair[:_MARK_LENGTH])
                wait_ms = 0 if name is None else self._pairs.wait_ms(pair, now_ms)
                if name is not None and wait_ms:
                    longest[name] = max(wait_ms, longest.get(name, 0))
        return longest

    @property
    def kept(self) -> tuple[int, int, int]:
        """How many pairs, places and pairs that were right are remembered."""
        return len(self._pairs.times), len(self._places.times), len(self._known)

    def _is_known(self, pair: str, now_ms: int) -> bool:
        right_ms = self._known.get(pair)
        return right_ms is not None and now_ms - right_ms < KNOWN_MS


def _pair(place: str, name: str) -> str:
    """Return a key of fixed length: names come from outside."""
    return _mark(name) + _mark(network_of(place))


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
