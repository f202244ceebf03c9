"""Box and hub agree on how much disk the outboxes use: the smaller of both, and never too little to work."""

import pytest

from edge_agent.quota import Quota

GAUGE = Quota(most_mb=256, share=0.5)


def test_before_the_hub_has_spoken_the_configs_quota_holds() -> None:
    assert GAUGE.limit_mb(None) == 128


@pytest.mark.parametrize(("wanted_mb", "limit_mb"), [(64, 32), (256, 128), (4_096, 128), (1, 4)])
def test_the_hub_may_lower_the_quota_and_never_raise_it_above_the_configs(wanted_mb: int, limit_mb: float) -> None:
    assert GAUGE.limit_mb(wanted_mb) == limit_mb
