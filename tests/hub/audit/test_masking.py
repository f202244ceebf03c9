"""No password, token or whole telephone number gets into a row that nobody can correct."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.masking import HIDDEN, mask_number, masked, masked_text


@pytest.mark.parametrize(
    "number",
    ["081234567890", "+62 812-3456-7890", "62812 3456 7890", "(0911) 345 678", "8123456789", "+1 (555) 010-9999"],
)
def test_of_a_telephone_number_only_the_last_three_digits_stay(number: str) -> None:
    last = "".join(character for character in number if character.isdigit())[-3:]
    assert mask_number(number) == HIDDEN + last
    told = masked_text(f"dihubungi {number} tadi malam")
    assert told.replace("(", "") == f"dihubungi {HIDDEN}{last} tadi malam"


@given(st.from_regex(r"\A(\+62|62|0)8[0-9]{8,11}\Z"), st.text("abc ,;:", max_size=9), st.text(" ,;:!", max_size=9))
def test_no_indonesian_number_is_readable_whatever_stands_around_it(number: str, before: str, after: str) -> None:
    told = masked_text(f"{before} {number}{after}")
    assert number.lstrip("+") not in told
    assert number[-3:] in told


@pytest.mark.parametrize(
    "text",
    ["A-7K3Q9", "wai-ruhu-1", "n-7f3k2m9q", "2026-11-22 03:10", "stations.toml", "lumpur di RT 003", "170.5 cm", "12"],
)
def test_names_times_and_figures_stay_as_they_are(text: str) -> None:
    assert masked_text(text) == text


def test_tokens_and_digests_are_told_apart_by_the_name_of_the_value() -> None:
    token, digest = secrets.token_urlsafe(32), secrets.token_hex(32)
    detail = masked({"note": f"with {token}", "sha256": digest, "seen": digest})
    assert detail == {"note": f"with {HIDDEN}", "sha256": digest, "seen": HIDDEN}


@pytest.mark.parametrize("name", ["password", "Kata_sandi", "api_token", "session_cookie", "claim_code", "csrf"])
def test_a_value_whose_name_says_that_it_is_secret_is_hidden_however_short(name: str) -> None:
    assert masked({name: "abc", "minutes": 5, "is_new": True}) == {name: HIDDEN, "minutes": 5, "is_new": True}
