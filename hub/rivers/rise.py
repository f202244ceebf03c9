"""How fast a stage rises or falls, for people to read. The rule has its own eye on it; this one only shows."""

from contract.level.state import LevelState


def rise_of(state: LevelState, *, in_s: float) -> tuple[float, float] | None:
    """Return (change in cm, over how many seconds) up to the newest usable reading, or None when too little is known.

    The reference is the newest remembered reading that is at least `in_s` old.

    Args:
        state: of the level rule, with the readings it remembers.
        in_s: over which time, seconds of the box's clock.
    """
    if not state.window:
        return None
    newest = state.window[-1]
    for old in reversed(state.minutes):
        passed_ms = newest.up_ms - old.up_ms
        if passed_ms >= 1000 * in_s:
            return round(newest.stage_cm - old.stage_cm, 1), passed_ms / 1000
    return None
