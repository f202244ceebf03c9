"""How much of its CPU share the camera process takes while the board is hot. Pure.

The rules:

1. Below `SOFT_LIMIT_C` all of it. At or above, one step less every `STEP_EVERY_MS`, down to `LEAST_PART`.
2. At `HARD_LIMIT_C` at once the least.
3. Back up by one step every `STEP_EVERY_MS` once the board is at `COOL_C` or below. Between the two, nothing changes:
   without that gap the rate would swing with every degree.
4. A board that does not tell its temperature is taken as cool.
"""

from dataclasses import dataclass, replace

SOFT_LIMIT_C = 80.0
"""From here a Raspberry Pi slows its ARM cores (Raspberry Pi documentation, "Frequency management and thermal
control"): it is cheaper to look less often than to have the gauge's process slowed as well."""
HARD_LIMIT_C = 85.0
"""Here it slows everything; same page."""
COOL_C = 75.0
STEP = 0.75
STEP_EVERY_MS = 30_000
"""A board with a heat sink follows its load within a minute or so."""
LEAST_PART = 0.25
COOL_AGAIN = "Papan cukup sejuk lagi. / The board is cool enough again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """What the board's temperature leaves."""

    part: float = 1.0
    """Of the CPU share, `LEAST_PART` to 1."""
    changed_ms: int | None = None
    """Real; when it was last changed."""

    @property
    def is_hot(self) -> bool:
        """Answer whether the share is cut."""
        return self.part < 1.0


def feel(heat: Heat, temperature_c: float | None, *, real_ms: int) -> Heat:
    """Return what a look at the thermometer leaves.

    Args:
        heat: until now.
        temperature_c: of the processor; None: the board does not say.
        real_ms: now.
    """
    part = _wanted(heat.part, temperature_c)
    if part == heat.part:
        return heat
    is_urgent = temperature_c is not None and temperature_c >= HARD_LIMIT_C
    if not is_urgent and heat.changed_ms is not None and real_ms - heat.changed_ms < STEP_EVERY_MS:
        return heat
    return replace(heat, part=part, changed_ms=real_ms)


def heat_text(heat: Heat, temperature_c: float | None) -> str:
    """Return what is told of the heat. Three texts, so that a figure that no longer holds does not go on standing."""
    board_id, board_en = (
        ("", "") if temperature_c is None else (f" {temperature_c:.0f} °C", f" at {temperature_c:.0f} °C")
    )
    if not heat.is_hot:
        return COOL_AGAIN
    if heat.part <= LEAST_PART:
        return (
            f"Papan sangat panas{board_id}; kamera hanya memakai seperempat jatah prosesornya, yang paling sedikit. "
            "Beri kotak teduh dan aliran udara. / "
            f"The board is very hot{board_en}; cameras use a quarter of their share of CPU, the least there is. "
            "Give the box shade and air."
        )
    return (
        f"Papan panas{board_id}; kamera memakai sebagian jatah prosesornya, selangkah demi selangkah. "
        "Beri kotak teduh dan aliran udara. / "
        f"The board is hot{board_en}; cameras use a part of their share of CPU, step by step. "
        "Give the box shade and air."
    )


def _wanted(part: float, temperature_c: float | None) -> float:
    if temperature_c is None or temperature_c <= COOL_C:
        return min(1.0, part / STEP)
    if temperature_c >= HARD_LIMIT_C:
        return LEAST_PART
    return max(LEAST_PART, part * STEP) if temperature_c >= SOFT_LIMIT_C else part
