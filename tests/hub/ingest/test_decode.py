"""Whatever arrives becomes something with a form or a dead letter; nothing raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.topics import up
from hub.ingest.decode import Arrived, Farewell, Greeting, Offer, decode
from hub.storage.dead_letters import DeadLetter
from tests.support.hub_worlds import NODE, SPOOL, batch_json, hello_json, level, reading

TOPIC = up(NODE, "records")
DEEP = b"[" * 100_000 + b"]" * 100_000


def decoded(payload: bytes, topic: str = TOPIC) -> Offer | Greeting | Farewell | DeadLetter:
    return decode(Arrived(topic=topic, payload=payload, mid=1), now_ms=5)


def test_the_id_in_the_topic_wins() -> None:
    greeting = decoded(hello_json(node_id="n-somebody"), up(NODE, "hello"))
    assert isinstance(greeting, Greeting)
    assert greeting.node_id == NODE


def test_a_boot_number_that_no_database_can_hold_is_a_dead_letter_and_reaches_none() -> None:
    letter = decoded(hello_json(boot=2**63), up(NODE, "hello"))
    assert isinstance(letter, DeadLetter)
    assert letter.reason == "hello"


def test_each_body_is_the_bytes_that_came() -> None:
    offer = decoded(batch_json([reading(1), level(2, 3)]))
    assert isinstance(offer, Offer)
    assert [json.loads(body) for body in offer.bodies] == [reading(1), level(2, 3)]


def test_a_broken_record_leaves_its_neighbours_alone() -> None:
    offer = decoded(batch_json([reading(1), reading(2) | {"clock": "sundial"}, reading(3)]))
    assert isinstance(offer, Offer)
    assert [one.seq for one in offer.records] == [1, 3]
    ((letter),) = offer.broken
    assert (letter.seq, letter.spool_id, letter.reason) == (2, SPOOL, "record")
    assert "clock" in letter.error


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("jw/1/up/n-7f3k2m9q/other", b"{}", "topic"),
        ("jw/1/up/Bad_Name/records", b"{}", "topic"),
        (TOPIC, b"", "batch"),
        (TOPIC, b"\xff\xfe", "batch"),
        (TOPIC, b"null", "batch"),
        (TOPIC, b'{"v":1,"spool":"short","low":1,"next":1,"records":[]}', "batch"),
        (TOPIC, DEEP, "batch"),
        (TOPIC, batch_json([reading(seq) for seq in range(1, 102)]), "batch"),
        (up(NODE, "hello"), b"{}", "hello"),
        (up(NODE, "gone"), b"[]", "gone"),
    ],
)
def test_what_cannot_be_read_is_a_dead_letter_with_the_reason(topic: str, payload: bytes, reason: str) -> None:
    letter = decoded(payload, topic)
    assert isinstance(letter, DeadLetter)
    assert (letter.topic, letter.payload, letter.reason, letter.received_ms) == (topic, payload, reason, 5)
    assert letter.error


def test_a_record_nested_without_end_is_a_dead_letter() -> None:
    payload = batch_json([reading(1)]).replace(b'"class": 1', b'"class": 1, "deep": ' + DEEP)
    found = decoded(payload)
    assert isinstance(found, DeadLetter) or found.broken  # type: ignore[union-attr]


@given(st.binary(max_size=200), st.sampled_from(["records", "hello", "gone"]))
def test_no_bytes_make_it_raise(payload: bytes, leaf: str) -> None:
    assert isinstance(decoded(payload, up(NODE, leaf)), DeadLetter)
