"""The window of a simulated box opens for what the hub has committed, and for nothing else."""

import json
from collections.abc import Iterator

import pytest

from benchmarks.simulated_box import Box

_SPOOL = "5e0c6f0a1b2c3d4e5f60718293a4b5c6"


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box("n-bench0001", spool_id=_SPOOL)
    made.in_flight.extend([(1, 50), (51, 100), (101, 150)])
    yield made
    made.socket.close()


def _ack(*, high: int, ranges: list[list[int]], spool: str = _SPOOL) -> bytes:
    return json.dumps({"v": 1, "spool": spool, "high": high, "ranges": ranges, "hub_ms": 1, "db_epoch": "d"}).encode()


def test_a_high_mark_settles_every_batch_below_it(box: Box) -> None:
    box.settle(_ack(high=100, ranges=[]))
    assert (list(box.in_flight), box.settled) == ([(101, 150)], 100)


def test_a_range_settles_the_batch_that_lies_wholly_in_it(box: Box) -> None:
    box.settle(_ack(high=0, ranges=[[51, 149]]))
    assert (list(box.in_flight), box.settled) == ([(1, 50), (101, 150)], 50)


def test_an_ack_of_another_spool_settles_nothing(box: Box) -> None:
    box.settle(_ack(high=150, ranges=[], spool="0" * 32))
    assert box.settled == 0
