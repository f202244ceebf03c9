"""Proposals in the database. Every function stands inside `hub.storage.connection.write`: the caller commits.

The approval, the deed and their rows of the audit log are one transaction: if the deed fails, the proposal is as open
as before. Bounds: 100 open proposals of 256 KiB each; one more is refused. A decided one is a row without its body.
"""

import hashlib
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
"""Does what was proposed, in the transaction of the approval; it is given the proposal as it waited, with its body."""

_HUB = Account(user_id=None, name=audit_log.HUB)
_DECISIONS = {
    ProposalState.DONE: Action.PROPOSAL_APPROVED,
    ProposalState.WITHDRAWN: Action.PROPOSAL_WITHDRAWN,
    ProposalState.EXPIRED: Action.PROPOSAL_EXPIRED,
}

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
        NoPersonError: nobody owns the token that acts.
    """
    person = by.person()
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
        body_sha256=hashlib.sha256(text).hexdigest(),
        proposed_by=person,
        proposed_name=by.name,
        proposed_ms=now_ms,
        expires_ms=now_ms + round(1000 * life_s),
    )
    proposals.add(connection, fresh)
    _note(connection, fresh, Action.PROPOSAL_MADE, by=by, now_ms=now_ms)
    return fresh


def approve(connection: Connection, proposal_id: str, *, by: Account, now_ms: int, deed: Deed) -> Proposal:
    """Approve a proposal and do it. Whatever `deed` raises undoes the approval too.

    Returns:
        The proposal as it is then: done; or expired, and then `deed` was not called and its end is written down, for
        the caller to commit and to tell.

    Raises:
        UnknownProposalError: there is none of this id.
        ProposalOverError: it was decided before.
        NoPersonError: nobody owns the token that acts.
        SamePersonError: `by` is the person who proposed it.
    """
    proposed = _get(connection, proposal_id)
    decided = life.approve(proposed, by=by, now_ms=now_ms)
    _decide(connection, decided, by=by, now_ms=now_ms)
    if decided.state is ProposalState.DONE:
        deed(connection, proposed)
    return decided


def withdraw(connection: Connection, proposal_id: str, *, by: Account, now_ms: int) -> Proposal:
    """Withdraw a proposal and return it as it is then: withdrawn; or expired, with its end written down.

    Raises:
        UnknownProposalError: there is none of this id.
        ProposalOverError: it was decided before.
    """
    decided = life.withdraw(_get(connection, proposal_id), by=by, now_ms=now_ms)
    _decide(connection, decided, by=by, now_ms=now_ms)
    return decided


def expire_due(connection: Connection, *, now_ms: int) -> list[Proposal]:
    """Write down the end of every proposal whose time is over, and return these."""
    seen = [life.expire(one, now_ms=now_ms) for one in proposals.still_open(connection)]
    ended = [one for one in seen if one.state is ProposalState.EXPIRED]
    for one in ended:
        _decide(connection, one, by=_HUB, now_ms=now_ms)
    return ended


def _decide(connection: Connection, decided: Proposal, *, by: Account, now_ms: int) -> None:
    proposals.decide(connection, decided)
    is_late = decided.state is ProposalState.EXPIRED
    _note(connection, decided, _DECISIONS[decided.state], by=_HUB if is_late else by, now_ms=now_ms)


def _get(connection: Connection, proposal_id: str) -> Proposal:
    found = proposals.one(connection, proposal_id)
    if found is None:
        raise UnknownProposalError(f"deciding {proposal_id!r}: there is no such proposal. Look at the list again.")
    return found


def _note(connection: Connection, one: Proposal, action: Action, *, by: Account, now_ms: int) -> None:
    audit_log.note(
        connection,
        now_ms=now_ms,
        actor=by.name,
        action=action,
        subject=one.proposal_id,
        detail={
            "kind": one.kind,
            "by_id": by.user_id,
            "proposed_by": one.proposed_name,
            "proposed_by_id": one.proposed_by,
            "sha256": one.body_sha256,
        },
    )
