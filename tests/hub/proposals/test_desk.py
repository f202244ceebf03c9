"""A deed of two persons is done once, by two, in time, with its rows in the audit log; or not at all."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub.audit.verification import verify
from hub.proposals import desk
from hub.proposals.errors import (
    NoPersonError,
    ProposalBodyError,
    ProposalOverError,
    SamePersonError,
    TooManyProposalsError,
    UnknownProposalError,
)
from hub.proposals.proposal import Account, Proposal, ProposalState
from hub.storage import audit, meta, proposals
from hub.storage import connection as database
from hub.storage.connection import Connection
from tests.support.databases import new_database

NOW_MS = 1_763_712_000_000
DAY_MS = 24 * 3600 * 1000
SARI = Account(user_id="u1", name="Sari")
SARI_LATER = Account(user_id="u1", name="Sari Lestari")
YAN = Account(user_id="u2", name="Yan")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = new_database(tmp_path / "hub.db")
    yield opened
    opened.close()


def propose(connection: Connection, **changes: object) -> Proposal:
    with database.write(connection):
        return desk.propose(connection, kind="uji", body={"b": 1, "a": [2]}, by=SARI, now_ms=NOW_MS, **changes)  # type: ignore[arg-type]


def approve(connection: Connection, proposal: Proposal, *, by: Account = YAN, after_ms: int = 5) -> Proposal:
    now_ms = NOW_MS + after_ms
    with database.write(connection):
        return desk.approve(connection, proposal.proposal_id, by=by, now_ms=now_ms, deed=do)


def do(connection: Connection, proposal: Proposal) -> None:
    meta.set_value(connection, "deed", (meta.value(connection, "deed") or "") + proposal.body)


def deed_of(connection: Connection) -> str | None:
    return meta.value(connection, "deed")


def actions(connection: Connection) -> list[tuple[str, str]]:
    return [(row.action, row.actor) for row in audit.all_rows(connection)][1:]


def test_a_second_person_does_it_and_everything_stands_in_one_transaction(connection: Connection) -> None:
    proposed = propose(connection)
    assert deed_of(connection) is None
    done = approve(connection, proposed)
    assert deed_of(connection) == '{"a":[2],"b":1}'
    assert (done.body, done.body_sha256) == ("", hashlib.sha256(b'{"a":[2],"b":1}').hexdigest())
    assert (done.state, done.decided_by, done.proposed_by) == (ProposalState.DONE, "u2", "u1")
    assert proposals.one(connection, proposed.proposal_id) == done
    assert actions(connection) == [("proposal.made", "Sari"), ("proposal.approved", "Yan")]
    rows = list(audit.all_rows(connection))
    assert verify(rows, witnesses=(), say=print).damage is None
    assert msgspec.json.decode(rows[-1].detail) == {
        "kind": "uji",
        "by_id": "u2",
        "proposed_by": "Sari",
        "proposed_by_id": "u1",
        "sha256": done.body_sha256,
    }


@pytest.mark.parametrize("by", [SARI, SARI_LATER])
def test_nobody_approves_their_own_by_whatever_name(connection: Connection, by: Account) -> None:
    proposed = propose(connection)
    with pytest.raises(SamePersonError, match="another person"):
        approve(connection, proposed, by=by)
    assert (deed_of(connection), len(actions(connection))) == (None, 1)


def test_a_second_approval_does_nothing(connection: Connection) -> None:
    proposed = propose(connection)
    approve(connection, proposed)
    with pytest.raises(ProposalOverError, match="done by Yan"):
        approve(connection, proposed, by=Account(user_id="u3", name="Rina"))
    assert deed_of(connection) == proposed.body


def test_a_deed_that_fails_leaves_the_proposal_open_and_no_row(connection: Connection) -> None:
    proposed = propose(connection)

    def fail(inside: Connection, one: Proposal) -> None:
        do(inside, one)
        raise RuntimeError

    def try_it() -> None:
        with database.write(connection):
            desk.approve(connection, proposed.proposal_id, by=YAN, now_ms=NOW_MS, deed=fail)

    with pytest.raises(RuntimeError):
        try_it()
    assert (deed_of(connection), proposals.one(connection, proposed.proposal_id)) == (None, proposed)
    assert len(actions(connection)) == 1
    assert approve(connection, proposed).state is ProposalState.DONE


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_token_that_nobody_owns_neither_proposes_nor_approves_but_stops(
    connection: Connection, nobody: str | None
) -> None:
    token = Account(user_id=nobody, name="skrip")
    with pytest.raises(NoPersonError, match="nobody owns"), database.write(connection):
        desk.propose(connection, kind="uji", body={}, by=token, now_ms=NOW_MS)
    proposed = propose(connection)
    with pytest.raises(NoPersonError, match="nobody owns"):
        approve(connection, proposed, by=token)
    assert deed_of(connection) is None
    with database.write(connection):
        stopped = desk.withdraw(connection, proposed.proposal_id, by=token, now_ms=NOW_MS)
    assert stopped.state is ProposalState.WITHDRAWN


def test_who_comes_too_late_has_the_end_written_down_and_no_clock_opens_it_again(connection: Connection) -> None:
    late, withdrawn, kept = propose(connection), propose(connection), propose(connection, life_s=2 * DAY_MS / 1000)
    assert approve(connection, late, after_ms=DAY_MS).state is ProposalState.EXPIRED
    with database.write(connection):
        ended = desk.withdraw(connection, withdrawn.proposal_id, by=SARI, now_ms=NOW_MS + DAY_MS)
    assert (ended.state, ended.body, ended.decided_ms) == (ProposalState.EXPIRED, "", withdrawn.expires_ms)
    assert deed_of(connection) is None
    for over in (late, withdrawn):
        with pytest.raises(ProposalOverError, match="expired"):
            approve(connection, over, after_ms=0)
    assert actions(connection)[-2:] == [("proposal.expired", "hub")] * 2
    assert approve(connection, kept, after_ms=DAY_MS).state is ProposalState.DONE


def test_the_end_is_written_down_by_the_hub_too(connection: Connection) -> None:
    proposed = propose(connection)
    with database.write(connection):
        (ended,) = desk.expire_due(connection, now_ms=NOW_MS + DAY_MS)
    assert (ended.proposal_id, ended.state, ended.body) == (proposed.proposal_id, ProposalState.EXPIRED, "")
    assert proposals.one(connection, proposed.proposal_id) == ended
    assert actions(connection)[-1] == ("proposal.expired", "hub")


@pytest.mark.parametrize("by", [SARI, YAN])
def test_one_person_is_enough_to_stop_it(connection: Connection, by: Account) -> None:
    proposed = propose(connection)
    with database.write(connection):
        desk.withdraw(connection, proposed.proposal_id, by=by, now_ms=NOW_MS)
    with pytest.raises(ProposalOverError, match=f"withdrawn by {by.name}"):
        approve(connection, proposed)
    assert actions(connection)[-1] == ("proposal.withdrawn", by.name)


def test_an_unknown_one_one_too_many_and_one_too_long_are_refused(connection: Connection) -> None:
    with pytest.raises(UnknownProposalError, match="P-x"), database.write(connection):
        desk.withdraw(connection, "P-x", by=YAN, now_ms=NOW_MS)
    with pytest.raises(ProposalBodyError, match="in parts"), database.write(connection):
        desk.propose(connection, kind="uji", body="x" * desk.BODY_LONGEST_BYTES, by=SARI, now_ms=NOW_MS)
    connection.execute("PRAGMA synchronous = OFF")
    for _ in range(desk.OPEN_MOST):
        propose(connection)
    with pytest.raises(TooManyProposalsError, match="withdraw some"):
        propose(connection)
    with database.write(connection):  # those whose time is over make room by themselves
        desk.propose(connection, kind="uji", body={}, by=SARI, now_ms=NOW_MS + DAY_MS)


@pytest.mark.parametrize(
    "change",
    [
        "body = '{}'",
        "body = ''",
        "state = 'withdrawn'",
        "body_sha256 = ''",
        "kind = 'x'",
        "proposed_by = 'u9'",
        "expires_ms = 0",
        "state = 'done', decided_by = proposed_by",
    ],
)
def test_the_database_refuses_to_change_what_was_proposed_or_to_let_one_person_do_it(
    connection: Connection, change: str
) -> None:
    propose(connection)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(f"UPDATE proposals SET {change}")  # noqa: S608 - from above
