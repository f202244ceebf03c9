"""Who looks along the audit log holds up nobody, however many ask."""

import threading

import pytest

from hub.api import chain_check
from hub.api.chain_check import ASKED_EVERY_REAL_MS, ChainCheck, ChainFound
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.storage import connection as database
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData


@pytest.fixture
def log(city: HubData) -> HubData:
    """A log of two rows."""
    with database.write(city.connection) as writer:
        audit_log.note(writer, now_ms=city.now_ms, actor="admin", action=Action.SIGNED_IN, subject="admin")
    return city


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the log was gone along: one entry each."""
    made: list[int] = []
    look = chain_check._look

    def counted(*given: object, **named: object) -> ChainFound:
        made.append(1)
        return look(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(chain_check, "_look", counted)
    return made


def test_one_asked_look_a_minute_whoever_asks(log: HubData, looks: list[int]) -> None:
    check, clock = ChainCheck(), FakeClock(now_ms=log.now_ms)

    def ask() -> ChainFound | None:
        return check.found(log.connection, log.path, real=clock, is_asked=True)

    first = ask()
    assert first is not None
    assert [ask() for _ in range(50)] == [first] * 50
    clock.advance(ASKED_EVERY_REAL_MS / 1000)
    assert ask() != first
    assert len(looks) == 2


def test_who_comes_while_somebody_looks_has_the_last_answer_and_does_not_wait(
    log: HubData, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, clock = ChainCheck(), FakeClock(now_ms=log.now_ms)
    first = check.found(log.connection, log.path, real=clock, is_asked=False)
    assert first is not None
    look, began, go_on = chain_check._look, threading.Event(), threading.Event()

    def slow(*given: object, **named: object) -> ChainFound:
        began.set()
        assert go_on.wait(10)
        return look(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(chain_check, "_look", slow)

    def long_look() -> None:
        with database.read_only(log.path) as connection:
            check.found(connection, log.path, real=clock, is_asked=True)

    looker = threading.Thread(target=long_look)
    looker.start()
    try:
        assert began.wait(10)
        answers: list[ChainFound | None] = []
        other = threading.Thread(
            target=lambda: answers.append(check.found(log.connection, log.path, real=clock, is_asked=True)), daemon=True
        )
        other.start()
        other.join(5)
        assert answers == [first]
    finally:
        go_on.set()
        looker.join()
