"""Machine codes of why a reading has its flag. They stand in records and tables: never change one's meaning."""

from enum import StrEnum


class Reason(StrEnum):
    """One code per test; a reading that passes has none."""

    GOOD = ""

    NO_ECHO = "no_echo"
    ECHO_STUCK = "echo_stuck"
    SERIES_NOT_BEGUN = "series_not_begun"
    SERIES_GAP = "series_gap"
    SERIES_ENDED = "series_ended"

    ZERO_ECHO = "zero_echo"
    BLIND_ZONE = "blind_zone"
    OVER_RANGE = "over_range"
    SCATTERED = "scattered"
    FEW_ECHOES = "few_echoes"

    NO_HISTORY = "no_history"
    TIME_GAP = "time_gap"
    SITE_SPAN = "site_span"
    SPIKE = "spike"
    RATE_OF_CHANGE = "rate_of_change"
    SUDDEN_CHANGE = "sudden_change"
    FALL_FROM_BLIND_ZONE = "fall_from_blind_zone"
    FLAT_LINE = "flat_line"
    ATTENUATED = "attenuated"
