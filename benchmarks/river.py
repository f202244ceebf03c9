"""Rivers for real boxes of a bench, as series files of the replay driver."""

import math
from collections.abc import Iterable

from contract.clock import aware

_CALM_CM = 60.0
_STEP_MS = 300_000


def calm_csv(*, from_ms: int) -> str:
    """Return a day of a river in peace, a few centimetres up and down, a value each five minutes.

    Args:
        from_ms: time of the first value, UTC ms.
    """
    steps = 86_400_000 // _STEP_MS
    return series_csv(
        (from_ms + step * _STEP_MS, _CALM_CM + 3 * math.sin(4 * math.pi * step / steps)) for step in range(steps)
    )


def steps_csv(*, from_ms: int, low_cm: float, high_cm: float, step_s: float, values_a_step: int = 40) -> str:
    """Return one period of a river that steps up and down; the replay driver repeats it.

    Args:
        from_ms: time of the first value, UTC ms.
        low_cm: stage of the first half.
        high_cm: stage of the second half.
        step_s: length of a half.
        values_a_step: between two values the driver draws a line, so many make the step steep.
    """
    every_ms = round(1000 * step_s / values_a_step)
    return series_csv(
        (from_ms + place * every_ms, low_cm if place < values_a_step else high_cm) for place in range(2 * values_a_step)
    )


def series_csv(samples: Iterable[tuple[int, float]]) -> str:
    """Return (time UTC ms, stage cm) pairs in the form that the replay driver reads."""
    lines = [f"{aware(at_ms).isoformat()},{stage_cm:.1f}" for at_ms, stage_cm in samples]
    return "\n".join(["time,stage_cm", *lines]) + "\n"
