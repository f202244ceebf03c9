"""The life of a proposal. Pure.

1. It is open from the proposal to its end, a day by default.
2. Another account than the proposer's approves it, and with that it is done; the deed stands in the same transaction.
3. Anybody withdraws it while it is open, the proposer too: to stop needs one person.
4. At its end it has expired, whether anybody has written that down yet or not.
5. Done, withdrawn and expired are for good, and what is proposed never changes.

People are told apart by their account. A name can be changed, and is kept for those who read.
"""

import hashlib
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from hub.proposals.errors import ProposalOverError, SamePersonError

LIFE_S = 24 * 3600.0
"""Of the hub's clock: long enough for the next shift, too short to be forgotten."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Account(Struct, frozen=True, kw_only=True):
    """A person who acts: the account, and what it is called now."""

    account_id: str
    name: str


class Proposal(Struct, frozen=True, kw_only=True):
    """A deed that waits for a second person. Times are the hub's, UTC ms; `body` is JSON text."""

    proposal_id: str
    kind: str
    body: str
    proposed_by: str
    proposed_name: str
    proposed_ms: int
    expires_ms: int
    state: ProposalState = ProposalState.OPEN
    decided_by: str | None = None
    decided_name: str | None = None
    decided_ms: int | None = None

    def state_at(self, now_ms: int) -> ProposalState:
        """Return where it stands at this time, also if nobody has written its end down."""
        is_over = self.state is ProposalState.OPEN and now_ms >= self.expires_ms
        return ProposalState.EXPIRED if is_over else self.state

    def digest(self) -> str:
        """Return SHA-256 over what is proposed, for the audit log."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def approve(proposal: Proposal, *, by: Account, now_ms: int) -> Proposal:
    """Return the proposal as it is when its deed is done.

    Raises:
        ProposalOverError: it is not open any more.
        SamePersonError: `by` is the account that proposed it.
    """
    _verify_open(proposal, now_ms)
    if by.account_id == proposal.proposed_by:
        raise SamePersonError(
            f"approving {proposal.proposal_id}: it was proposed by this account, as {proposal.proposed_name}; "
            "expected another person. Ask a colleague to sign in and approve it."
        )
    return _decided(proposal, ProposalState.DONE, by=by, now_ms=now_ms)


def withdraw(proposal: Proposal, *, by: Account, now_ms: int) -> Proposal:
    """Return the proposal as it is when it was withdrawn.

    Raises:
        ProposalOverError: it is not open any more.
    """
    _verify_open(proposal, now_ms)
    return _decided(proposal, ProposalState.WITHDRAWN, by=by, now_ms=now_ms)


def expire(proposal: Proposal, *, now_ms: int) -> Proposal:
    """Return the proposal with its end written down, if that has come."""
    state = proposal.state_at(now_ms)
    if state is proposal.state:
        return proposal
    return replace(proposal, state=state, decided_ms=proposal.expires_ms)


def _decided(proposal: Proposal, state: ProposalState, *, by: Account, now_ms: int) -> Proposal:
    return replace(proposal, state=state, decided_by=by.account_id, decided_name=by.name, decided_ms=now_ms)


def _verify_open(proposal: Proposal, now_ms: int) -> None:
    state = proposal.state_at(now_ms)
    if state is not ProposalState.OPEN:
        who = f" by {proposal.decided_name}" if proposal.decided_name else ""
        raise ProposalOverError(
            f"deciding {proposal.proposal_id}: expected an open proposal, it is {state.value}{who}. Propose it again."
        )
