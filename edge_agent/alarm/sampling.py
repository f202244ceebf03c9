"""How often a gauge looks: seldom in peace, often while the river rises or stands at Waspada and above. Pure."""

from contract.desired import Sampling
from contract.level.settings import Rise
from contract.level.state import LevelState
from contract.severity import Severity

RISING_SHARE = 0.5
"""Half the rate that the rule calls a fast rise: look closer before it is one."""

LEAST_REAL_S = 1.0
"""No sample comes more often than once a real second, at whatever rate the clock runs."""


def interval_s(state: LevelState, *, sampling: Sampling, rise: Rise, clock_rate: float) -> float:
    """Return the time to the next reading, scaled s.

    Args:
        state: the level rule's memory after the newest reading.
        sampling: the intervals of peace and flood, scaled s.
        rise: what the rule calls a fast rise.
        clock_rate: scaled seconds per real second.
    """
    is_high = state.severity is not None and state.severity >= Severity.WASPADA
    wanted_s = sampling.flood if is_high or is_rising(state, rise=rise) else sampling.peace
    return max(wanted_s, LEAST_REAL_S * clock_rate)


def is_rising(state: LevelState, *, rise: Rise) -> bool:
    """Answer whether the stage has risen at half the rate of a fast rise over the rule's own stretch of time."""
    if not state.window:
        return False
    newest = state.window[-1]
    in_ms = 1000 * rise.in_s
    older = [value for value in state.minutes if 0 < newest.up_ms - value.up_ms <= in_ms]
    if not older:
        return False
    return newest.stage_cm - older[0].stage_cm >= RISING_SHARE * rise.cm
