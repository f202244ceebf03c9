"""Thresholds that could never work are refused where they are made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contract.level.settings import Persistence, Rise, RuleSettings, Thresholds

RAISE_CM, CLEAR_CM = (120.0, 170.0, 220.0), (112.0, 162.0, 212.0)


@given(place=st.integers(0, 2), value=st.sampled_from([float("inf"), float("-inf"), float("nan")]))
def test_a_threshold_that_is_not_finite_is_refused(place: int, value: float) -> None:
    def broken(values: tuple[float, float, float]) -> tuple[float, float, float]:
        low, middle, high = (value if at == place else one for at, one in enumerate(values))
        return low, middle, high

    with pytest.raises(ValueError, match="raise_cm must be three finite numbers"):
        Thresholds(version=1, raise_cm=broken(RAISE_CM), clear_cm=CLEAR_CM)
    with pytest.raises(ValueError, match="clear_cm must be three finite numbers"):
        Thresholds(version=1, raise_cm=RAISE_CM, clear_cm=broken(CLEAR_CM))


def test_thresholds_that_rise_and_clear_below_are_taken() -> None:
    assert Thresholds(version=1, raise_cm=RAISE_CM, clear_cm=CLEAR_CM).raise_cm == RAISE_CM


PLAIN = RuleSettings(thresholds=Thresholds(version=1, raise_cm=RAISE_CM, clear_cm=CLEAR_CM))


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, thresholds=Thresholds(version=1, raise_cm=(120, 170, 220.5), clear_cm=CLEAR_CM)),
        replace(PLAIN, thresholds=Thresholds(version=1, raise_cm=RAISE_CM, clear_cm=(112, 162, 211))),
        replace(PLAIN, persistence=Persistence(need=(3, 3, 1))),
        replace(PLAIN, persistence=Persistence(of=(4, 5, 3))),
        replace(PLAIN, rise=Rise(cm=11)),
        replace(PLAIN, rise=Rise(in_s=301)),
        replace(PLAIN, hold_s=1801),
    ],
)
def test_whatever_the_rule_reads_is_in_the_fingerprint(other: RuleSettings) -> None:
    assert other.fingerprint != PLAIN.fingerprint


def test_a_fingerprint_is_of_the_numbers_and_not_of_how_they_are_written() -> None:
    whole = RuleSettings(
        thresholds=Thresholds(version=9, raise_cm=(120, 170, 220), clear_cm=(112, 162, 212)), hold_s=1800, clock_rate=60
    )
    assert whole.fingerprint == PLAIN.fingerprint == 3_887_804_119
