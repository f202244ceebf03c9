"""A code survives how people read, write and say it, and a slip is found before the hub is asked."""

import itertools
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.identity import claim_code, crockford
from provisioning.identity.claim_code import LENGTH, check_character, digest, new_code, normalised, shown
from provisioning.identity.errors import ClaimCodeError

codes = st.text(alphabet=crockford.ALPHABET, min_size=LENGTH, max_size=LENGTH).map(
    lambda body: body + check_character(body)
)


def test_a_code_is_100_random_bits_in_5_groups_of_4_and_a_check_character() -> None:
    code = new_code()
    assert LENGTH * crockford.BITS == 100
    assert [len(group) for group in shown(code).split("-")] == [4, 4, 4, 4, 4, 1]
    assert normalised(code) == code
    assert len({new_code() for _ in range(200)}) == 200


@given(code=codes)
def test_it_is_read_as_it_was_meant(code: str) -> None:
    spoken = shown(code).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert normalised(f"  {spoken}\n") == code
    assert normalised(code.replace("1", "i")) == code


@given(code=codes, place=st.integers(0, LENGTH), other=st.sampled_from(crockford.ALPHABET))
def test_one_wrong_character_is_always_found(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(ClaimCodeError, match="check character"):
            normalised(wrong)


@given(code=codes)
def test_any_two_that_changed_places_are_always_found(code: str) -> None:
    for one, other in itertools.combinations(range(LENGTH + 1), 2):
        letters = list(code)
        letters[one], letters[other] = letters[other], letters[one]
        wrong = "".join(letters)
        if wrong != code:
            with pytest.raises(ClaimCodeError):
                normalised(wrong)


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "got 0"), ("KX4M-2P9T", "got 8"), ("U" * 21, "never in a code"), ("é" * 21, "never in a code")],
)
def test_what_is_no_code_is_told_in_words(text: str, says: str) -> None:
    with pytest.raises(ClaimCodeError, match=says):
        normalised(text)


@given(text=st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_refused(text: str) -> None:
    with suppress(ClaimCodeError):
        assert len(normalised(text)) == LENGTH + 1


def test_what_the_hub_keeps_is_sha_256_of_the_21_characters() -> None:
    code = "0" * LENGTH + claim_code.check_character("0" * LENGTH)
    assert code == "0" * 21
    assert digest(code) == "b1565b4d835edea7b8fef90d9fb52687ae38f6fe15141299d78bda35f1cb4e1f"
