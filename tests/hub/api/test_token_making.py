"""Tokens are made by few and seldom: each is a row of a log that never shrinks."""

import pytest

from hub.api import token_making
from hub.api.rights import Right
from hub.api.token_making import DAY_MS, MADE_A_DAY_MOST, Moment
from hub.audit import log as audit_log
from hub.errors import PasswordError
from hub.storage import audit
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.hub_data import HubData


def made_by(actor: str, city: HubData, *, name: str = "skrip", later_ms: int = 0) -> None:
    """Make a token and end it again, as a script in a loop would."""
    now_ms = city.now_ms + later_ms
    at = Moment(actor=actor, now_ms=now_ms, now_real_ms=now_ms)
    with database.write(city.connection) as writer:
        token_making.make(writer, name=name, rights=[Right.LOOK], days=1, at=at)
        token_making.end(writer, name, at=at)


def test_one_person_makes_some_tens_of_tokens_in_24_hours_and_others_do_not_wait_for_that(city: HubData) -> None:
    for _ in range(MADE_A_DAY_MOST):
        made_by("tono", city)
    rows = len(list(audit.rows(city.connection, Wanted())))
    for _ in range(5):
        with pytest.raises(PasswordError, match="in 24 hours"):
            made_by("tono", city)
    assert len(list(audit.rows(city.connection, Wanted()))) == rows, "the log does not grow by it"
    made_by("rina", city)
    made_by("tono", city, later_ms=DAY_MS + 1)


def test_a_command_has_no_such_end(city: HubData) -> None:
    for _ in range(MADE_A_DAY_MOST + 1):
        made_by(audit_log.of_shell(), city)
    assert len(list(audit.rows(city.connection, Wanted(action="token.made")))) == MADE_A_DAY_MOST + 1
