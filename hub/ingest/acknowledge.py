"""What the hub tells boxes about their spools: always after the commit, never before."""

from msgspec import UNSET, Struct, UnsetType

from contract.flow import ACK_MAX_RANGES
from contract.messages import Ack
from hub.ingest.watermarks import SpoolMark, touched_ranges


class Addressed(Struct, frozen=True, kw_only=True, gc=False):
    """An ack and the box it is for."""

    node_id: str
    ack: Ack


def acks_of(mark: SpoolMark, seqs: list[int], *, hub_ms: int, db_epoch: str, credit_rps: int) -> list[Addressed]:
    """Return what answers batches that brought these numbers: one ack, more only above 100 ranges.

    Args:
        mark: of the spool, after the commit.
        seqs: every number offered that is covered now.
        hub_ms: the hub's clock.
        db_epoch: of the database.
        credit_rps: records per second the box may send.
    """
    ranges = touched_ranges(seqs)
    return [
        Addressed(
            node_id=mark.node_id,
            ack=Ack(
                spool=mark.spool_id,
                high=mark.covered.high(),
                ranges=tuple((start, end) for start, end in ranges[first : first + ACK_MAX_RANGES]),
                hub_ms=hub_ms,
                db_epoch=db_epoch,
                credit_rps=credit_rps,
            ),
        )
        for first in range(0, max(1, len(ranges)), ACK_MAX_RANGES)
    ]


def standing_ack(
    mark: SpoolMark, *, hub_ms: int, db_epoch: str, credit_rps: int, session: str | UnsetType = UNSET
) -> Addressed:
    """Return where the spool stands: the newest covered ranges from its `low` on.

    So a box whose acks were lost does not send again what the hub has.

    Args:
        mark: of the spool.
        hub_ms: the hub's clock.
        db_epoch: of the database.
        credit_rps: records per second the box may send.
        session: of the hello that this answers, if it answers one.
    """
    ranges = [(first, last) for first, last in mark.covered if last >= mark.low]
    return Addressed(
        node_id=mark.node_id,
        ack=Ack(
            spool=mark.spool_id,
            high=mark.covered.high(),
            ranges=tuple(ranges[-ACK_MAX_RANGES:]),
            hub_ms=hub_ms,
            db_epoch=db_epoch,
            credit_rps=credit_rps,
            session=session,
        ),
    )
