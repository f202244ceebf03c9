"""From a topic and a payload to something with a form, or to a dead letter with the reason. Pure; never raises.

Records are decoded one by one: a broken one does not take the others of its batch with it. An hour that cannot be
right is doubted from here on, whatever the record says of its clock; the body stays as it came.
"""

from functools import lru_cache

from msgspec import Struct

from contract.clock import ClockTrust
from contract.errors import ContractError, IdentityError
from contract.identity import verify_node_id
from contract.messages import Batch, Gone, Hello, decode_message
from contract.records import AnyRecord, decode_record, readable_seq
from contract.topics import parse_up
from hub.rivers.believable_hours import AHEAD_MS
from hub.rivers.box_time import believed
from hub.storage.dead_letters import DeadLetter

ERROR_MAX_CHARS = 500
TOPICS_REMEMBERED = 4_096
"""A fleet of a thousand boxes has three thousand."""


class Arrived(Struct, frozen=True, kw_only=True, gc=False):
    """What the broker handed over."""

    topic: str
    payload: bytes
    mid: int
    """Of the connection it came by; names the message when its receipt is confirmed to the broker."""


class Offer(Struct, frozen=True, kw_only=True):
    """A batch: records that decoded with their bodies as they came, and what did not decode."""

    node_id: str
    spool_id: str
    low: int
    next: int
    records: list[AnyRecord]
    bodies: list[bytes]
    """One for each record."""
    broken: list[DeadLetter]
    ntp_lead_ms: int | None = None
    """How far ahead of the hub the last record is by a clock that follows NTP; None: it has another clock."""


class Greeting(Struct, frozen=True, kw_only=True):
    """A hello."""

    node_id: str
    hello: Hello


class Farewell(Struct, frozen=True, kw_only=True):
    """A last will."""

    node_id: str
    session: str


Incoming = Offer | Greeting | Farewell | DeadLetter


def decode(arrived: Arrived, *, now_ms: int, ahead_ms: int = AHEAD_MS) -> Incoming:
    """Return what arrived as something with a form.

    Args:
        arrived: topic and payload.
        now_ms: the hub's clock, for a dead letter and for what a box may say of the hour.
        ahead_ms: how far ahead of it an hour is believed.
    """
    try:
        node_id, leaf = _place_of(arrived.topic)
    except ContractError as problem:
        return _dead(arrived, "", "topic", str(problem), now_ms)
    try:
        if leaf == "records":
            return _offer(node_id, decode_message(Batch, arrived.payload), arrived.topic, now_ms, ahead_ms)
        if leaf == "hello":
            return Greeting(node_id=node_id, hello=decode_message(Hello, arrived.payload))
        return Farewell(node_id=node_id, session=decode_message(Gone, arrived.payload).session)
    except ContractError as problem:
        return _dead(arrived, node_id, "batch" if leaf == "records" else leaf, str(problem), now_ms)


@lru_cache(maxsize=TOPICS_REMEMBERED)
def _place_of(topic: str) -> tuple[str, str]:
    """Return (node id, leaf) of a topic that a box may write.

    Raises:
        IdentityError: it is none.
    """
    parsed = parse_up(topic)
    if parsed is None:
        raise IdentityError(f"no topic of a box: {topic!r}")
    return verify_node_id(parsed[0]), parsed[1]


def _offer(node_id: str, batch: Batch, topic: str, now_ms: int, ahead_ms: int) -> Offer:
    broken: list[DeadLetter] = []
    try:
        records = [decode_record(raw) for raw in batch.records]
        bodies = [bytes(raw) for raw in batch.records]
    except ContractError:
        records, bodies, broken = _one_by_one(node_id, batch, topic, now_ms)
    last = records[-1] if records else None
    return Offer(
        node_id=node_id,
        spool_id=batch.spool,
        low=batch.low,
        next=batch.next,
        records=[believed(record, now_ms=now_ms, ahead_ms=ahead_ms) for record in records],
        bodies=bodies,
        broken=broken,
        ntp_lead_ms=last.at_ms - now_ms if last is not None and last.clock is ClockTrust.NTP else None,
    )


def _one_by_one(
    node_id: str, batch: Batch, topic: str, now_ms: int
) -> tuple[list[AnyRecord], list[bytes], list[DeadLetter]]:
    """Decode a batch in which something is broken."""
    records: list[AnyRecord] = []
    bodies: list[bytes] = []
    broken: list[DeadLetter] = []
    for raw in batch.records:
        try:
            records.append(decode_record(raw))
        except ContractError as problem:
            broken.append(
                DeadLetter(
                    node_id=node_id,
                    topic=topic,
                    spool_id=batch.spool,
                    seq=readable_seq(raw),
                    reason="record",
                    error=str(problem)[:ERROR_MAX_CHARS],
                    payload=bytes(raw),
                    received_ms=now_ms,
                )
            )
        else:
            bodies.append(bytes(raw))
    return records, bodies, broken


def _dead(arrived: Arrived, node_id: str, reason: str, error: str, now_ms: int) -> DeadLetter:
    return DeadLetter(
        node_id=node_id,
        topic=arrived.topic,
        spool_id=None,
        seq=None,
        reason=reason,
        error=error[:ERROR_MAX_CHARS],
        payload=arrived.payload,
        received_ms=now_ms,
    )
