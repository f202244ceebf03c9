"""Old is judged by arrival and, where the clock is trusted, by content; silent takes a minute of real time."""

import pytest

from hub.rivers.silence import is_silent, is_stale, stale_after_s
from hub.storage.station_now import StationNow

NOW_MS = 10_000_000


def known(*, at_s: float, received_s: float, clock: str = "ntp", interval_s: float = 60) -> StationNow:
    """Return a station whose value was measured and received so many seconds ago."""
    return StationNow(
        station_id="a",
        at_ms=NOW_MS - round(1000 * at_s),
        received_ms=NOW_MS - round(1000 * received_s),
        clock=clock,
        interval_s=interval_s,
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (known(at_s=100, received_s=90), False),
        (known(at_s=181, received_s=10), True),
        (known(at_s=181, received_s=10, clock="unsynced"), False),
        (known(at_s=181, received_s=10, clock="saved"), False),
        (known(at_s=5, received_s=181, clock="unsynced"), True),
        (known(at_s=16, received_s=16, interval_s=5), True),
        (known(at_s=9, received_s=9, interval_s=1), False),
        (known(at_s=11, received_s=11, interval_s=1), True),
        (StationNow(station_id="never"), False),
    ],
)
def test_a_value_is_old_by_its_arrival_or_by_its_content(now: StationNow, expected: bool) -> None:  # noqa: FBT001
    assert is_stale(now, now_ms=NOW_MS, rate=1.0) is expected


def test_on_a_fast_clock_ten_real_seconds_are_the_least() -> None:
    assert stale_after_s(60, rate=60) == 600
    assert stale_after_s(300, rate=60) == 900
    assert stale_after_s(None, rate=1) == 180


@pytest.mark.parametrize(
    ("heard_s_ago", "listening_s_ago", "interval_s", "expected"),
    [
        (61, 1000, 5, True),
        (59, 1000, 5, False),
        (179, 1000, 60, False),
        (181, 1000, 60, True),
        (1000, 100, 60, False),
        (1000, 181, 60, True),
        (1000, None, 60, False),
    ],
)
def test_a_station_is_silent_by_real_time_since_the_hub_listens(
    heard_s_ago: int,
    listening_s_ago: int | None,
    interval_s: int,
    expected: bool,  # noqa: FBT001
) -> None:
    real_ms = 5_000_000
    assert (
        is_silent(
            known(at_s=1, received_s=1, interval_s=interval_s),
            heard_real_ms=real_ms - 1000 * heard_s_ago,
            listening_real_ms=None if listening_s_ago is None else real_ms - 1000 * listening_s_ago,
            real_ms=real_ms,
            rate=1.0,
        )
        is expected
    )
