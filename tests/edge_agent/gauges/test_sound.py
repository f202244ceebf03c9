import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.gauges.sound import distance_from_echo_mm, echo_from_distance_s, speed_m_per_s


def test_sound_is_faster_in_warm_air() -> None:
    assert speed_m_per_s(0) == 331.3
    assert speed_m_per_s(20) == pytest.approx(343.4, abs=0.1)


def test_six_degrees_wrong_over_four_metres_are_four_centimetres() -> None:
    echo_s = echo_from_distance_s(distance_mm=4000, temperature_c=33)
    assert 4000 - distance_from_echo_mm(echo_s=echo_s, temperature_c=27) == pytest.approx(41, abs=2)


@given(distance_mm=st.floats(20, 10_000), temperature_c=st.floats(-10, 60))
def test_there_and_back_gives_the_distance_again(distance_mm: float, temperature_c: float) -> None:
    echo_s = echo_from_distance_s(distance_mm=distance_mm, temperature_c=temperature_c)
    assert distance_from_echo_mm(echo_s=echo_s, temperature_c=temperature_c) == pytest.approx(distance_mm)
