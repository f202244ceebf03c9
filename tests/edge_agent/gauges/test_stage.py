from hypothesis import given
from hypothesis import strategies as st

from edge_agent.gauges.stage import distance_mm, stage_cm


def test_the_stage_is_the_offset_less_the_distance() -> None:
    assert stage_cm(distance_mm=1654, offset_cm=300.0) == 134.6


def test_water_below_the_datum_has_a_negative_stage() -> None:
    assert stage_cm(distance_mm=3205, offset_cm=300.0) == -20.5


@given(stage_mm=st.integers(-3000, 5000), offset_mm=st.integers(0, 10_000))
def test_a_replayed_stage_comes_back_to_the_millimetre(stage_mm: int, offset_mm: int) -> None:
    offset_cm = offset_mm / 10
    there_mm = distance_mm(stage_cm=stage_mm / 10, offset_cm=offset_cm)
    assert stage_cm(distance_mm=there_mm, offset_cm=offset_cm) == stage_mm / 10
