import pytest

from edge_agent.gauges.sensor import SensorSpan


def test_a_sensor_is_believed_between_its_blind_zone_and_its_range() -> None:
    span = SensorSpan(blind_zone_mm=250, max_range_mm=4500)
    assert [span.holds(distance_mm) for distance_mm in (0, 250, 251, 4500, 4501)] == [False, False, True, True, False]


@pytest.mark.parametrize(("blind_zone_mm", "max_range_mm"), [(-1, 100), (100, 100), (200, 100)])
def test_a_span_in_which_nothing_can_be_believed_is_refused(blind_zone_mm: int, max_range_mm: int) -> None:
    with pytest.raises(ValueError, match="blind_zone_mm must be 0 or more and below max_range_mm"):
        SensorSpan(blind_zone_mm=blind_zone_mm, max_range_mm=max_range_mm)
