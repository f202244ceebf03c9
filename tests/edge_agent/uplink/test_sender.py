"""What goes to the hub, and when."""

import pytest

from contract.flow import BATCH_MAX_BYTES, BATCH_MAX_RECORDS, BATCHES_IN_FLIGHT
from contract.messages import encode_message
from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.flight import URGENT_IN_FLIGHT
from tests.support.clocks import FakeClock
from tests.support.uplink_world import GAUGE, UPLINK, Box, parcels, seqs_of


def test_live_class_0_goes_at_once_beside_a_full_window() -> None:
    box = Box()
    box.open()
    box.is_hub_there = False
    while box.sender.in_flight()[0] < BATCHES_IN_FLIGHT:
        box.write(1)
        box.clock.advance(60)
        box.run(0.05)
        if box.sender.phase is not Phase.OPEN:
            pytest.fail("fell silent before the window was full")
        box.sender.heard(box.hub.ack(UPLINK))  # another spool's word keeps the silence away
    alert = box.write(0)
    assert [seqs_of(parcel.batch) for parcel in parcels(box.outgoing())] == [[alert]]


def test_the_newest_alert_goes_first_over_all_spools_together() -> None:
    box = Box()
    first = box.write(0)
    box.clock.advance(10)
    second = box.uplink.write(0)
    box.connect()
    box.run(4)
    assert [(batch.spool, seqs_of(batch)) for batch in box.published] == [(UPLINK, [second]), (GAUGE, [first])]


def test_a_batch_is_never_larger_than_the_contract_allows() -> None:
    box = Box()
    for size_bytes in [300] * 250 + [2_000] * 100 + [60_000]:
        box.write(1, size_bytes=size_bytes)
    box.connect()
    box.run(30)
    assert box.held() == 0
    assert max(len(batch.records) for batch in box.published) == BATCH_MAX_RECORDS
    assert all(len(encode_message(batch)) <= BATCH_MAX_BYTES for batch in box.published if len(batch.records) > 1)


def test_a_batch_says_what_the_spool_still_holds_and_what_comes_next() -> None:
    box = Box()
    box.open()
    seq = box.write(1)
    box.outgoing()
    assert (box.published[-1].low, box.published[-1].next) == (seq, seq + 1)


def test_in_peace_a_batch_goes_every_60_s_and_in_flood_every_5() -> None:
    for interval_s, batches in ((60.0, 10), (5.0, 120)):
        box = Box()
        box.open()
        for _ in range(int(600 / interval_s)):
            box.write(1, interval_s=interval_s)
            box.run(interval_s)
        assert len(box.published) == pytest.approx(batches, abs=1)


def test_readings_that_come_faster_are_gathered_for_5_s() -> None:
    box = Box()
    box.open()
    for _ in range(100):
        box.write(1, interval_s=1.0)
        box.run(1)
    assert len(box.published) == pytest.approx(20, abs=1)


def test_no_batch_of_live_readings_comes_more_often_than_once_a_real_second() -> None:
    clock = FakeClock(rate=60.0)
    box = Box(clock=clock)
    box.open()
    for _ in range(100):
        box.write(1, interval_s=5.0)
        box.run(5, step_s=1)
    assert len(box.published) == pytest.approx(500 / 60, abs=1)


def test_an_idle_sender_reads_no_disk() -> None:
    box = Box()
    box.open()
    box.run(10)
    reads = box.gauge.reads
    box.run(60)
    assert box.gauge.reads == reads


def test_never_more_than_8_batches_are_in_flight_however_much_wants_to_go() -> None:
    box = Box()
    for _ in range(2_000):
        box.write(1)
    box.connect()
    for hello in box.outgoing():
        box.answer(hello)
    most = 0
    for _ in range(28):
        for spool in box.spools.values():
            for record_class in (1, 2, 3):
                spool.write(record_class, interval_s=5.0)
        box.sender.changed()
        box.outgoing()
        most = max(most, box.sender.in_flight()[0])
        box.clock.advance(1)
    assert most == BATCHES_IN_FLIGHT


def test_never_more_than_16_batches_of_live_class_0_are_in_flight_and_the_rest_goes_when_they_are_acknowledged() -> (
    None
):
    box = Box()
    box.open()
    box.is_hub_there = False
    waiting = []
    for _ in range(3 * URGENT_IN_FLIGHT):
        box.write(0)
        waiting += parcels(box.outgoing())
        box.clock.advance(0.1)
    assert (len(waiting), box.sender.in_flight()[1]) == (URGENT_IN_FLIGHT, URGENT_IN_FLIGHT)
    box.is_hub_there = True
    for parcel in waiting:
        box.answer(parcel)
    box.run(0.5)
    assert box.held() == 0


def test_72_hours_without_a_hub_drain_with_the_newest_alert_first() -> None:
    box = Box()
    for minute in range(72 * 60):
        for second in range(0, 60, 8):
            box.gauge.write(0 if minute % 240 == 0 and second == 0 else 1)
            box.clock.advance(8)
    newest_alert = box.gauge.rows(0, newest_first=True, limit=1)[0].seq
    assert box.held() > 34_000
    box.hub.credit_rps = 5_000
    box.connect()
    box.run(20)
    assert box.held() == 0
    assert seqs_of(box.published[0])[0] == newest_alert


def test_backlog_waits_for_the_level_of_now_and_goes_as_soon_as_that_went() -> None:
    box = Box()
    old = [box.write(0) for _ in range(3)]
    box.connect()
    box.run(1)
    assert not box.published
    now = box.write(0)
    box.run(0.1)
    assert [seqs_of(batch) for batch in box.published] == [[now], sorted(old, reverse=True)]


def test_backlog_goes_after_3_s_when_no_gauge_writes_a_level() -> None:
    box = Box()
    old = box.write(0)
    box.connect()
    box.run(2.9)
    assert not box.published
    box.run(0.3)
    assert [seqs_of(batch) for batch in box.published] == [[old]]


def test_backlog_goes_by_class_newest_alert_first_then_the_newest_hour_then_the_oldest() -> None:
    box = Box()
    alerts, readings = [], []
    for minute in range(180):
        readings.append(box.write(1))
        if minute % 30 == 0:
            alerts.append(box.write(0))
        box.clock.advance(60)
    telemetry, debug = box.write(2), box.write(3)
    box.connect()
    box.run(60)
    order = [seq for batch in box.published for seq in seqs_of(batch)]
    assert order == [*reversed(alerts), *readings[-61:], *readings[:-61], telemetry, debug]


def test_backlog_keeps_to_70_percent_of_the_credit() -> None:
    box = Box()
    box.hub.credit_rps = 20
    for _ in range(2_000):
        box.write(1)
    box.connect()
    box.run(63)
    sent = sum(len(batch.records) for batch in box.published)
    assert sent == pytest.approx(60 * 20 * 0.7, abs=BATCH_MAX_RECORDS)


def test_a_slow_link_is_given_at_most_two_batches_of_backlog_before_the_broker_has_them() -> None:
    box = Box()
    for _ in range(1_000):
        box.write(1)
    box.connect()
    for hello in box.outgoing():
        box.answer(hello)
    box.clock.advance(4)
    assert len(parcels(box.outgoing(handed_over=False))) == 2


def test_backlog_leaves_a_place_for_what_happens_now() -> None:
    box = Box()
    for _ in range(2_000):
        box.write(1)
    box.connect()
    for hello in box.outgoing():
        box.answer(hello)
    box.clock.advance(4)
    for _ in range(20):
        box.outgoing()
        box.clock.advance(1)
    assert box.sender.in_flight()[0] == BATCHES_IN_FLIGHT - 1
    seq = box.write(1)
    assert [seqs_of(parcel.batch) for parcel in parcels(box.outgoing())] == [[seq]]
