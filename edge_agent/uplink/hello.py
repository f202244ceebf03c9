"""What a box says of itself at each connect."""

from collections.abc import Sequence

import msgspec

from contract.clock import ClockTrust
from contract.desired import Applied
from contract.messages import Hello, SpoolMarks
from contract.records import RecordClass
from edge_agent.outbox.reader import SpoolView


def hello(
    *,
    session: str,
    node_id: str,
    views: Sequence[tuple[str, SpoolView]],
    kernel_boot: str,
    instance: str,
    agent: str,
    clock: ClockTrust,
    applied: Applied,
) -> Hello:
    """Return the `hello` of now.

    Args:
        session: of this connection.
        node_id: of this box.
        views: (producer, where its spool stands); the gauge's boot number counts, otherwise the first one's.
        kernel_boot: the kernel's id of this boot.
        instance: of this start of the uplink, random: by it the hub tells two boxes of one name apart.
        agent: version of the software.
        clock: trust in the box's wall time.
        applied: the desired state that the gauge has applied.
    """
    boots = dict.fromkeys(("gauge", *(producer for producer, _ in views)))
    by_producer = dict(views)
    return Hello(
        session=session,
        node=node_id,
        spools={producer: SpoolMarks(spool=view.spool, low=view.low, next=view.next) for producer, view in views},
        boot=next((by_producer[producer].boot for producer in boots if producer in by_producer), 0),
        kernel_boot=kernel_boot,
        instance=instance,
        agent=agent,
        queued={str(int(n)): sum(view.unacked[n] for _, view in views) for n in RecordClass},
        clock=clock,
        applied=applied,
    )


def applied_in(state: bytes | None) -> Applied:
    """Return which desired state a producer has applied, out of what its outbox keeps under `desired`."""
    if state is None or state == b"null":
        return Applied()
    try:
        return msgspec.json.decode(state, type=Applied)  # unknown fields are passed over: it is the whole document
    except msgspec.DecodeError:
        return Applied()
