"""People and boats at the bank: told at once when they appear, and once.

Rules, per class:

1. One appears when sure tracks of the class were in the zone for `APPEAR_S`, hidden for no more than a moment.
2. It is told once; it is told again only after nothing of the class was there for `GONE_S`.
3. While nothing can be seen nobody leaves and nobody appears.
"""

from collections.abc import Mapping
from dataclasses import dataclass

APPEAR_S = 1.0
"""A chance detection is over sooner."""
MISSED_S = 1.0
"""A detector misses a person for so long now and then."""
GONE_S = 30.0
"""Behind a tree or a boat's cabin; who comes back sooner was never gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """People or a boat have come to a place where there were none."""

    zone: str
    label: str
    count: int
    up_ms: int


@dataclass(slots=True)
class _Presence:
    since_up_ms: int
    seen_up_ms: int
    is_told: bool = False


class BankWatch:
    """Watches one bank zone."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._present: dict[str, _Presence] = {}

    def step(self, counts: Mapping[str, int], up_ms: int) -> list[Appearance]:
        """Return who has appeared with this frame.

        Args:
            counts: by class, what is in the zone in this frame.
            up_ms: of the frame.
        """
        for label, presence in list(self._present.items()):
            patience_s = GONE_S if presence.is_told else MISSED_S
            if up_ms - presence.seen_up_ms > 1000 * patience_s:
                del self._present[label]
        return [
            Appearance(zone=self._zone, label=label, count=count, up_ms=up_ms)
            for label, count in sorted(counts.items())
            if count and self._is_new(label, up_ms)
        ]

    def unseen(self, seconds: float) -> None:
        """Let `seconds` in which nothing could be seen not count."""
        for presence in self._present.values():
            presence.seen_up_ms += round(1000 * seconds)

    def _is_new(self, label: str, up_ms: int) -> bool:
        presence = self._present.setdefault(label, _Presence(up_ms, up_ms))
        presence.seen_up_ms = up_ms
        if presence.is_told or up_ms - presence.since_up_ms < 1000 * APPEAR_S:
            return False
        presence.is_told = True
        return True
