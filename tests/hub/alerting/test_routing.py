import pytest

from hub.alerting.alert import Escalation
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role, due_at_escalation, due_at_hub_trouble, due_at_level, due_at_silence
from tests.support.alerts import START_MS, person

POLICY = AlertPolicy(rt_after_s=120.0)
PEOPLE = [person(role.value, role) for role in Role]


@pytest.mark.parametrize(
    ("severity", "seconds"),
    [
        (1, {"officer": 0, "lurah": 0, "rt": 0}),
        (2, {"officer": 0, "lurah": 120, "rt": 120}),
        (3, {"officer": 0, "lurah": 0, "rt": 0}),
    ],
)
def test_who_is_told_of_a_level_and_when(severity: int, seconds: dict[str, int]) -> None:
    due = due_at_level(severity, PEOPLE, now_ms=START_MS, policy=POLICY)
    assert {one.recipient.recipient_id: (one.due_ms - START_MS) // 1000 for one in due} == seconds


def test_nobody_is_told_of_less_than_they_asked_for() -> None:
    people = [person("petugas", Role.OFFICER, min_severity=3)]
    assert due_at_level(2, people, now_ms=START_MS, policy=POLICY) == []


def test_who_is_not_active_is_told_nothing() -> None:
    people = [person("petugas", Role.OFFICER, is_active=False)]
    assert due_at_level(3, people, now_ms=START_MS, policy=POLICY) == []


def test_a_step_of_escalation_calls_its_role() -> None:
    called = {
        step: [one.recipient.recipient_id for one in due_at_escalation(step, PEOPLE, now_ms=START_MS)]
        for step in Escalation
    }
    assert called == {Escalation.LOUDER: [], Escalation.LEAD: ["lead"], Escalation.ONCALL: ["oncall"]}


def test_silence_in_peace_is_told_to_nobody() -> None:
    assert due_at_silence(0, PEOPLE, now_ms=START_MS) == []
    assert [one.recipient.recipient_id for one in due_at_silence(1, PEOPLE, now_ms=START_MS)] == ["officer"]


def test_trouble_of_the_hub_is_told_to_those_who_can_mend_it() -> None:
    assert [one.recipient.recipient_id for one in due_at_hub_trouble(PEOPLE, now_ms=START_MS)] == ["officer", "lead"]
