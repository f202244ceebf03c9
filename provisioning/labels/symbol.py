"""The QR of a label: error correction M, and modules that a phone still reads on a wet box.

The standard text of a label fits version 5 (37 modules). With the quiet zone of 4 modules on each side, 25 mm across
are 0.56 mm a module; under 0.4 mm cheap phone cameras begin to fail, so a symbol that large is refused.
"""

from dataclasses import dataclass

import segno

from provisioning.labels.errors import LabelError

CORRECTION = "m"
"""15 % of the symbol may be scratched or dirty."""
QUIET_MODULES = 4
"""White on each side, by the standard."""
SMALLEST_PRINT_MM = 25.0
MODULE_SMALLEST_MM = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A QR as rows of modules, True is dark, without the quiet zone."""

    designator: str
    """Version and error correction, for example 5-M."""
    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """Modules on a side, without the quiet zone."""
        return len(self.rows)

    @property
    def modules_with_quiet(self) -> int:
        """Modules on a side, with the quiet zone."""
        return self.modules + 2 * QUIET_MODULES

    def module_mm(self, print_mm: float) -> float:
        """Return how wide a module is when the symbol with its quiet zone is printed so wide, mm."""
        return print_mm / self.modules_with_quiet

    def bars(self) -> list[tuple[int, int, int]]:
        """Return the dark runs as (column, row, length), in modules from the corner of the quiet zone."""
        return [
            (start + QUIET_MODULES, number + QUIET_MODULES, length)
            for number, row in enumerate(self.rows)
            for start, length in _runs(row)
        ]


def symbol_of(text: str) -> Symbol:
    """Return the QR that holds `text`.

    Raises:
        LabelError: at 25 mm its modules would be too small.
    """
    made = segno.make_qr(text, error=CORRECTION, boost_error=False)
    symbol = Symbol(
        designator=str(made.designator), rows=tuple(tuple(bool(one) for one in row) for row in made.matrix)
    )  # fmt: skip
    module_mm = symbol.module_mm(SMALLEST_PRINT_MM)
    if module_mm < MODULE_SMALLEST_MM:
        raise LabelError(
            f"QR of the label: {symbol.modules} modules, {module_mm:.2f} mm each at {SMALLEST_PRINT_MM:g} mm, expected "
            f"{MODULE_SMALLEST_MM} mm or more. Give the hub a shorter address."
        )
    return symbol


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for column, is_dark in enumerate(row):
        if not is_dark:
            continue
        if runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((column, 1))
    return runs
