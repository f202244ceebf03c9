"""A shelf has a name, a reason and an end; no Awas is ever on one. The state machine stands in test_life_cycle."""

import pytest

from hub.alerting import life_cycle
from hub.alerting.alert import WHY_LONGEST, Alert, AlertKind, EventKind
from hub.alerting.errors import RefusedError, StaleVersion
from hub.alerting.life_cycle import Moment, Move
from hub.alerting.policy import AlertPolicy
from hub.alerting.shelf import shelve, unshelve
from tests.support.alerts import START_MS, STATION, change

POLICY = AlertPolicy()


def fresh(kind: AlertKind = AlertKind.LEVEL) -> Alert:
    return life_cycle.blank(alert_id="A-7K3Q9", kind=kind, station_id=STATION, now_ms=START_MS)


def raised(severity: int) -> Alert:
    move = life_cycle.change_level(fresh(), change(severity), is_new_decision=True, policy=POLICY)
    assert move is not None
    return move.after


def put_aside(alert: Alert, *, minutes: int = 10, why: str = "dijaga di lokasi", seen_version: int = 1) -> Move:
    return shelve(
        alert,
        seen_version=seen_version,
        by="Yan",
        why=why,
        until_ms=START_MS + 60_000 * minutes,
        now_ms=START_MS,
        policy=POLICY,
    )


@pytest.mark.parametrize(("severity", "minutes"), [(3, 10), (2, 61), (1, 481), (1, 0)])
def test_a_shelf_is_refused_where_it_would_hide_too_much(severity: int, minutes: int) -> None:
    with pytest.raises(RefusedError) as refused:
        put_aside(raised(severity), minutes=minutes)
    assert refused.value.sentence_id


@pytest.mark.parametrize("why", ["  ", "x" * (WHY_LONGEST + 1)])
def test_a_shelf_needs_a_reason_that_can_be_read(why: str) -> None:
    with pytest.raises(RefusedError, match="a reason"):
        put_aside(raised(1), why=why)


def test_a_silence_alert_at_awas_cannot_be_shelved_either() -> None:
    moment = Moment(now_ms=START_MS, since_ms=START_MS, sample_ms=None, decided_ms=None, why="uji")
    silence = life_cycle.raise_silence(fresh(AlertKind.SILENCE), last_severity=3, moment=moment, policy=POLICY)
    with pytest.raises(RefusedError, match="cannot be shelved"):
        put_aside(silence.after)


def test_what_rose_meanwhile_is_not_shelved_unseen() -> None:
    with pytest.raises(StaleVersion):
        put_aside(raised(1), seen_version=0)


def test_a_person_ends_the_shelf_and_the_escalation_begins_anew() -> None:
    shelved = put_aside(raised(2)).after
    assert (shelved.shelved_by, shelved.shelved_why, shelved.next_escalation_ms) == ("Yan", "dijaga di lokasi", None)
    move = unshelve(shelved, seen_version=1, now_ms=START_MS + 60_000, policy=POLICY)
    assert (move.event, move.after.shelved_until_ms, move.after.version) == (EventKind.UNSHELVED, None, 2)
    assert move.after.next_escalation_ms == START_MS + 60_000 + 300_000


def test_a_shelf_can_be_given_another_end() -> None:
    longer = put_aside(put_aside(raised(2)).after, minutes=60).after
    assert longer.shelved_until_ms == START_MS + 3_600_000
