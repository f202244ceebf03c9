import msgspec
import pytest

from edge_agent.gauges.quality.limits import QualityLimits


@pytest.mark.parametrize(
    "changed",
    [
        {"rate_suspect_cm_per_min": 30.0},
        {"floor_fail_cm": 1.0},
        {"spike_suspect_cm": 0.0},
        {"flat_fail_s": 60.0},
        {"site_min_cm": 100.0, "site_max_cm": 50.0},
    ],
)
def test_limits_that_contradict_each_other_are_refused_with_both_values(changed: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be .*below .*, got"):
        msgspec.convert(changed, QualityLimits)


def test_a_misspelt_limit_in_a_configuration_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="spike_fial_cm"):
        msgspec.convert({"spike_fial_cm": 30.0}, QualityLimits)
