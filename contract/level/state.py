"""The level rule's whole memory; it travels in every `level` record.

It holds values, not only counts, so that the hub can judge the same water by other thresholds.
"""

from typing import Annotated

from msgspec import Meta, Struct

from contract.bounds import DAY_S, Signed, StageCm, Whole

WINDOW_READINGS = 5
MINUTE_MS = 60_000
REMEMBERED_MS = 15 * MINUTE_MS


class Value(Struct, frozen=True, array_like=True, gc=False):
    """One usable reading: boot clock ms, stage cm, and whether its quality is in doubt."""

    up_ms: Whole
    stage_cm: StageCm
    is_suspect: bool = False


class LevelState(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a station stands."""

    severity: Annotated[int, Meta(ge=0, le=3)] | None = None
    """0 to 3; None: nothing was ever known."""
    since_ms: Whole | None = None
    """Wall time, UTC ms, from which the severity holds."""
    decision_id: str | None = None
    """Key of the first level record of this rise; None at 0."""
    is_stale: bool = False
    is_suspect: bool = False
    boot: Whole = 0
    up_ms: Whole = 0
    seq: Whole = 0
    """Boot, boot clock and seq of the newest record the rule has seen."""
    usable_up_ms: Whole | None = None
    """Boot clock of the newest usable reading of this boot."""
    interval_s: Annotated[float, Meta(ge=0, le=DAY_S)] = 0.0
    window: tuple[Value, ...] = ()
    """Last five usable readings, oldest first."""
    minutes: tuple[Value, ...] = ()
    """First usable reading of each minute, 15 minutes back, oldest first."""
    below_since_up_ms: Whole | None = None
    """Boot clock since which the stage is below the clear value of the severity held."""
    threshold_version: Signed = 0
    """-1: by other settings than any that the hub knows."""
    fingerprint: Whole = 0
    """Of the settings that judged it; 0: not told, then the version of the thresholds stands for all of them."""

    def key(self) -> tuple[int, int, int]:
        """Return (boot, up_ms, seq) of the newest record the rule has seen."""
        return (self.boot, self.up_ms, self.seq)
