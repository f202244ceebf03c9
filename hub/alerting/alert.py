"""An alert and its events, as values.

Times are UTC ms on the hub's (scaled) clock. `severity` is what people see; `water` is what the level rule says of
the river now. They differ while an Awas is latched or a fault speaks for a very high stage.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Raw, Struct

from contract.level.why import Cause
from contract.severity import Severity

COMMENT_LONGEST = 500
"""Characters of a person's words: what a phone shows without turning pages."""
WHY_LONGEST = 200
"""Characters of a reason: one line of a history."""

CLONE_CODE, RECORDS_LOST_CODE, SPOOL_REBORN_CODE = "clone", "records_lost", "spool_reborn"
CLAIM_COPIED_CODE = "claim_copied"
"""A used claim code came with another key; of the box that it was meant for."""
CERTIFICATE_CODE = "certificate_ends"
"""A box's certificate ends soon and was not renewed; over when it is, or when the box is revoked."""
EVENT_CODES = frozenset({CLONE_CODE, RECORDS_LOST_CODE, SPOOL_REBORN_CODE, CLAIM_COPIED_CODE})
"""Faults that tell what happened once: no box ever says that they are over, a person does by acknowledging them."""


CLOCK_CODE = "clock"
"""Of a hub alert: the hub's own clock is behind its boxes."""
BROKER_CODE = "broker"
"""Of a hub alert: the broker has not read which boxes to deny."""
BROKER_FILE_CODE = "broker_file"
"""Of a hub alert: the hub cannot write for the broker which boxes to deny."""
OWN_CERTIFICATE_CODE = "own_certificate"
"""Of a hub alert: a certificate of the hub itself ends soon, and with it every connection of every box."""


class AlertKind(StrEnum):
    """What an alert is about."""

    LEVEL = "level"
    SILENCE = "silence"
    FAULT = "fault"
    HUB = "hub"


class AlertState(StrEnum):
    """Where an alert stands with people."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class EventKind(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    ROSE = "rose"
    FELL = "fell"
    WATER_MOVED = "water_moved"
    """Under the latch: people still see Awas."""
    JOINED = "joined"
    """Another decision belongs to it."""
    NOTED = "noted"
    """Quality, staleness or thresholds changed, the severity did not."""
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    DOWNGRADED = "downgraded"
    BORNE_OUT = "borne_out"
    """A person stands for an Awas that the gauge alone may not give."""
    COMMENTED = "commented"
    SHELVED = "shelved"
    SHELF_ENDED = "shelf_ended"
    UNSHELVED = "unshelved"
    """Taken from the shelf by a person."""
    RT_TOLD = "rt_told"
    RESOLVED = "resolved"


class Escalation(StrEnum):
    """Who or what is next when nobody acknowledges."""

    LOUDER = "louder"
    LEAD = "lead"
    ONCALL = "oncall"


class Standing(Protocol):
    """How an alert stands, however it was read."""

    @property
    def kind(self) -> str:
        """Of `AlertKind`."""

    @property
    def state(self) -> str:
        """Of `AlertState`."""

    @property
    def severity(self) -> int:
        """What people see."""

    @property
    def water(self) -> int:
        """What the level rule says."""

    @property
    def floor(self) -> int:
        """What a fault speaks for."""

    @property
    def is_latched(self) -> bool:
        """Whether it is held at Awas."""

    @property
    def is_suspect(self) -> bool:
        """Whether quality control doubts the readings it rests on."""

    @property
    def borne_out_ms(self) -> int | None:
        """When a person stood for it."""


def may_be_borne_out(alert: Standing) -> bool:
    """Answer whether it waits for a person's word: "mungkin sangat tinggi", or Siaga and above by doubted readings."""
    if alert.kind != AlertKind.LEVEL or alert.state == AlertState.RESOLVED or alert.borne_out_ms is not None:
        return False
    is_hidden = alert.floor > 0 and alert.severity < Severity.AWAS
    return alert.severity >= Severity.SIAGA and (alert.is_suspect or is_hidden)


def has_water_fallen(alert: Standing) -> bool:
    """Answer whether the latch alone keeps people at Awas; not while a person's word stands against a failing gauge."""
    is_by_word = alert.borne_out_ms is not None and (alert.is_suspect or alert.floor > 0)
    return alert.is_latched and alert.water < alert.severity and not is_by_word


class Alert(Struct, frozen=True, kw_only=True):
    """One alert."""

    alert_id: str
    station_id: str | None
    node_id: str | None = None
    """Of a fault."""
    code: str | None = None
    """Of a fault."""
    kind: AlertKind
    severity: int = 0
    """0 to 3, what people see; 0 for faults and the hub itself; the one last known for a silence."""
    peak: int = 0
    """The highest severity that people ever saw."""
    peak_no: int = 1
    """Rises with the first rise after a fall; people are told of each."""
    has_fallen: bool = False
    """It has come down in truth since its newest rise."""
    water: int = 0
    floor: int = 0
    """Severity that a fault speaks for ("mungkin sangat tinggi"), 0 for none."""
    state: AlertState = AlertState.RAISED
    version: int = 0
    is_latched: bool = False
    is_stale: bool = False
    is_suspect: bool = False
    is_late: bool = False
    stage_cm: float | None = None
    raised_ms: int
    since_ms: int
    """From when the severity holds."""
    sample_ms: int | None = None
    """With the two below: of the newest rise."""
    decided_ms: int | None = None
    committed_ms: int | None = None
    acknowledged_ms: int | None = None
    acknowledged_by: str | None = None
    acknowledged_version: int | None = None
    resolved_ms: int | None = None
    next_escalation_ms: int | None = None
    escalation_step: int = 0
    """How many steps were taken since the newest rise."""
    shelved_until_ms: int | None = None
    shelved_by: str | None = None
    shelved_why: str | None = None
    borne_out_ms: int | None = None
    """When a person stood for its Awas; with the three below. None again after a downgrade."""
    borne_out_by: str | None = None
    borne_out_why: str | None = None
    borne_out_version: int | None = None
    """The version that this person saw."""
    rule_version: str = ""
    threshold_version: int = 0
    why: str = ""
    """One Indonesian sentence without a full stop."""

    @property
    def is_open(self) -> bool:
        """Whether it is not yet resolved."""
        return self.state is not AlertState.RESOLVED

    @property
    def is_event(self) -> bool:
        """Whether it tells of something that happened once, and ends when a person has seen it."""
        return self.kind is AlertKind.FAULT and self.code in EVENT_CODES


class DecisionRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stood behind an event that the level rule caused: enough to run the decision again."""

    inputs: Raw
    after: Raw
    cause: Cause | None
    from_severity: int | None
    severity: int | None
    stage_cm: float | None
    flag: int
    decision_id: str | None
    sample_ms: int | None
    decided_ms: int | None
    committed_ms: int
    is_late: bool = False


class AlertEvent(Struct, frozen=True, kw_only=True):
    """One line of an alert's history; never changed."""

    alert_id: str
    n: int
    """From 1."""
    at_ms: int
    kind: EventKind
    severity: int
    """What people saw after it."""
    version: int
    by_whom: str
    """A person's name; `aturan`, `waktu` or `alat` where no person acted."""
    why: str
    """One Indonesian sentence without a full stop."""
    rule_version: str
    threshold_version: int
    inputs: bytes | None
    """JSON of `DecisionRecord` where the level rule spoke."""
    text: str = ""
    """A person's own words."""
