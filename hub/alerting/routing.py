"""Who is told of what, and when. Pure.

The rules:

1. Awas goes at once to the officers, lurah and RT heads on the station's list.
2. Siaga goes at once to the officers; to lurah and RT heads after `rt_after_s`, or at once on an officer's tap.
3. Waspada goes at once to those of them whose least severity is Waspada.
4. Nobody is told of less than their least severity.
5. Shift lead and BPBD on call are told by escalation alone.
6. Silence at a severity above 0 is told to the officers; trouble of the hub itself to officers and shift leads.
7. The all-clear goes to everybody whom a warning may have reached.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from contract.severity import Severity
from hub.alerting.alert import Escalation
from hub.alerting.policy import AlertPolicy

ALL_STATIONS = "*"
"""In a recipient's list: every station."""

NOTICE_SEVERITY = int(Severity.WASPADA)
"""What a notice of the hub's own trouble counts as in the key of a delivery; 0 is the all-clear's."""


class Role(StrEnum):
    """What a recipient does in a flood."""

    OFFICER = "officer"
    LURAH = "lurah"
    RT = "rt"
    LEAD = "lead"
    ONCALL = "oncall"


NEIGHBOURHOOD = frozenset({Role.LURAH, Role.RT})
_BY_LEVEL = NEIGHBOURHOOD | {Role.OFFICER}
_BY_ESCALATION = {Escalation.LEAD: Role.LEAD, Escalation.ONCALL: Role.ONCALL}


class Recipient(Struct, frozen=True, kw_only=True):
    """A named person who is told, and how."""

    recipient_id: str
    name: str
    role: Role
    channel: str
    target: str
    """Address in the channel; for a webhook its URL."""
    min_severity: int = int(Severity.WASPADA)
    is_active: bool = True


class Due(Struct, frozen=True, kw_only=True):
    """Somebody who is to be told, and from when on."""

    recipient: Recipient
    due_ms: int


def due_at_level(severity: int, recipients: Iterable[Recipient], *, now_ms: int, policy: AlertPolicy) -> list[Due]:
    """Return who is to be told that people now see `severity`, 1 to 3.

    Args:
        severity: of the rise.
        recipients: on the station's list.
        now_ms: time of the rise.
        policy: of the city.
    """
    held_ms = round(1000 * policy.rt_after_s) if severity == Severity.SIAGA else 0
    return [
        Due(recipient=person, due_ms=now_ms + (held_ms if person.role in NEIGHBOURHOOD else 0))
        for person in recipients
        if person.is_active and person.role in _BY_LEVEL and severity >= person.min_severity
    ]


def due_at_escalation(step: Escalation, recipients: Iterable[Recipient], *, now_ms: int) -> list[Due]:
    """Return whom a step of escalation calls; nobody where the wall only gets louder."""
    role = _BY_ESCALATION.get(step)
    return [Due(recipient=person, due_ms=now_ms) for person in recipients if person.is_active and person.role == role]


def due_at_silence(last_severity: int, recipients: Iterable[Recipient], *, now_ms: int) -> list[Due]:
    """Return who is to be told that a station whose last severity was above 0 has fallen silent."""
    if last_severity == Severity.NORMAL:
        return []
    return [
        Due(recipient=person, due_ms=now_ms)
        for person in recipients
        if person.is_active and person.role is Role.OFFICER and last_severity >= person.min_severity
    ]


def due_at_hub_trouble(recipients: Iterable[Recipient], *, now_ms: int) -> list[Due]:
    """Return who is to be told that the hub itself is in trouble."""
    return [
        Due(recipient=person, due_ms=now_ms)
        for person in recipients
        if person.is_active and person.role in {Role.OFFICER, Role.LEAD}
    ]
