"""One ordinal for danger, 0 to 3; words and colours are the city's configuration.

"No data" is not a severity: a severity of `None` means that nothing was ever known, and a level that
has gone stale keeps its severity and says so beside it.
"""

from enum import IntEnum


class Severity(IntEnum):
    """How dangerous a river is; the default words are those of BNPB and BMKG."""

    NORMAL = 0
    WASPADA = 1
    SIAGA = 2
    AWAS = 3


DEFAULT_WORDS: dict[int, str] = {0: "Normal", 1: "Waspada", 2: "Siaga", 3: "Awas"}
"""Severity to word where the city has configured none."""
