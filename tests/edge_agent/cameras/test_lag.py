from edge_agent.cameras.lag import Lag


def test_who_reads_as_fast_as_the_camera_sends_is_not_behind_for_all_the_shaking_of_the_network() -> None:
    lag = Lag()
    behind_s = [
        lag.behind_s(media_s=number / 25, real_ms=40 * number + (number * 7919) % 200) for number in range(25 * 120)
    ]
    assert max(behind_s) < 0.2


def test_who_reads_more_slowly_is_behind_by_what_waits() -> None:
    lag = Lag()
    behind_s = [lag.behind_s(media_s=number / 25, real_ms=50 * number) for number in range(250)]
    assert round(behind_s[-1], 2) == 2.49


def test_a_clock_that_drifts_is_no_lag() -> None:
    lag = Lag()
    behind_s = [lag.behind_s(media_s=second * 0.999, real_ms=1000 * second) for second in range(24 * 3600)]
    assert max(behind_s) < 0.1
