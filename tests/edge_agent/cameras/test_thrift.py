from collections import Counter
from itertools import pairwise

import pytest

from edge_agent.cameras.thrift import SLACK_SHARE, Need, Thrift

RATE_FPS = 25


def watched(
    *, every_s: float, key_every: int, seconds: int = 60, is_intra_only: bool = False
) -> tuple[Counter[Need], list[float]]:
    """Return what a stream's packets were needed for, and when pictures were given; nothing is lost, none reordered."""
    thrift = Thrift(is_intra_only=is_intra_only, interval_s=1 / RATE_FPS)
    needs: Counter[Need] = Counter()
    given_s = []
    decodable = False
    for number in range(seconds * RATE_FPS):
        media_s, is_key = number / RATE_FPS, is_intra_only or number % key_every == 0
        need = thrift.need(media_s=media_s, is_key=is_key, every_s=every_s)
        needs[need] += 1
        decodable = need is not Need.DROP and (is_key or decodable)
        if need is not Need.DROP:
            assert decodable, f"the packet at {media_s} s refers to one that was dropped"
        if need in (Need.PICTURE, Need.ALONE) and thrift.takes(media_s=media_s, every_s=every_s):
            given_s.append(media_s)
    return needs, given_s


def test_every_picture_is_decoded_when_every_picture_is_wanted() -> None:
    needs, given_s = watched(every_s=0.0, key_every=25)
    assert needs == {Need.PICTURE: 60 * RATE_FPS}
    assert len(given_s) == 60 * RATE_FPS


def test_only_key_pictures_are_decoded_when_they_come_often_enough() -> None:
    needs, given_s = watched(every_s=0.5, key_every=12)
    assert len(given_s) == pytest.approx(60 * RATE_FPS / 12, abs=2)
    assert needs[Need.DROP] > 0.9 * 60 * RATE_FPS


def test_most_key_pictures_are_left_out_when_one_a_minute_is_wanted() -> None:
    needs, given_s = watched(every_s=10.0, key_every=25)
    assert given_s[-5:] == [10.0, 20.0, 30.0, 40.0, 50.0]
    assert needs[Need.ALONE] == 5


@pytest.mark.parametrize(("key_every", "rest_share"), [(50, 0.26), (250, 0.06)])
def test_a_stream_with_rare_key_pictures_keeps_the_wanted_rate_and_rests_only_just_before_them(
    key_every: int, rest_share: float
) -> None:
    needs, given_s = watched(every_s=0.5, key_every=key_every)
    gaps_s = [after - before for before, after in pairwise(given_s)]
    assert max(gaps_s) <= 0.5 + SLACK_SHARE * 0.5 + 1 / RATE_FPS
    assert needs[Need.DROP] <= rest_share * 60 * RATE_FPS
    assert needs[Need.REFERENCE] > 0.6 * 60 * RATE_FPS


def test_of_whole_pictures_only_those_that_are_due_are_decoded() -> None:
    needs, given_s = watched(every_s=0.5, key_every=1, is_intra_only=True)
    assert needs[Need.ALONE] == len(given_s) == pytest.approx(120, abs=6)
    assert needs[Need.DROP] == 60 * RATE_FPS - len(given_s)


def test_a_rhythm_that_breaks_costs_one_wait_for_a_key_picture_and_is_trusted_no_more() -> None:
    thrift = Thrift(is_intra_only=False, interval_s=0.04)
    keys = {0, 25, 50, 75, 200, 300, 450}
    given = []
    for number in range(500):
        need = thrift.need(media_s=number * 0.04, is_key=number in keys, every_s=1.0)
        if need is not Need.DROP and thrift.takes(media_s=number * 0.04, every_s=1.0):
            given.append(number)
    assert given[:4] == [0, 25, 50, 75]
    assert given[4] == 200, "what was dropped cannot be referred to: the next key picture is waited for"
    assert given[5:] == list(range(225, 500, 25)), "and then everything is decoded again"
