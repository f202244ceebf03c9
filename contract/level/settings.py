"""What the level rule is told: thresholds of a version, persistence, rate of rise, hold.

Lengths in cm above the station's datum, times in seconds on the boot clock.
"""

import math
import struct
import zlib
from functools import cached_property
from typing import Annotated

from msgspec import Meta, Struct

from contract.bounds import Whole
from contract.errors import RefusedError

LEVELS = 3
HOLD_S = 1800.0
"""30 minutes below the clear value before a level falls, one step at a time."""

SLOW_INTERVAL_S = 300.0
"""A series this slow or slower needs one reading: waiting for a second costs more than a false alarm."""


class Thresholds(Struct, frozen=True, kw_only=True):
    """Raise and clear value of Waspada, Siaga and Awas, cm, and the version they stand in."""

    version: Whole
    raise_cm: tuple[float, float, float]
    clear_cm: tuple[float, float, float]

    def __post_init__(self) -> None:
        """Refuse thresholds that could never work.

        Raises:
            RefusedError: one is not finite, they do not rise from level to level, or a clear value is not below its
                raise value.
        """
        for name, values in (("raise_cm", self.raise_cm), ("clear_cm", self.clear_cm)):
            if not all(map(math.isfinite, values)):  # JSON has no word for it: it would come back as null
                raise RefusedError(
                    indonesian=f"{name} harus tiga angka biasa, tertulis {list(values)}: tulis tinggi air dalam cm",
                    english=f"{name} must be three finite numbers, got {list(values)}: write stages in cm",
                )
            if not values[0] < values[1] < values[2]:
                raise RefusedError(
                    indonesian=(
                        f"{name} harus naik dari Waspada ke Siaga ke Awas, tertulis {list(values)}: "
                        "tulis yang terendah dahulu"
                    ),
                    english=(
                        f"{name} must rise from Waspada to Siaga to Awas, got {list(values)}: write the lowest first"
                    ),
                )
        for raise_cm, clear_cm in zip(self.raise_cm, self.clear_cm, strict=True):
            if not clear_cm < raise_cm:
                raise RefusedError(
                    indonesian=(
                        f"clear_cm harus di bawah raise_cm, tertulis {clear_cm} untuk {raise_cm}: turunkan clear_cm"
                    ),
                    english=f"clear_cm must be below raise_cm, got {clear_cm} for {raise_cm}: lower clear_cm",
                )


Count5 = Annotated[int, Meta(ge=1, le=5)]


class Persistence(Struct, frozen=True, kw_only=True):
    """How many of the last readings must reach a level, for Waspada, Siaga and Awas."""

    of: tuple[Count5, Count5, Count5] = (5, 5, 3)
    need: tuple[Count5, Count5, Count5] = (3, 3, 2)

    def __post_init__(self) -> None:
        """Refuse a persistence that can never be met.

        Raises:
            RefusedError: more readings are needed than are looked at.
        """
        if any(need > of for need, of in zip(self.need, self.of, strict=True)):
            need, of = list(self.need), list(self.of)
            raise RefusedError(
                indonesian=f"need {need} tidak boleh melebihi of {of}, syaratnya tak akan terpenuhi: turunkan need",
                english=f"need {need} must not exceed of {of}, it could never be met: lower need",
            )


class Rise(Struct, frozen=True, kw_only=True):
    """A rise of `cm` within `in_s` takes Waspada to Siaga early. 15 minutes are remembered."""

    cm: Annotated[float, Meta(gt=0)] = 10.0
    in_s: Annotated[float, Meta(ge=60, le=840)] = 300.0


class RuleSettings(Struct, frozen=True, kw_only=True, dict=True):
    """Everything the rule needs beside its state and a reading."""

    thresholds: Thresholds
    persistence: Persistence = Persistence()
    rise: Rise = Rise()
    hold_s: float = HOLD_S
    clock_rate: float = 1.0
    """Scaled seconds per real second; a value is never called stale before 10 real seconds."""

    # Once for each settings (`dict` gives it a place), not once for each reading: it is a fifth of a step.
    @cached_property
    def fingerprint(self) -> int:
        """A number that differs, but once in 4 billion, where settings lead the rule to other levels.

        A version counts thresholds alone; persistence, rise and hold may change without a new one. It is of the numbers
        as 64-bit floats, so that 120 and 120.0 are the same, and never 0.
        """
        numbers = (
            *self.thresholds.raise_cm,
            *self.thresholds.clear_cm,
            *self.persistence.need,
            *self.persistence.of,
            self.rise.cm,
            self.rise.in_s,
            self.hold_s,
        )
        return zlib.crc32(struct.pack(f"<{len(numbers)}d", *numbers)) or 1
