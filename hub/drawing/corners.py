"""Corners as people type them: one a line, x then y, as parts of the picture. Pure; `drawing_rows.js` reads them alike.

1. A space, a tab, a semicolon, or a comma beside a space stands between x and y: `0,25 0,4`, `0.25 0.4`, `0.25, 0.4`.
2. Where only a comma stands between them, at least one of the numbers must have a decimal point, or both a decimal
   comma: `0.25,0.4`, `1,0.4`, `0,25,0,4`.
3. `1,0` is refused: it may be one number of which the other was forgotten. So is `1,0,5`.
"""

import re
from enum import Enum

from contract.views import Point


class NoPoint(Enum):
    """Why a line is no corner."""

    NUMBERS = "numbers"
    """It does not hold just two numbers."""
    COMMA = "comma"
    """Its comma can be read in two ways."""
    OUTSIDE = "outside"
    """A number is below 0 or above 1: perhaps pixels."""


_FRAMES = re.compile(r"[\[\]();]")
_BESIDE_A_SPACE = re.compile(r"\s+,\s*|,\s+")
_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?(?:[eE]-?[0-9]+)?")
_WITHOUT_SPACE = re.compile(r"(-?[0-9.]+),(-?[0-9.]+)")
_DECIMAL_COMMAS = re.compile(r"(-?[0-9]+,[0-9]+),(-?[0-9]+,[0-9]+)")
_COMMAS = re.compile(r"-?[0-9]+(?:,-?[0-9]+){1,2}")


def read_corners(text: str) -> list[Point | NoPoint]:
    """Return what each line that is not empty says."""
    return [_corner(line) for line in text.splitlines() if line.strip()]


def _corner(line: str) -> Point | NoPoint:
    words = _BESIDE_A_SPACE.sub(" ", _FRAMES.sub(" ", line) + " ").split()
    if len(words) == 1:
        if _COMMAS.fullmatch(words[0]):
            return NoPoint.COMMA
        parted = _DECIMAL_COMMAS.fullmatch(words[0]) or _WITHOUT_SPACE.fullmatch(words[0])
        words = list(parted.groups()) if parted else words
    if len(words) != 2 or not all(_NUMBER.fullmatch(word) for word in words):  # noqa: PLR2004 - x and y
        return NoPoint.NUMBERS
    x, y = (float(word.replace(",", ".")) for word in words)
    return (x, y) if 0 <= x <= 1 and 0 <= y <= 1 else NoPoint.OUTSIDE
