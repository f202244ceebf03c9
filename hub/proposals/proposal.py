"""The life of a proposal. Pure.

1. It is open from the proposal to its end, a day by default.
2. Another person than the proposer approves it, and with that it is done; the deed stands in the same transaction.
3. Anybody withdraws it while it is open, the proposer too: to stop needs one person.
4. At its end it has expired. Whoever comes too late has it written down, so no clock that is set back opens it again.
5. Done, withdrawn and expired are for good, and what is proposed never changes. Of a decided one the digest stays.

People are told apart by the id of their user. A session and a token that one user owns are the same person; a token
that nobody owns is no person at all. A name can be changed, and is kept for those who read.
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from hub.proposals.errors import NoPersonError, ProposalOverError, SamePersonError

LIFE_S = 24 * 3600.0
"""Of the hub's clock: long enough for the next shift, too short to be forgotten."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Account(Struct, frozen=True, kw_only=True):
    """Who acts, and what that is called now."""

    user_id: str | None
    """Of the user who is signed in, or who owns the token; None: a token that nobody owns."""
    name: str

    def person(self) -> str:
        """Return the id of the person who acts.

        Raises:
            NoPersonError: nobody owns what acts.
        """
        if not self.user_id:
            raise NoPersonError(
                f"{self.name}: is a token that nobody owns; expected a person, two of whom this needs. Sign in and try "
                "again."
            )
        return self.user_id


class Proposal(Struct, frozen=True, kw_only=True):
    """A deed that waits for a second person. Times are the hub's, UTC ms.

    `body` is JSON text, empty once it is decided; `body_sha256` stays. `proposed_by` and `decided_by` are user ids.
    """

    proposal_id: str
    kind: str
    body: str
    body_sha256: str
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


def approve(proposal: Proposal, *, by: Account, now_ms: int) -> Proposal:
    """Return the proposal as it is when its deed is done, or as expired if its time is over.

    Raises:
        ProposalOverError: it was decided before.
        NoPersonError: nobody owns the token that acts.
        SamePersonError: `by` is the person who proposed it.
    """
    _verify_undecided(proposal)
    if proposal.state_at(now_ms) is ProposalState.EXPIRED:
        return expire(proposal, now_ms=now_ms)
    if by.person() == proposal.proposed_by:
        raise SamePersonError(
            f"approving {proposal.proposal_id}: it was proposed by the same person, as {proposal.proposed_name}; "
            "expected another person. Ask a colleague to sign in and approve it."
        )
    return _decided(proposal, ProposalState.DONE, by=by, now_ms=now_ms)


def withdraw(proposal: Proposal, *, by: Account, now_ms: int) -> Proposal:
    """Return the proposal as it is when it was withdrawn, or as expired if its time is over.

    Raises:
        ProposalOverError: it was decided before.
    """
    _verify_undecided(proposal)
    if proposal.state_at(now_ms) is ProposalState.EXPIRED:
        return expire(proposal, now_ms=now_ms)
    return _decided(proposal, ProposalState.WITHDRAWN, by=by, now_ms=now_ms)


def expire(proposal: Proposal, *, now_ms: int) -> Proposal:
    """Return the proposal with its end written down, if that has come."""
    state = proposal.state_at(now_ms)
    if state is proposal.state:
        return proposal
    return replace(proposal, state=state, decided_ms=proposal.expires_ms, body="")


def _decided(proposal: Proposal, state: ProposalState, *, by: Account, now_ms: int) -> Proposal:
    return replace(proposal, state=state, decided_by=by.user_id, decided_name=by.name, decided_ms=now_ms, body="")


def _verify_undecided(proposal: Proposal) -> None:
    if proposal.state is not ProposalState.OPEN:
        who = f" by {proposal.decided_name}" if proposal.decided_name else ""
        raise ProposalOverError(
            f"deciding {proposal.proposal_id}: expected an open proposal, it is {proposal.state.value}{who}. "
            "Propose it again."
        )
