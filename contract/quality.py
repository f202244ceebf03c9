"""Quality flags of a reading.

Numbers as in the QARTOD manual for water level, version 2.1 (U.S. Integrated Ocean Observing System, 2021).
Quality control never throws a raw value away: value, flag and reason code travel together.
"""

from enum import IntEnum


class Flag(IntEnum):
    """QARTOD primary flag."""

    PASS = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


def is_usable(flag: int) -> bool:
    """Whether a reading of this flag may enter the level rule: pass, not evaluated or suspect."""
    return Flag.PASS <= flag <= Flag.SUSPECT
