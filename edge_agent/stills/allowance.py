"""How many stills a box may make: a pause between two of a view, and bytes a day for all. Pure.

A part of the day's bytes belongs to the stills that people ask for, and only to them: hourly ones cannot take it from a
person, and a person who asks all day long cannot take the others'.

Days are those of UTC, as the hub's own quota of pictures has them. The clock is the box's; after a step of it, in
either direction, a still may come early.
"""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

DAY_MS = 24 * 3_600_000
ASKED_PART = 0.25
"""Of the day's bytes, for stills that people ask for: 80 of 50 KB of the default's 4 MiB."""
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StillSettings:
    """`[stills]`: what is given away of the cameras' pictures, blurred; all cameras of the box alike."""

    every_s: Annotated[float, Meta(ge=60, le=86_400)] = 3_600.0
    """A still of each view so often."""
    least_pause_s: Annotated[float, Meta(ge=10, le=86_400)] = 300.0
    """Between two of a view, where people or a boat at a bank ask for one."""
    daily_mb: Annotated[float, Meta(ge=0, le=32)] = 16.0
    """MiB of all views together; the hub takes 32. 0: no stills."""


class Spent(Struct, frozen=True, kw_only=True):
    """What was made, kept over restarts."""

    day: int = 0
    """Since 1970, UTC."""
    day_bytes: int = 0
    """On that day, without those that people asked for."""
    asked_bytes: int = 0
    """On that day, those that people asked for."""
    refused: int = 0
    """Stills that somebody at a bank or the hour asked for and the pause or the bytes did not allow, ever."""
    last_ms: dict[str, int] = {}
    """By source: when a still was last made, or refused for its bytes; UTC ms."""


def is_due(spent: Spent, settings: StillSettings, source: str, *, at_ms: int) -> bool:
    """Answer whether a view's regular still is due."""
    return settings.daily_mb > 0 and _has_paused(spent, source, settings.every_s, at_ms)


def may_follow(spent: Spent, settings: StillSettings, source: str, *, at_ms: int) -> bool:
    """Answer whether the last still of a view was long enough ago for one out of turn."""
    return settings.daily_mb > 0 and _has_paused(spent, source, settings.least_pause_s, at_ms)


def fits(spent: Spent, settings: StillSettings, size_bytes: int, *, at_ms: int, is_asked: bool = False) -> bool:
    """Answer whether a still may have so many bytes today; `is_asked`: a person asked for it."""
    used, part = _day_bytes(spent, at_ms)[is_asked], ASKED_PART if is_asked else 1 - ASKED_PART
    return used + size_bytes <= part * settings.daily_mb * _MIB


def after(spent: Spent, source: str, size_bytes: int, *, at_ms: int) -> Spent:
    """Return what is spent after a still of so many bytes."""
    others, asked = _day_bytes(spent, at_ms)
    return replace(
        spent,
        day=at_ms // DAY_MS,
        day_bytes=others + size_bytes,
        asked_bytes=asked,
        last_ms={**spent.last_ms, source: at_ms},
    )


def after_asked(spent: Spent, size_bytes: int, *, at_ms: int) -> Spent:
    """Return what is spent after a still that a person asked for; the next of the view's own is due as before."""
    others, asked = _day_bytes(spent, at_ms)
    return replace(spent, day=at_ms // DAY_MS, day_bytes=others, asked_bytes=asked + size_bytes)


def after_refusal(spent: Spent, source: str, *, at_ms: int | None) -> Spent:
    """Return what is spent after a still was refused; `at_ms`: for its bytes, so the next is tried a pause later."""
    last_ms = spent.last_ms if at_ms is None else {**spent.last_ms, source: at_ms}
    return replace(spent, refused=spent.refused + 1, last_ms=last_ms)


def _has_paused(spent: Spent, source: str, pause_s: float, at_ms: int) -> bool:
    last_ms = spent.last_ms.get(source)
    return last_ms is None or abs(at_ms - last_ms) >= 1000 * pause_s


def _day_bytes(spent: Spent, at_ms: int) -> tuple[int, int]:
    """Return the bytes of this day: those of the views' own stills, and those that people asked for."""
    return (spent.day_bytes, spent.asked_bytes) if spent.day == at_ms // DAY_MS else (0, 0)
