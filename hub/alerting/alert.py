"""An alert and its events, as values.

Times are UTC ms on the hub's (scaled) clock. `severity` is what people see; `water` is what the level rule says of
the river now. They differ while an Awas is latched or a fault speaks for a very high stage.
"""

from enum import StrEnum

from msgspec import Raw, Struct

from contract.level.why import Cause

CLONE_CODE, RECORDS_LOST_CODE, SPOOL_REBORN_CODE = "clone", "records_lost", "spool_reborn"
EVENT_CODES = frozenset({CLONE_CODE, RECORDS_LOST_CODE, SPOOL_REBORN_CODE})
"""Faults that tell what happened once: no box ever says that they are over, a person does by acknowledging them."""


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
    COMMENTED = "commented"
    SHELVED = "shelved"
    SHELF_ENDED = "shelf_ended"
    RT_TOLD = "rt_told"
    RESOLVED = "resolved"


class Escalation(StrEnum):
    """Who or what is next when nobody acknowledges."""

    LOUDER = "louder"
    LEAD = "lead"
    ONCALL = "oncall"


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

    @property
    def has_water_fallen(self) -> bool:
        """Whether the latch alone keeps people at Awas."""
        return self.is_latched and self.water < self.severity


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
