import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.alerting.sms import ONE_PART_SEPTETS, Part, gsm_text, one_part, septets


def test_plain_letters_take_one_septet_and_brackets_two() -> None:
    assert septets("AWAS 220 cm") == 11
    assert septets("[AWAS]") == 8


def test_a_character_that_would_turn_the_message_into_ucs2_is_refused() -> None:
    with pytest.raises(ValueError, match="not in its alphabet: '✓'"):
        septets("✓")


def test_strange_characters_are_replaced_by_their_nearest() -> None:
    assert gsm_text("Wai Ruhu – 2\u00a0km “baru” ñ ő ✓") == 'Wai Ruhu - 2 km "baru" ñ o ?'


def test_what_may_go_goes_in_its_order_of_rank() -> None:
    parts = [Part("A" * 100), Part("b" * 40, 2), Part("c" * 40, 1), Part("Z" * 10)]
    assert one_part(parts) == "A" * 100 + "c" * 40 + "Z" * 10


@given(st.lists(st.builds(Part, st.text(max_size=200), st.integers(0, 4)), max_size=8))
def test_whatever_is_said_fits_one_part(parts: list[Part]) -> None:
    assert septets(one_part(parts)) <= ONE_PART_SEPTETS


@given(st.lists(st.builds(Part, st.text("abc", max_size=30), st.integers(1, 4)), max_size=8))
def test_what_must_stay_stays(optional: list[Part]) -> None:
    text = one_part([Part("AWAS Wai Ruhu"), *optional, Part(" MENGUNGSI SEKARANG.")])
    assert text.startswith("AWAS Wai Ruhu")
    assert text.endswith(" MENGUNGSI SEKARANG.")
