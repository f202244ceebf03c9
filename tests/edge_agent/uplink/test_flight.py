"""Batches on their way."""

import random
from collections.abc import Iterable

from contract.seq_ranges import SeqRanges
from edge_agent.uplink.flight import MOST_GROUNDED, Flight, Flown
from tests.support.uplink_world import GAUGE, MemoryRow

NOW_MS = 1_000


def fly(
    flight: Flight, seqs: Iterable[int], *, record_class: int = 1, now_ms: int = NOW_MS, urgent: bool = False
) -> Flown:
    rows = [MemoryRow(seq=seq, at_ms=seq, body=b"{}") for seq in seqs]
    flown = flight.launch(spool_id=GAUGE, record_class=record_class, rows=rows, is_urgent=urgent, is_backlog=not urgent)
    flight.send(flown, now_ms=now_ms)
    flight.handed_over(flown.number, now_ms=now_ms)
    return flown


def flight() -> Flight:
    return Flight(random.Random(1))


def acked(*seqs: int) -> SeqRanges:
    return SeqRanges((seq, seq) for seq in seqs)


def test_a_batch_is_due_between_30_and_37_5_s_after_the_broker_had_it() -> None:
    for seed in range(50):
        table = Flight(random.Random(seed))
        flown = fly(table, [1])
        assert table.due(now_ms=NOW_MS + 29_999) is None
        assert table.due(now_ms=NOW_MS + 37_501) is flown


def test_a_partly_acknowledged_batch_keeps_the_rest() -> None:
    table = flight()
    fly(table, [1, 2, 3])
    assert table.settle(GAUGE, acked(1, 3)) == 2
    assert list(table.seqs()) == [(GAUGE, 2)]
    assert table.settle(GAUGE, acked(1, 2, 3)) == 1
    assert table.count() == 0


def test_only_a_batch_that_saw_others_acknowledged_is_stuck() -> None:
    table = flight()
    flown = fly(table, [1, 2])
    for _ in range(5):
        table.send(flown, now_ms=NOW_MS)
    assert not table.is_stuck(flown)
    fly(table, [9])
    table.settle(GAUGE, acked(9))
    assert table.is_stuck(flown)


def test_halves_wait_on_the_ground_and_count_as_taken() -> None:
    table = flight()
    flown = fly(table, range(1, 6))
    table.halve(flown)
    assert table.count() == 0
    assert sorted(seq for _, seq in table.seqs()) == [1, 2, 3, 4, 5]
    half = table.grounded()
    assert half is not None
    table.send(half, now_ms=NOW_MS)
    assert [len(half.rows), table.count()] == [2, 1]
    assert table.grounded() is not half


def test_alerts_are_due_before_readings() -> None:
    table = flight()
    fly(table, [1])
    alert = fly(table, [2], record_class=0, now_ms=NOW_MS + 10)
    assert table.due(now_ms=NOW_MS + 60_000) is alert


def test_on_the_ground_only_what_is_under_suspicion_is_remembered() -> None:
    table = flight()
    fly(table, [1])
    suspect = fly(table, [2])
    table.send(suspect, now_ms=NOW_MS)
    table.ground()
    assert list(table.seqs()) == [(GAUGE, 2)]


def test_the_ground_is_bounded() -> None:
    table = flight()
    for seq in range(1, 100):
        flown = fly(table, [seq])
        table.send(flown, now_ms=NOW_MS)
        table.ground()
    assert len(list(table.seqs())) == MOST_GROUNDED


def test_a_late_word_of_the_broker_about_an_old_send_changes_nothing() -> None:
    table = flight()
    flown = fly(table, [1])
    old = flown.number
    table.send(flown, now_ms=NOW_MS)
    table.handed_over(old, now_ms=NOW_MS)
    assert table.next_due_ms() is None


def test_an_alert_that_a_slow_hub_passes_over_again_and_again_is_hurried_once_and_not_given_up() -> None:
    table = flight()
    alert = fly(table, [5], record_class=0, urgent=True)
    now_ms = NOW_MS
    for other in range(10, 20):  # the hub takes one batch in 4 s, and was given these before the alert
        now_ms += 4_000
        fly(table, [other], now_ms=NOW_MS)
        table.settle(GAUGE, acked(other))
        table.hurry_alerts(now_ms=now_ms, spool_id=GAUGE, sent_before_ms=now_ms - 3_000)
        if table.due(now_ms=now_ms) is alert and now_ms < NOW_MS + 30_000:
            table.send(alert, now_ms=now_ms)
            table.handed_over(alert.number, now_ms=now_ms)
    assert alert.sends == 2
    assert not table.is_stuck(alert)
