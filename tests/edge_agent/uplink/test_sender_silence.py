"""Hello, silence, resends, a restored hub: what goes when the hub is not simply there."""

from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.counts import Count
from edge_agent.uplink.sender import HelloDue
from tests.support.uplink_world import GAUGE, UPLINK, Box, MemorySpool, parcels, seqs_of


def test_hello_goes_first_and_nothing_behind_it_until_it_is_answered() -> None:
    box = Box()
    for record_class in (0, 1, 2, 3):
        box.write(record_class)
    box.connect()
    (only,) = box.outgoing()
    assert isinstance(only, HelloDue)


def test_hello_is_said_again_every_30_s_until_answered() -> None:
    box = Box(is_hub_there=False)
    box.connect()
    box.run(91)
    assert box.hellos == 4


def test_a_spool_that_was_not_acknowledged_keeps_hello_going_while_records_already_flow() -> None:
    box = Box(is_hub_there=False)
    box.connect()
    box.outgoing()
    box.sender.heard(box.hub.ack(GAUGE))
    assert box.sender.phase is Phase.OPEN
    box.run(31)
    assert box.hellos == 2
    box.sender.heard(box.hub.ack(GAUGE))
    box.sender.heard(box.hub.ack(UPLINK))
    box.run(60)
    assert box.hellos == 2


def test_class_0_written_while_hello_waits_goes_at_once() -> None:
    box = Box(is_hub_there=False)
    old = box.write(0)
    box.connect()
    box.outgoing()
    new = box.write(0)
    assert [seqs_of(parcel.batch) for parcel in parcels(box.outgoing())] == [[new]]
    assert old != new


def test_a_repeated_hello_takes_only_the_newest_class_0_of_each_spool_along() -> None:
    box = Box(is_hub_there=False)
    for _ in range(50):
        box.write(0)
        box.write(1)
    newest = box.write(0)
    box.connect()
    box.run(300)
    assert {tuple(seqs_of(batch)) for batch in box.published} == {(newest,)}
    assert len(box.published) == box.hellos - 1


def test_what_has_no_ack_goes_again_after_30_s_with_jitter() -> None:
    box = Box()
    box.open()
    box.is_hub_there = False
    seq = box.write(1)
    box.run(20)
    box.sender.heard(box.hub.ack(UPLINK))  # the hub is there, the batch is not
    box.run(9.9)
    assert len(box.published) == 1
    box.run(8)
    assert [seqs_of(batch) for batch in box.published] == [[seq], [seq]]


def test_the_wait_for_an_ack_begins_when_the_broker_has_the_batch() -> None:
    box = Box()
    box.open()
    box.write(1)
    (parcel,) = parcels(box.outgoing(handed_over=False))
    box.clock.advance(300)
    assert not box.outgoing()
    box.sender.handed_over(parcel.number)
    box.sender.heard(box.hub.ack(UPLINK))
    box.clock.advance(38)
    assert parcels(box.outgoing())


def test_an_ack_that_passes_over_an_alert_has_it_sent_again_at_once() -> None:
    box = Box()
    box.open()
    box.is_hub_there = False
    alert = box.write(0)
    box.run(5)
    assert len(box.published) == 1
    box.sender.heard(box.hub.ack(GAUGE))
    assert [seqs_of(parcel.batch) for parcel in parcels(box.outgoing())] == [[alert]]


def test_a_hub_without_a_word_for_30_s_is_told_only_hello_and_new_alerts() -> None:
    box = Box()
    box.open()
    box.is_hub_there = False
    box.write(1)
    box.run(40)
    assert box.sender.phase is Phase.SILENT
    box.published.clear()
    box.write(1)
    alert = box.write(0)
    box.run(600)
    assert {tuple(seqs_of(batch)) for batch in box.published} == {(alert,)}
    assert box.counts[Count.SILENCES] == 1


def test_an_ack_that_ends_a_silence_has_hello_and_all_class_0_sent_at_once() -> None:
    box = Box()
    box.open()
    box.is_hub_there = False
    alerts = []
    for _ in range(30):
        alerts.append(box.write(0))
        box.write(1)
        box.run(60)
    box.outgoing()
    box.published.clear()
    box.sender.heard(box.hub.ack(GAUGE))
    first, *rest = box.outgoing()
    assert isinstance(first, HelloDue)
    sent = [seq for parcel in parcels(rest) for seq in seqs_of(parcel.batch)]
    assert sent == alerts[::-1]


def test_after_a_silence_everything_arrives() -> None:
    box = Box()
    box.open()
    box.is_hub_there = False
    for minute in range(60):
        box.write(0 if minute % 10 == 0 else 1)
        box.run(60, step_s=1)
    box.is_hub_there = True
    box.run(60)
    assert box.held() == 0
    assert box.sender.phase is Phase.OPEN


def test_a_batch_that_never_gets_through_is_halved_and_its_one_bad_record_set_aside() -> None:
    box = Box()
    box.open()
    seqs = [box.write(1) for _ in range(16)]
    box.hub.poison = {(GAUGE, seqs[5])}
    for _ in range(40):
        box.run(30, step_s=0.5)
        box.write(1)
    box.run(70)
    assert box.counts[Count.SET_ASIDE] == 1
    assert box.acknowledged.aside(GAUGE) == [seqs[5]]
    assert box.held() == 0
    assert box.counts[Count.HALVED] == 4


def test_nothing_is_set_aside_while_the_hub_is_merely_away() -> None:
    box = Box()
    box.open()
    box.write(1)
    box.is_hub_there = False
    box.run(3_600, step_s=1)
    assert not box.counts[Count.HALVED]
    assert not box.counts[Count.SET_ASIDE]


def test_a_restored_hub_is_offered_again_what_it_had_acknowledged() -> None:
    box = Box()
    box.open()
    for _ in range(10):
        box.write(1)
        box.run(60)
    assert box.held() == 0
    box.hub.restore("e2")
    box.write(1)
    box.run(1)
    box.gauge.reoffer()
    box.sender.changed()
    box.run(120)
    assert box.held() == 0
    assert box.hub.committed[GAUGE].as_lists() == [[1, box.gauge.next_seq - 1]]


def test_an_ack_of_an_epoch_that_was_left_is_ignored() -> None:
    box = Box()
    box.open()
    straggler = box.hub.ack(GAUGE)
    box.hub.restore("e2")
    box.sender.heard(box.hub.ack(GAUGE))
    box.sender.heard(straggler)
    assert box.counts[Count.ACKS_LEFT_EPOCH] == 1
    assert box.acknowledged.epoch == "e2"


def test_a_spool_that_appears_later_is_announced_by_hello() -> None:
    box = Box(with_uplink_spool=False)
    box.open()
    hellos = box.hellos
    box.spools[UPLINK] = MemorySpool(spool_id=UPLINK, clock=box.clock)
    box.sender.set_spools(box.spools)
    box.run(1)
    assert box.hellos == hellos + 1
    box.uplink.write(2)
    box.sender.changed()
    box.run(61)
    assert box.held() == 0


def test_an_ack_for_a_foreign_spool_changes_nothing() -> None:
    box = Box()
    box.connect()
    box.outgoing()
    box.sender.heard(box.hub.ack("f" * 32))
    assert box.sender.phase is Phase.GREETING
    assert box.counts[Count.ACKS_FOREIGN] == 1


def test_a_record_that_was_set_aside_is_not_sent_while_its_producer_is_slow_to_move_it() -> None:
    box = Box()
    bad, good = box.write(1), box.write(1)
    box.acknowledged.set_aside(GAUGE, bad)
    box.connect()
    for hello in box.outgoing():
        box.answer(hello)
    box.clock.advance(4)
    assert [seqs_of(parcel.batch) for parcel in parcels(box.outgoing())] == [[good]]


def test_a_hub_that_goes_back_to_an_older_epoch_is_believed_at_the_next_connect() -> None:
    box = Box()
    box.open()
    box.hub.epoch = "e2"
    box.sender.heard(box.hub.ack(GAUGE))
    box.hub.epoch = "e1"
    box.sender.lost()
    box.connect()
    box.run(1)
    assert box.acknowledged.epoch == "e1"
    assert box.sender.phase is Phase.OPEN


def test_an_alert_that_went_before_the_answer_to_hello_goes_again_behind_it() -> None:
    box = Box(is_hub_there=False)
    box.connect()
    box.outgoing()
    alert = box.write(0)
    box.outgoing()
    box.sender.heard(box.hub.ack(GAUGE))
    assert [seqs_of(parcel.batch) for parcel in parcels(box.outgoing())] == [[alert]]
