"""The fingerprint is the same thing in its long and its short form, and slips of the finger are no match."""

import pytest

from provisioning.identity.errors import FingerprintError
from provisioning.identity.fingerprint import full, matches, short

LONG = "64c4e78d92740f5bfea58a9135987168aa49abfc99bfa4e5cdbfa76614e542e7"


def test_the_short_form_is_the_first_80_bits_for_people() -> None:
    assert short(LONG) == "CK2E-F3CJ-EG7N-QZN5"
    assert short("0" * 20 + "f" * 44) == "0000-0000-0000-0000"


@pytest.mark.parametrize(
    "typed", [LONG, LONG.upper(), ":".join(LONG[i : i + 2] for i in range(0, 64, 2)), "ck2e f3cj eg7n qzn5"]
)
def test_both_forms_match_as_people_type_them(typed: str) -> None:
    assert matches(LONG, typed)


@pytest.mark.parametrize("typed", ["", "CK2E-F3CJ-EG7N-QZN6", "CK2E-F3CJ-EG7N", LONG[:-1] + "8", LONG[:-1], "é" * 16])
def test_anything_else_does_not_match(typed: str) -> None:
    assert not matches(LONG, typed)


def test_what_is_none_is_refused() -> None:
    with pytest.raises(FingerprintError, match="64 hexadecimal"):
        full("64c4")
