"""What a box says of itself."""

import msgspec

from contract.clock import ClockTrust
from contract.desired import Applied
from contract.messages import Hello, decode_message, encode_message
from edge_agent.outbox.reader import SpoolView
from edge_agent.uplink.hello import applied_in, hello
from tests.support.boxes import document, station

GAUGE_VIEW = SpoolView(spool="a" * 32, low=1041, next=1044, boot=17, unacked=(1, 3, 0, 0))
UPLINK_VIEW = SpoolView(spool="b" * 32, low=5, next=5, boot=3, unacked=(0, 0, 2, 0))


def said(*views: tuple[str, SpoolView]) -> Hello:
    return hello(
        session="9f3b",
        node_id="n-7f3k2m9q",
        views=views,
        kernel_boot="k",
        instance="i",
        agent="0.1.0",
        clock=ClockTrust.NTP,
        applied=Applied(db_epoch="d1a0", version=7),
    )


def test_it_names_every_spool_and_adds_up_what_waits() -> None:
    message = decode_message(Hello, encode_message(said(("uplink", UPLINK_VIEW), ("gauge", GAUGE_VIEW))))
    assert (message.spools["gauge"].low, message.spools["gauge"].next) == (1041, 1044)
    assert message.queued == {"0": 1, "1": 3, "2": 2, "3": 0}


def test_the_boot_is_that_of_the_gauge_and_without_one_of_what_there_is() -> None:
    assert said(("uplink", UPLINK_VIEW), ("gauge", GAUGE_VIEW)).boot == 17
    assert said(("uplink", UPLINK_VIEW)).boot == 3


def test_applied_is_what_the_gauge_keeps() -> None:
    kept = msgspec.json.encode(document(7, g1=station()))
    assert applied_in(kept) == Applied(db_epoch="d1a0", version=7)


def test_a_gauge_that_has_applied_nothing_or_keeps_nonsense_has_applied_nothing() -> None:
    assert [applied_in(state) for state in (None, b"null", b"{", b'{"version":"x"}')] == [Applied()] * 4
