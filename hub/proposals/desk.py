"""Proposals in the database. Every function stands inside `hub.storage.connection.write`: the caller commits.

The approval, the deed and their rows of the audit log are one transaction: if the deed fails, the proposal is as open
as before. Bounds: 100 open proposals of 256 KiB each; one more is refused.
"""

import secrets
from collections.abc import Callable

import msgspec

from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.proposals import proposal as life
from hub.proposals.errors import ProposalBodyError, TooManyProposalsError, UnknownProposalError
from hub.proposals.proposal import LIFE_S, Account, Proposal, ProposalState
from hub.storage import proposals
from hub.storage.connection import Connection

OPEN_MOST = 100
BODY_LONGEST_BYTES = 256 * 1024

Deed = Callable[[Connection, Proposal], None]
"""Does what was proposed, in the transaction of the approval."""

_ENCODER = msgspec.json.Encoder(order="sorted")


def propose(
    connection: Connection, *, kind: str, body: object, by: Account, now_ms: int, life_s: float = LIFE_S
) -> Proposal:
    """Write a proposal down and return it.

    Args:
        connection: inside a write.
        kind: which deed; who approves looks up by it what to do.
        body: all that the deed needs, as JSON can say it.
        by: the first person.
        now_ms: the hub's clock.
        life_s: how long it waits for the second person.

    Raises:
        ProposalBodyError: the body is too long.
        TooManyProposalsError: as many wait as may.
    """
    text = _ENCODER.encode(body)
    if len(text) > BODY_LONGEST_BYTES:
        raise ProposalBodyError(
            f"proposing {kind}: expected at most {BODY_LONGEST_BYTES} bytes, got {len(text)}. Propose it in parts."
        )
    expire_due(connection, now_ms=now_ms)
    if len(proposals.still_open(connection)) >= OPEN_MOST:
        raise TooManyProposalsError(
            f"proposing {kind}: {OPEN_MOST} proposals wait already. Approve or withdraw some of them first."
        )
    fresh = Proposal(
        proposal_id=f"P-{secrets.token_hex(6)}",
        kind=kind,
        body=text.decode(),
        proposed_by=by.account_id,
        proposed_name=by.name,
        proposed_ms=now_ms,
        expires_ms=now_ms + round(1000 * life_s),
    )
    proposals.add(connection, fresh)
    _note(connection, fresh, Action.PROPOSAL_MADE, actor=by.name, now_ms=now_ms)
    return fresh


def approve(connection: Connection, proposal_id: str, *, by: Account, now_ms: int, deed: Deed) -> Proposal:
    """Approve a proposal and do it; return it as it is then. Whatever `deed` raises undoes the approval too.

    Raises:
        UnknownProposalError: there is none of this id.
        ProposalOverError: it is done, withdrawn or expired.
        SamePersonError: `by` is the account that proposed it.
    """
    done = life.approve(_get(connection, proposal_id), by=by, now_ms=now_ms)
    proposals.decide(connection, done)
    _note(connection, done, Action.PROPOSAL_APPROVED, actor=by.name, now_ms=now_ms)
    deed(connection, done)
    return done


def withdraw(connection: Connection, proposal_id: str, *, by: Account, now_ms: int) -> Proposal:
    """Withdraw a proposal and return it as it is then.

    Raises:
        UnknownProposalError: there is none of this id.
        ProposalOverError: it is done, withdrawn or expired.
    """
    withdrawn = life.withdraw(_get(connection, proposal_id), by=by, now_ms=now_ms)
    proposals.decide(connection, withdrawn)
    _note(connection, withdrawn, Action.PROPOSAL_WITHDRAWN, actor=by.name, now_ms=now_ms)
    return withdrawn


def expire_due(connection: Connection, *, now_ms: int) -> list[Proposal]:
    """Write down the end of every proposal whose time is over, and return these."""
    seen = [life.expire(one, now_ms=now_ms) for one in proposals.still_open(connection)]
    ended = [one for one in seen if one.state is ProposalState.EXPIRED]
    for one in ended:
        proposals.decide(connection, one)
        _note(connection, one, Action.PROPOSAL_EXPIRED, actor=audit_log.HUB, now_ms=now_ms)
    return ended


def _get(connection: Connection, proposal_id: str) -> Proposal:
    found = proposals.one(connection, proposal_id)
    if found is None:
        raise UnknownProposalError(f"deciding {proposal_id!r}: there is no such proposal. Look at the list again.")
    return found


def _note(connection: Connection, one: Proposal, action: Action, *, actor: str, now_ms: int) -> None:
    audit_log.note(
        connection,
        now_ms=now_ms,
        actor=actor,
        action=action,
        subject=one.proposal_id,
        detail={"kind": one.kind, "proposed_by": one.proposed_name, "sha256": one.digest()},
    )
