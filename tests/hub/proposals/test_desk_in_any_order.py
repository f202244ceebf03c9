"""Proposals, approvals, withdrawals and time in any order, against a plain model, on a real database."""

import contextlib

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from hub.audit.verification import verify
from hub.proposals import desk
from hub.proposals.errors import NoPersonError, ProposalError
from hub.proposals.proposal import Account, Proposal, ProposalState
from hub.storage import audit, proposals
from hub.storage.connection import Connection, write
from tests.support.databases import new_database

START_MS = 1_763_712_000_000
LIFE_MS = 24 * 3600 * 1000
HOUR_MS = 3600 * 1000
PEOPLE = st.builds(Account, user_id=st.sampled_from([*"abc", None]), name=st.sampled_from(["Sari", "Yan", "Rina"]))


class FailedDeedError(Exception):
    """A deed that does not come off."""


class Office(RuleBasedStateMachine):
    """Three accounts that change their names as they like."""

    known = Bundle("known")

    @initialize()
    def begin(self) -> None:
        self.connection = new_database()
        self.now_ms = START_MS
        self.model: dict[str, tuple[str | None, int, ProposalState]] = {}
        self.done: list[str] = []
        self.rows = 0

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    @rule(target=known, by=PEOPLE)
    def propose(self, by: Account) -> str | MultipleResults[str]:
        if by.user_id is None:  # what a token that nobody owns may not do
            with pytest.raises(NoPersonError), write(self.connection):
                desk.propose(self.connection, kind="uji", body={}, by=by, now_ms=self.now_ms)
            return multiple()
        with write(self.connection):
            self._model_expires()
            made = desk.propose(self.connection, kind="uji", body={}, by=by, now_ms=self.now_ms)
        self.model[made.proposal_id] = (by.user_id, self.now_ms + LIFE_MS, ProposalState.OPEN)
        self.rows += 1
        return made.proposal_id

    @rule(proposal_id=known, by=PEOPLE, does_fail=st.booleans())
    def approve(self, proposal_id: str, by: Account, *, does_fail: bool) -> None:
        did: list[str] = []

        def deed(_connection: Connection, one: Proposal) -> None:
            if does_fail:
                raise FailedDeedError
            did.append(one.proposal_id)

        with contextlib.suppress(ProposalError, FailedDeedError), write(self.connection):
            desk.approve(self.connection, proposal_id, by=by, now_ms=self.now_ms, deed=deed)
        proposer, expires_ms, state = self.model[proposal_id]
        may = state is ProposalState.OPEN and self.now_ms < expires_ms and by.user_id not in {proposer, None}
        assert bool(did) == (may and not does_fail)
        self._model_notices(proposal_id)
        if did:
            self._model_decides(proposal_id, ProposalState.DONE)
        self.done += did

    @rule(proposal_id=known, by=PEOPLE)
    def withdraw(self, proposal_id: str, by: Account) -> None:
        with contextlib.suppress(ProposalError), write(self.connection):
            desk.withdraw(self.connection, proposal_id, by=by, now_ms=self.now_ms)
        _, expires_ms, state = self.model[proposal_id]
        if state is ProposalState.OPEN and self.now_ms < expires_ms:
            self._model_decides(proposal_id, ProposalState.WITHDRAWN)
        self._model_notices(proposal_id)

    @rule(hours=st.integers(-30, 30))
    def clock_moves(self, hours: int) -> None:
        self.now_ms += hours * HOUR_MS

    @rule()
    def time_is_noticed(self) -> None:
        with write(self.connection):
            desk.expire_due(self.connection, now_ms=self.now_ms)
        self._model_expires()

    @invariant()
    def database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "connection"):
            return
        for proposal_id, (_, _, state) in self.model.items():
            found = proposals.one(self.connection, proposal_id)
            assert found is not None
            assert found.state is state
            assert state is not ProposalState.DONE or found.decided_by not in {found.proposed_by, None}
            assert (found.body == "") == (state is not ProposalState.OPEN)
        assert len(self.done) == len(set(self.done))
        log = verify(audit.all_rows(self.connection), witnesses=(), say=print)
        assert log.damage is None
        assert log.rows == self.rows + bool(self.rows)

    def _model_expires(self) -> None:
        for proposal_id in list(self.model):
            self._model_notices(proposal_id)

    def _model_notices(self, proposal_id: str) -> None:
        _, expires_ms, state = self.model[proposal_id]
        if state is ProposalState.OPEN and self.now_ms >= expires_ms:
            self._model_decides(proposal_id, ProposalState.EXPIRED)

    def _model_decides(self, proposal_id: str, state: ProposalState) -> None:
        proposer, expires_ms, _ = self.model[proposal_id]
        self.model[proposal_id] = (proposer, expires_ms, state)
        self.rows += 1


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
