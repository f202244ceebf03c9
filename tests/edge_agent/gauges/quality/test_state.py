import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.gauges.quality.state import QualityState, decode, encode
from tests.support.gauges import Reader

STAGES = st.lists(st.one_of(st.none(), st.floats(-50, 380)), max_size=60)
LARGEST_STATE_BYTES = 2000


@given(stages_cm=STAGES)
def test_the_memory_stays_small_whatever_happens(stages_cm: list[float | None]) -> None:
    reader = Reader(interval_s=5.0)
    reader.read_all(stages_cm)
    assert len(encode(reader.state)) < LARGEST_STATE_BYTES


@given(before=STAGES, after=STAGES)
def test_a_restart_between_two_readings_changes_no_verdict(
    before: list[float | None], after: list[float | None]
) -> None:
    steady, restarted = Reader(), Reader()
    steady.read_all(before)
    restarted.read_all(before)
    restarted.state = decode(encode(restarted.state))
    assert restarted.read_all(after) == steady.read_all(after)
    assert restarted.state == steady.state


@pytest.mark.parametrize("raw", [None, b"", b"{", b'{"boot":"one"}', b"\xff"])
def test_a_memory_that_cannot_be_read_is_an_empty_one(raw: bytes | None) -> None:
    assert decode(raw) == QualityState()
