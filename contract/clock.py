"""The only place that reads a clock.

A clock is an argument. It may run at a rate, for demo, drill and replay: sampling, batch cadence, the level
rule, staleness, escalation and retention live on the scaled clock (`now_ms`, `up_ms`); acknowledgement
time-outs, back-off, keepalive, grace and heartbeats live on real time (`real_ms`).

Order is (spool, boot number, boot clock, seq); wall time is an annotation with a trust.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol


class ClockTrust(StrEnum):
    """Where the wall time of a record comes from, from worst to best."""

    UNSYNCED = "unsynced"
    SAVED = "saved"
    RTC = "rtc"
    NTP = "ntp"
    HUB = "hub"


class Clock(Protocol):
    """What everything that needs the time is given."""

    @property
    def rate(self) -> float:
        """Scaled seconds per real second; 1.0 outside demo, drill and replay."""

    def now_ms(self) -> int:
        """Scaled wall time, UTC milliseconds since 1970."""

    def up_ms(self) -> int:
        """Scaled boot clock, milliseconds; never goes back within a boot, counts sleep."""

    def real_ms(self) -> int:
        """Real monotonic milliseconds, for time-outs; only differences mean anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemClock:
    """The machine's own clock, at its own pace."""

    rate: float = 1.0

    def now_ms(self) -> int:
        """Return wall time, UTC milliseconds."""
        return time.time_ns() // 1_000_000

    def up_ms(self) -> int:
        """Return CLOCK_BOOTTIME in milliseconds."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def real_ms(self) -> int:
        """Return CLOCK_BOOTTIME in milliseconds."""
        return self.up_ms()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledClock:
    """A clock that shows `anchor_data_ms` at the machine's wall time `anchor_real_ms` and runs at `rate`.

    Every process that is given the same three numbers shows the same time, so one demo has one clock.
    It follows the boot clock, not the wall clock, after it was made: a step of the machine's clock does not move it.
    """

    anchor_real_ms: int
    anchor_data_ms: int
    rate: float
    made_wall_ms: int
    made_up_ms: int

    @classmethod
    def start(cls, *, anchor_real_ms: int, anchor_data_ms: int, rate: float) -> "ScaledClock":
        """Return the clock of these anchors, read against the machine's clock now.

        Args:
            anchor_real_ms: the machine's wall time, UTC ms, at which the clock showed `anchor_data_ms`.
            anchor_data_ms: scaled wall time, UTC ms, at the anchor.
            rate: scaled seconds per real second, above 0.
        """
        system = SystemClock()
        return cls(
            anchor_real_ms=anchor_real_ms,
            anchor_data_ms=anchor_data_ms,
            rate=rate,
            made_wall_ms=system.now_ms(),
            made_up_ms=system.up_ms(),
        )

    def now_ms(self) -> int:
        """Return scaled wall time, UTC milliseconds."""
        real_ms = self.made_wall_ms + (SystemClock().up_ms() - self.made_up_ms)
        return self.anchor_data_ms + round((real_ms - self.anchor_real_ms) * self.rate)

    def up_ms(self) -> int:
        """Return the scaled boot clock, milliseconds."""
        return round(SystemClock().up_ms() * self.rate)

    def real_ms(self) -> int:
        """Return real CLOCK_BOOTTIME in milliseconds."""
        return SystemClock().up_ms()


FIRST_MS, LAST_MS = -62_104_060_800_000, 253_370_764_800_000
"""The first moments of the years 2 and 9999, UTC ms: a year from what can be written, so any zone still fits."""


def aware(at_ms: int) -> datetime:
    """Return UTC milliseconds as an aware datetime in UTC.

    A wall time is an annotation: one that no calendar holds, from a broken clock, becomes the nearest that one does
    and stops nobody.
    """
    return datetime.fromtimestamp(min(max(at_ms, FIRST_MS), LAST_MS) / 1000, tz=UTC)


def kernel_boot_id() -> str:
    """Return the kernel's id of this boot (Linux), a UUID as text."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123
        return file.read().strip()
