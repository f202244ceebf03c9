"""Who may hold a connection to one port of the web process. Pure; lives on the event loop's thread.

Rules:
1. A port holds at most `most` connections, whatever is asked of the other ports; one place holds at most a quarter of
   them. A place is an IPv4 address, or the first 64 bits of an IPv6 one.
2. 127.0.0.1 and ::1 are where a proxy stands, and it speaks for many: only rule 1's whole bounds them.
3. When there is no room, the connection that has waited longest for its other side makes room for the new one: the
   place's own where the place has its quarter, anybody's else. One waits from its beginning, handshake and all, to its
   first whole request head, and again between two requests.
4. When nobody waits, the one that has been sending the body of its request longest makes room.
5. When all are being answered, the new one is refused.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from hub.api.attempts import network_of

QUARTER = 4
OF_PROXIES = frozenset({"127.0.0.1", "::1"})

REFUSED = "refused"
"""There was no room, and all were being answered."""
DISPLACED = "displaced"
"""Waited longest when there was no room."""
SLOW = "slow"
"""Took longer, or sent more beside its request, than an honest one does."""
OUTCOMES = (REFUSED, DISPLACED, SLOW)

TurnedAway = Counter[tuple[str, str]]
"""(port's name, outcome) -> how many connections since the start."""


@dataclass(slots=True, eq=False, kw_only=True)
class Guest:
    """One connection."""

    place: str
    close: Callable[[], None]
    """Ends it, in whatever state it is."""


class Admission:
    """The connections of one port."""

    def __init__(self, *, name: str, most: int, turned_away: TurnedAway) -> None:
        """Begin with none.

        Args:
            name: of the port, for the counter.
            most: connections at once.
            turned_away: where those are counted that were not served to their end.
        """
        self.name = name
        self.most = most
        self._turned_away = turned_away
        for outcome in OUTCOMES:
            turned_away.setdefault((name, outcome), 0)
        self._inside: dict[Guest, None] = {}
        self._waiting: dict[Guest, None] = {}
        """In the order in which they began to wait."""
        self._sending: dict[Guest, None] = {}
        """In the order in which their heads came."""
        self._by_place: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many there are."""
        return len(self._inside)

    def admit(self, address: str, *, close: Callable[[], None]) -> Guest | None:
        """Let a connection in, waiting; return None if it is refused."""
        place = network_of(address)
        if not self._make_room(place):
            self.count(REFUSED)
            return None
        guest = Guest(place=place, close=close)
        self._inside[guest] = None
        self._waiting[guest] = None
        self._by_place[place] += 1
        return guest

    def is_sending(self, guest: Guest) -> None:
        """Note that a whole request head has come."""
        self.is_busy(guest)
        if guest in self._inside:
            self._sending[guest] = None

    def is_busy(self, guest: Guest) -> None:
        """Note that a whole request has come."""
        self._waiting.pop(guest, None)
        self._sending.pop(guest, None)

    def is_waiting(self, guest: Guest) -> None:
        """Note that its request was answered."""
        self.is_busy(guest)
        if guest in self._inside:
            self._waiting[guest] = None

    def leave(self, guest: Guest) -> None:
        """Forget a connection that is gone; a second time does nothing."""
        if guest not in self._inside:
            return
        del self._inside[guest]
        self.is_busy(guest)
        self._by_place[guest.place] -= 1
        if not self._by_place[guest.place]:
            del self._by_place[guest.place]

    def count(self, outcome: str) -> None:
        """Count a connection that was not served to its end."""
        self._turned_away[self.name, outcome] += 1

    def _make_room(self, place: str) -> bool:
        is_place_full = place not in OF_PROXIES and self._by_place[place] >= max(1, self.most // QUARTER)
        if not is_place_full and len(self._inside) < self.most:
            return True
        may_go = (one for one in chain(self._waiting, self._sending) if one.place == place or not is_place_full)
        longest = next(may_go, None)
        if longest is None:
            return False
        self.leave(longest)
        self.count(DISPLACED)
        longest.close()
        return True
