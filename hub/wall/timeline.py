"""The time line of the last 24 hours: where its hours and marks stand."""

from collections.abc import Sequence

from msgspec import Struct

from hub.wall.city import City

WIDTH = 3744
SPAN_MS = 24 * 3_600_000
HOUR_MS = 3_600_000
TICK_HOURS = 2
LANES = 2
MARK_APART = 50
"""Two marks closer than this, px, would cover each other."""
EDGE = 62
"""Half a label; a tick closer to an end than this would be cut."""


class Tick(Struct, frozen=True, kw_only=True):
    """An hour of the city's clock."""

    x: float
    text: str


def x_of(at_ms: int, *, now_ms: int) -> float:
    """Return px from the left for a time of the last 24 hours."""
    return round(WIDTH * (1 - (now_ms - at_ms) / SPAN_MS), 1)


def ticks(*, now_ms: int, city: City) -> list[Tick]:
    """Return every second full hour of the city's clock."""
    offset_ms = round(city.utc_offset_h * HOUR_MS)
    step_ms = TICK_HOURS * HOUR_MS
    first = (now_ms - SPAN_MS + offset_ms) // step_ms * step_ms - offset_ms
    found = [
        Tick(x=x_of(at_ms, now_ms=now_ms), text=city.local(at_ms).strftime("%H:%M"))
        for at_ms in range(first, now_ms, step_ms)
    ]
    return [tick for tick in found if EDGE <= tick.x <= WIDTH - EDGE]


def lanes(marks: Sequence[tuple[int, int]]) -> list[int | None]:
    """Return for each mark, (UTC ms, severity) oldest first, its lane from the bottom; None: there is no room.

    Where both lanes are taken the more severe mark keeps its place.
    """
    near_ms = round(MARK_APART * SPAN_MS / WIDTH)
    found: list[int | None] = []
    last: list[int | None] = [None] * LANES
    for at_ms, severity in marks:
        free = next((n for n, i in enumerate(last) if i is None or at_ms - marks[i][0] >= near_ms), None)
        if free is None:
            weakest = min(range(LANES), key=lambda n: marks[last[n] or 0][1])
            beaten = last[weakest]
            if beaten is None or marks[beaten][1] > severity:
                found.append(None)
                continue
            found[beaten], free = None, weakest
        last[free] = len(found)
        found.append(free)
    return found
