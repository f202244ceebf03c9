"""Whose turn it is: several views on one box within one CPU share. Pure; time and cost are arguments.

The rules:

1. A look may begin only while the account is not overdrawn. The account fills at the share, holds at most `SAVED_S`
   seconds of it, and everything that the process uses is taken from it, decoding too. So in any window of time the
   process uses at most its share of it, what was saved, and one look.
2. Only the least that every view has comes before rule 1: one look in `STARVED_MS`, whatever the others do and even
   where the share does not suffice for decoding alone. Those looks may come together: then it is one at each view.
3. The share is dealt out in this order, within one line the same part to each: the least to all; what moving scenes
   need; what still scenes need (they cost a look at the picture, no inference); more to moving scenes, up to their
   most.
4. Of the views whose time has come, one that is behind its need goes before one that only gets more than it needs.
5. A view in which something moves, and that was looked at less often than it needs for a while, is too slow: whether
   for want of CPU time or because its camera gives no more. What is counted there is the least that was there.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

LEAST_PER_S = 0.2
STARVED_MS = round(1000 / LEAST_PER_S)
SAVED_S = 2.0
LEAST_SHARE = 0.05
"""Cores; dealt out even if decoding takes the whole share, so that rates stay numbers."""
JUDGED_MS = 3_000
JUDGED_LOOKS = 5
"""Over at least so long, and so many looks as a view needs, its rate is judged; over twice that at most."""
ENOUGH = 1 - 1 / JUDGED_LOOKS
"""Of the rate that a view needs: below it, it is too slow. The look that is about to come is not counted yet."""
ASKED_AGAIN_MS = (20, 250)
"""A camera that had no new frame is asked again after an eighth of the time since its last one, within these."""
AWAY_MS = 2_000
FIRST_COST_S = {False: 0.005, True: 0.1}
"""Until a look was measured: at a still scene, at a moving one."""
COST_WEIGHT = 0.2
OVERHEAD_MS = 5_000
"""Over so long what the process uses besides its looks is averaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How often a view is to be looked at."""

    per_s: float
    """What it needs: at a still scene to see what begins to move, at a moving one to follow it."""
    most_per_s: float
    """While something moves and CPU time is left."""


@dataclass(slots=True, kw_only=True)
class _Post:
    """One view."""

    need: Need
    due_ms: float
    looked_ms: int
    need_ms: float
    """Until then what it needs is given; `due_ms` is earlier where it gets more."""
    not_before_ms: float = 0.0
    """Its camera is not asked until then."""
    was_asked_early: bool = False
    """Since the last look its camera was asked and had no new frame yet."""
    is_away: bool = False
    """Its camera has had no frame for `AWAY_MS`: nothing is dealt out to it."""
    is_moving: bool = True
    per_s: float = 0.0
    cost_s: dict[bool, float] = field(default_factory=lambda: dict(FIRST_COST_S))
    looks_ms: deque[int] = field(default_factory=deque)
    """Since something began to move."""

    def judged_ms(self) -> float:
        """Return over how long its rate is judged."""
        return max(JUDGED_MS, 1000 * JUDGED_LOOKS / self.need.per_s)

    def cost_now_s(self) -> float:
        """Return what the next look will cost, as far as can be known."""
        return max(1e-6, self.cost_s[self.is_moving])


class Duty:
    """The scheduler. All times are real ms of one clock, all costs seconds of CPU time."""

    def __init__(self, *, needs: Mapping[str, Need], cores: float, real_ms: int) -> None:
        """Begin with every view due.

        Args:
            needs: by source.
            cores: the share: how many cores' worth of CPU time the process may use, mean.
            real_ms: now.
        """
        self._posts = {
            source: _Post(need=need, due_ms=real_ms, need_ms=real_ms, looked_ms=real_ms - STARVED_MS)
            for source, need in needs.items()
        }
        self._cores = cores
        self._heat_part = 1.0
        self._account_s = SAVED_S * cores
        self._told_ms = real_ms
        self._overhead = 0.0
        self._deal()

    @property
    def share(self) -> float:
        """Cores that may be used now."""
        return self._cores * self._heat_part

    def set_heat(self, part: float) -> None:
        """Use this part of the share from now on, 0 to 1; see `heat`."""
        if part != self._heat_part:
            self._heat_part = part
            self._account_s = min(self._account_s, SAVED_S * self.share)
            self._deal()

    def turn(self, *, real_ms: int) -> str | None:
        """Return the source that is to be looked at now; None: nobody's turn."""
        ready = [source for source, post in self._posts.items() if self._begins_ms(post) <= real_ms]
        return min(ready, key=lambda source: _place(self._posts[source], real_ms), default=None)

    def wait_s(self, *, real_ms: int) -> float:
        """Return how long it is nobody's turn, s."""
        first_ms = min((self._begins_ms(post) for post in self._posts.values()), default=real_ms + STARVED_MS)
        return max(0.0, (first_ms - real_ms) / 1000)

    def note_look(self, source: str, *, real_ms: int, cost_s: float, is_moving: bool) -> None:
        """Take note of a look that ends now.

        Args:
            source: the view.
            real_ms: now.
            cost_s: what it used. `note_spent` takes it from the account with everything else.
            is_moving: something moves there, and the next look will cost an inference too.
        """
        post = self._posts[source]
        was_moving, post.is_moving = post.is_moving, is_moving
        post.is_away = False
        post.cost_s[is_moving] += COST_WEIGHT * (cost_s - post.cost_s[is_moving])
        if was_moving != is_moving:
            post.looks_ms.clear()
        post.looks_ms.append(real_ms)
        while post.looks_ms[0] < real_ms - 2 * post.judged_ms():
            post.looks_ms.popleft()
        self._deal()
        post.looked_ms = real_ms
        # From the last due time on: a view that waited for another's long look catches up with one look, not with more.
        between_ms, need_ms = 1000 / post.per_s, 1000 / min(post.per_s, post.need.per_s)
        if post.was_asked_early:  # follow the camera's own beat, so that the next time it is not asked in vain
            post.due_ms = real_ms + between_ms
            post.was_asked_early = False
        else:
            post.due_ms = max(post.due_ms + between_ms, real_ms - between_ms)
        post.need_ms = min(max(post.need_ms + need_ms, real_ms - need_ms), real_ms + need_ms)

    def note_nothing_new(self, source: str, *, real_ms: int) -> None:
        """Take note that the camera of a view had no new frame."""
        post = self._posts[source]
        shortest_ms, longest_ms = ASKED_AGAIN_MS
        without_ms = real_ms - post.looked_ms
        post.was_asked_early = True
        post.not_before_ms = real_ms + min(longest_ms, max(shortest_ms, without_ms / 8))
        if without_ms >= AWAY_MS and not post.is_away:
            post.is_away = True
            self._deal()

    def note_spent(self, spent_s: float, *, looks_s: float, real_ms: int) -> None:
        """Take what the process has used since the last call from the account, and fill that up to now.

        Args:
            spent_s: by all threads, looks and all else.
            looks_s: by the looks alone.
            real_ms: now.
        """
        gone_ms = real_ms - self._told_ms
        self._told_ms = real_ms
        saved_s = self._account_s + self.share * gone_ms / 1000
        self._account_s = min(SAVED_S * self.share, saved_s) - spent_s
        if gone_ms > 0:
            part = min(1.0, gone_ms / OVERHEAD_MS)
            self._overhead += part * (max(0.0, spent_s - looks_s) * 1000 / gone_ms - self._overhead)

    def per_s(self, source: str) -> float:
        """Return how often a view is to be looked at as things stand, 1/s."""
        return self._posts[source].per_s

    def is_too_slow(self, source: str, *, real_ms: int) -> bool:
        """Answer whether a moving view has been looked at less often than it needs (rule 5)."""
        post = self._posts[source]
        if not post.is_moving or not post.looks_ms:
            return False
        over_ms = real_ms - post.looks_ms[0]
        return over_ms >= post.judged_ms() and (len(post.looks_ms) - 1) * 1000 < ENOUGH * post.need.per_s * over_ms

    def _begins_ms(self, post: _Post) -> float:
        """Return when a look at a view may begin (rules 1 and 2)."""
        filled_ms = self._told_ms + 1000 * max(0.0, -self._account_s) / self.share
        begins_ms = min(max(post.due_ms, filled_ms), max(post.looked_ms + STARVED_MS, self._told_ms))
        return max(begins_ms, post.not_before_ms)

    def _deal(self) -> None:
        """Set the rate of every view (rule 3)."""
        left = max(LEAST_SHARE, self.share - self._overhead)
        dealt = dict.fromkeys(self._posts, 0.0)
        present = [source for source, post in self._posts.items() if not post.is_away]
        moving = [source for source in present if self._posts[source].is_moving]
        still = [source for source in present if not self._posts[source].is_moving]
        needs = {source: post.need.per_s for source, post in self._posts.items()}
        most = {source: max(post.need.per_s, post.need.most_per_s) for source, post in self._posts.items()}
        least = {source: min(LEAST_PER_S, need) for source, need in needs.items()}
        for sources, upto in ((present, least), (moving, needs), (still, needs), (moving, most)):
            wanted = {source: max(0.0, upto[source] - dealt[source]) for source in sources}
            cost = sum(wanted[source] * self._posts[source].cost_now_s() for source in sources)
            part = 1.0 if cost <= left else left / cost
            for source in sources:
                dealt[source] += part * wanted[source]
            left = max(0.0, left - part * cost)
        for source, post in self._posts.items():
            post.per_s = max(least[source], dealt[source])


def _place(post: _Post, real_ms: int) -> tuple[bool, float]:
    """Return what says who of those that may begin is first (rule 4), and of two alike who has waited longer."""
    return post.need_ms > real_ms, min(post.due_ms, post.looked_ms + STARVED_MS)
