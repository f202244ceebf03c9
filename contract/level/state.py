"""The level rule's whole memory; it travels in every `level` record.

It holds values, not only counts, so that the hub can judge the same water by other thresholds.
"""

from msgspec import Struct

WINDOW_READINGS = 5
MINUTE_MS = 60_000
REMEMBERED_MS = 15 * MINUTE_MS


class Value(Struct, frozen=True, array_like=True, gc=False):
    """One usable reading: boot clock ms, stage cm, and whether its quality is in doubt."""

    up_ms: int
    stage_cm: float
    is_suspect: bool = False


class LevelState(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a station stands."""

    severity: int | None = None
    """0 to 3; None: nothing was ever known."""
    since_ms: int | None = None
    """Wall time, UTC ms, from which the severity holds."""
    decision_id: str | None = None
    """Key of the first level record of this rise; None at 0."""
    is_stale: bool = False
    is_suspect: bool = False
    boot: int = 0
    up_ms: int = 0
    seq: int = 0
    """Boot, boot clock and seq of the newest record the rule has seen."""
    usable_up_ms: int | None = None
    """Boot clock of the newest usable reading of this boot."""
    interval_s: float = 0.0
    window: tuple[Value, ...] = ()
    """Last five usable readings, oldest first."""
    minutes: tuple[Value, ...] = ()
    """First usable reading of each minute, 15 minutes back, oldest first."""
    below_since_up_ms: int | None = None
    """Boot clock since which the stage is below the clear value of the severity held."""
    threshold_version: int = 0

    def key(self) -> tuple[int, int, int]:
        """Return (boot, up_ms, seq) of the newest record the rule has seen."""
        return (self.boot, self.up_ms, self.seq)
