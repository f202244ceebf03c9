"""Proposals as they stand. The schema lets each be decided once, never by its own proposer."""

from hub.proposals.proposal import Proposal
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one

_COLUMNS = Proposal.__struct_fields__
_SELECT = f"SELECT {columns_of(Proposal)} FROM proposals"  # noqa: S608 - our own column names


def add(connection: Connection, proposal: Proposal) -> None:
    """Write down a fresh proposal."""
    connection.execute(
        f"INSERT INTO proposals ({columns_of(Proposal)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608 - as above
        [getattr(proposal, name) for name in _COLUMNS],
    )


def one(connection: Connection, proposal_id: str) -> Proposal | None:
    """Return the proposal of this id, or None."""
    return read_one(connection, f"{_SELECT} WHERE proposal_id = ?", (proposal_id,), Proposal)


def still_open(connection: Connection) -> list[Proposal]:
    """Return those that nobody has decided, oldest first; some may be past their end."""
    return read(connection, f"{_SELECT} WHERE state = 'open' ORDER BY proposed_ms, proposal_id", (), Proposal)


def decide(connection: Connection, proposal: Proposal) -> None:
    """Write down how an open proposal was decided; what it said goes, its digest stays."""
    connection.execute(
        "UPDATE proposals SET state = ?, body = '', decided_by = ?, decided_name = ?, decided_ms = ?"
        " WHERE proposal_id = ?",
        (proposal.state, proposal.decided_by, proposal.decided_name, proposal.decided_ms, proposal.proposal_id),
    )
