"""Takes apart a message that makes its transaction fail alone, down to the record that can never be stored. Pure."""

from msgspec.structs import replace

from contract.records import AnyRecord
from hub.ingest.decode import ERROR_MAX_CHARS, Farewell, Greeting, Incoming, Offer
from hub.storage.dead_letters import DeadLetter

REASON = "store"


def smaller(item: Incoming, problem: Exception, *, now_ms: int) -> list[Incoming]:
    """Return what to commit in the place of `item`: single records, then a dead letter that covers the number.

    Args:
        item: what failed alone.
        problem: why.
        now_ms: the hub's clock.

    Raises:
        Exception: `problem` itself, when there is nothing smaller.
    """
    error = f"{type(problem).__name__}: {problem}"[:ERROR_MAX_CHARS]
    if isinstance(item, Offer):
        if not item.records:
            return list(item.broken)
        if len(item.records) > 1:
            rest = _with(item, [], [], item.broken)
            return [
                rest,
                *(_with(item, [one], [body], []) for one, body in zip(item.records, item.bodies, strict=True)),
            ]
        letter = _letter(item.node_id, error, item.bodies[0], now_ms)
        letter = replace(letter, spool_id=item.spool_id, seq=item.records[0].seq)
        return [_with(item, [], [], [*item.broken, letter])]
    if isinstance(item, Greeting):
        return [_letter(item.node_id, error, item.hello.session.encode(), now_ms)]
    if isinstance(item, Farewell):
        return [_letter(item.node_id, error, item.session.encode(), now_ms)]
    raise problem


def _with(offer: Offer, records: list[AnyRecord], bodies: list[bytes], broken: list[DeadLetter]) -> Offer:
    return Offer(
        node_id=offer.node_id,
        spool_id=offer.spool_id,
        low=offer.low,
        next=offer.next,
        records=records,
        bodies=bodies,
        broken=broken,
    )


def _letter(node_id: str, error: str, payload: bytes, now_ms: int) -> DeadLetter:
    return DeadLetter(
        node_id=node_id,
        topic="",
        spool_id=None,
        seq=None,
        reason=REASON,
        error=error,
        payload=payload,
        received_ms=now_ms,
    )
