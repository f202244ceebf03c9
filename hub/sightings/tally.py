"""Windows of one zone or line summed up. Pure; adding is the same in any order.

1. At a line crossings add up; a rate is crossings over the seconds that were really looked at.
2. In a zone the most at once stays the most; `total` over `windows` is the mean of the windows' most.
3. A record without a window tells at once that somebody has come: it can raise the most of its step, and was no look.
4. States are seconds, doubts are windows: a step in which half could not be seen says so.
"""

import msgspec
from msgspec import Struct

from contract.records import Sighting

LABELS_MOST = 16
"""Classes of one place; what a box names beyond these is counted under `OTHERS`."""
WORDS_MOST = 8
OTHERS = "other"
UNKNOWN_WINDOW_S = 60.0

Counts = dict[str, int]


class Tally(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was counted at one place in one step of time."""

    is_line: bool = False
    """The box says so, or something crossed."""
    windows: int = 0
    seconds: float = 0.0
    """Looked at, all windows together."""
    frames: int = 0
    most: int = 0
    """Zone: the most at once, all classes together."""
    total: int = 0
    """Zone: the sum of every window's most."""
    by_label: Counts = {}
    """Zone: the most of each class at once."""
    forward: Counts = {}
    backward: Counts = {}
    occupied_s: float = 0.0
    """Zone: part of its area under boxes times seconds."""
    stopped: int = 0
    longest_stop_s: float = 0.0
    states: dict[str, float] = {}
    """Road zone: seconds in each state."""
    doubts: Counts = {}
    """Windows with each doubt."""

    @property
    def crossings(self) -> int:
        """Return the crossings in both directions."""
        return sum(self.forward.values()) + sum(self.backward.values())


_DECODER = msgspec.json.Decoder(Tally)
_ENCODER = msgspec.json.Encoder()


def decode(text: str) -> Tally:
    """Return what a row holds."""
    return _DECODER.decode(text)


def encode(tally: Tally) -> str:
    """Return a tally as a row holds it."""
    return _ENCODER.encode(tally).decode()


def is_line(sighting: Sighting) -> bool:
    """Answer whether a record is of a line; from an older box, one that nobody crossed looks like an empty zone."""
    return sighting.is_line or bool(sighting.forward or sighting.backward)


def tally_of(sighting: Sighting) -> Tally:
    """Return one window."""
    window_s = sighting.window_s or 0.0
    is_window = sighting.window_s is not None
    of_line = is_line(sighting)
    named = {sighting.label: sighting.count} if sighting.label and not sighting.by_label else sighting.by_label
    return Tally(
        is_line=of_line,
        windows=int(is_window),
        seconds=window_s,
        frames=sighting.frames or 0,
        most=0 if of_line else sighting.count,
        total=0 if of_line or not is_window else sighting.count,
        by_label={} if of_line else _bounded(named, LABELS_MOST),
        forward=_bounded(sighting.forward, LABELS_MOST),
        backward=_bounded(sighting.backward, LABELS_MOST),
        occupied_s=(sighting.occupied or 0.0) * window_s,
        stopped=sighting.stopped,
        longest_stop_s=sighting.longest_stop_s,
        states={sighting.state: window_s} if sighting.state else {},
        doubts=dict.fromkeys(sighting.doubts[:WORDS_MOST], 1) if is_window else {},
    )


def added(one: Tally, other: Tally) -> Tally:
    """Return both together."""
    return Tally(
        is_line=one.is_line or other.is_line,
        windows=one.windows + other.windows,
        seconds=one.seconds + other.seconds,
        frames=one.frames + other.frames,
        most=max(one.most, other.most),
        total=one.total + other.total,
        by_label=_most(one.by_label, other.by_label),
        forward=_sum(one.forward, other.forward),
        backward=_sum(one.backward, other.backward),
        occupied_s=one.occupied_s + other.occupied_s,
        stopped=max(one.stopped, other.stopped),
        longest_stop_s=max(one.longest_stop_s, other.longest_stop_s),
        states=_seconds(one.states, other.states),
        doubts=_bounded({name: one.doubts.get(name, 0) + other.doubts.get(name, 0)
                         for name in one.doubts | other.doubts}, WORDS_MOST),
    )  # fmt: skip


def _bounded(counts: Counts, most: int) -> Counts:
    """Return at most so many names; the rest together under one."""
    if len(counts) <= most:
        return dict(counts)
    names = sorted(set(counts) - {OTHERS})
    kept = {name: counts[name] for name in names[: most - 1]}
    return kept | {OTHERS: counts.get(OTHERS, 0) + sum(counts[name] for name in names[most - 1 :])}


def _sum(one: Counts, other: Counts) -> Counts:
    return _bounded({name: one.get(name, 0) + other.get(name, 0) for name in one | other}, LABELS_MOST)


def _most(one: Counts, other: Counts) -> Counts:
    return _bounded({name: max(one.get(name, 0), other.get(name, 0)) for name in one | other}, LABELS_MOST)


def _seconds(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    names = sorted(one | other)[:WORDS_MOST]
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in names}
