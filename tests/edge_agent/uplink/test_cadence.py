"""How often live rows are sent."""

import pytest

from edge_agent.uplink.cadence import real_ms
from tests.support.uplink_world import MemoryRow


@pytest.mark.parametrize(
    ("body", "rate", "expected_ms"),
    [
        (b'{"kind":"reading","interval_s":60.0}', 1, 60_000),
        (b'{"kind":"reading","interval_s":5.0}', 1, 5_000),
        (b'{"kind":"reading","interval_s":1.0}', 1, 5_000),
        (b'{"kind":"reading","interval_s":900.0}', 1, 60_000),
        (b'{"kind":"health"}', 1, 60_000),
        (b'{"kind":"reading","interval_s":"soon"}', 1, 60_000),
        (b"\xff", 1, 60_000),
        (b'{"kind":"command_result","command_id":"a"}', 1, 1_000),
        (b'{"kind":"still","sha256":"a"}', 1, 1_000),
        (b'{"kind":"fault","code":"camera_away","active":true}', 1, 1_000),
        (b'{"kind":"sighting","zone":"tepi","label":"person","count":1}', 1, 1_000),
        (b'{"kind":"sighting","zone":"jalan","label":"","count":1,"window_s":60.0}', 1, 60_000),
        (b'{"kind":"reading","interval_s":60.0}', 60, 1_000),
        (b'{"kind":"reading","interval_s":5.0}', 60, 1_000),
    ],
)
def test_it_follows_the_row_that_waits_between_5_s_and_60_s_and_one_real_second(
    body: bytes, rate: float, expected_ms: int
) -> None:
    assert real_ms([MemoryRow(seq=1, at_ms=0, body=body)], rate=rate) == expected_ms


def test_the_row_with_the_least_patience_decides() -> None:
    bodies = (b'{"kind":"reading","interval_s":60.0}', b'{"kind":"command_result"}', b'{"kind":"health"}')
    rows = [MemoryRow(seq=seq, at_ms=0, body=body) for seq, body in enumerate(bodies, start=1)]
    assert real_ms(rows, rate=1) == 1_000
