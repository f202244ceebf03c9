"""Alerts, their history, the messages they owe and the times of each hop."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.alerting.alert import COMMENT_LONGEST, WHY_LONGEST, has_water_fallen, may_be_borne_out
from hub.api.numbers import shown_words
from hub.api.shapes.shape import Shape
from hub.audit.masking import masked_target, masked_text, masked_words
from hub.storage.board.alerts import AlertRow, EventRow
from hub.storage.board.deliveries import DeliveryRow

AlertKind = Literal["level", "silence", "fault", "hub"]
AlertStateWord = Literal["raised", "acknowledged", "resolved"]
DeliveryStateWord = Literal["owed", "sending", "handed", "read", "failed", "withdrawn"]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=WHY_LONGEST)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=COMMENT_LONGEST)]
SHELF_LONGEST_MIN = 24 * 60
"""No city shelves for longer than a day; its own bounds are shorter."""
HopName = Literal["sample", "decided", "committed", "handed", "read", "acknowledged"]


class Alert(Shape):
    """One alert as it stands."""

    id: str
    station_id: str | None
    station_name: str
    river: str
    kind: AlertKind
    node_id: str | None
    code: str | None = Field(description="Of a fault")
    severity: int = Field(description="0 to 3, what people see; the one last known for a silence, 0 for other faults")
    peak: int
    water: int = Field(description="What the level rule says of the river now; lower than severity while latched")
    state: AlertStateWord
    version: int = Field(description="Send it back as seen_version when acknowledging")
    is_latched: bool = Field(description="An Awas stays until a person confirms that it may fall")
    is_late: bool = Field(description="The level was crossed while the link was away")
    raised_ms: int
    since_ms: int | None
    sample_ms: int | None
    decided_ms: int | None
    committed_ms: int | None
    acknowledged_ms: int | None
    acknowledged_by: str | None
    resolved_ms: int | None
    next_escalation_ms: int | None
    escalation_step: int
    shelved_until_ms: int | None = Field(description="Put aside on the wall until then; never at Awas")
    shelved_by: str | None
    shelved_why: str | None
    may_be_borne_out: bool = Field(description="It waits for a person's word: the gauge alone may not say Awas")
    borne_out_ms: int | None = Field(description="When a person stood for its Awas")
    borne_out_by: str | None
    borne_out_why: str | None
    has_water_fallen: bool = Field(description="The latch alone keeps it at Awas")
    rule_version: str
    threshold_version: int
    threshold_cm: float | None = Field(description="Raise value of the severity in the threshold version used")
    why: str = Field(description="One Indonesian sentence")


class AlertEvent(Shape):
    """One line of an alert's history."""

    n: int
    at_ms: int
    kind: str
    severity: int | None
    version: int
    by_whom: str
    why: str
    text: str
    rule_version: str | None
    threshold_version: int | None


class Delivery(Shape):
    """One message to one person."""

    id: str
    alert_id: str
    peak_no: int = Field(description="From 1; an alert that fell and rises again is told anew")
    severity: int
    recipient_id: str
    recipient: str
    role: str
    channel: str
    target: str = Field(description="Address in the channel, masked; in full by POST of its number, with the right to")
    state: DeliveryStateWord
    due_ms: int | None
    attempts: int
    created_ms: int
    handed_ms: int | None
    read_ms: int | None
    error: str
    text: str


class SeenNumber(Shape):
    """Where a message went, in full; that it was asked for stands in the audit log."""

    delivery_id: str
    recipient_id: str
    recipient: str
    channel: str
    target: str


class Hop(Shape):
    """One station of the way from the sensor to a person; nulls where it has not been reached."""

    hop: HopName
    at_ms: int | None
    seconds: float | None = Field(
        description="Real seconds since the hop that it follows; null where either is not known"
    )


class Receipt(Shape):
    """What became of the message to one person; seconds are real, since the reading."""

    recipient: str
    role: str
    channel: str
    state: DeliveryStateWord
    handed_s: float | None
    read_s: float | None
    error: str


class Ledger(Shape):
    """The times of one alert: the way of its reading to the first person, and every person's receipt."""

    alert_id: str
    severity: int
    station_name: str
    is_open: bool
    hops: tuple[Hop, ...]
    receipts: tuple[Receipt, ...]


class AlertDetail(Alert):
    """An alert with everything that stands behind it."""

    events: tuple[AlertEvent, ...]
    deliveries: tuple[Delivery, ...]
    ledger: Ledger


class Acknowledge(Shape):
    """What a person confirms to have seen."""

    seen_version: int = Field(ge=0, description="The alert's version as it was shown")


class Comment(Shape):
    """A person's words about an alert."""

    text: Words
    seen_version: int | None = Field(
        default=None,
        ge=0,
        description="May be left out; where given, refused for another version",
    )


class Shelve(Acknowledge):
    """For how long an alert is put aside, and why."""

    minutes: int = Field(ge=1, le=SHELF_LONGEST_MIN, description="From now; the city allows fewer, at Siaga an hour")
    why: Why


class BearOut(Acknowledge):
    """Why a person stands for an Awas that the gauge alone may not give."""

    why: Why


def alert_of(row: AlertRow) -> Alert:
    """Return a row in the API's form."""
    return Alert.model_validate(alert_values(row))


def alert_values(row: AlertRow) -> dict[str, object]:
    """Return the members of an `Alert` for a row."""
    limits = row.raise_cm or ()
    threshold_cm = limits[row.severity - 1] if 1 <= row.severity <= len(limits) else None
    made = {
        "id": row.alert_id,
        "threshold_cm": threshold_cm,
        "may_be_borne_out": may_be_borne_out(row),
        "has_water_fallen": has_water_fallen(row),
        "shelved_why": None if row.shelved_why is None else masked_words(row.shelved_why),
        "borne_out_why": None if row.borne_out_why is None else masked_words(row.borne_out_why),
    }
    return {name: getattr(row, name) for name in Alert.model_fields if name not in made} | made


def event_of(row: EventRow) -> AlertEvent:
    """Return a row in the API's form."""
    values = {name: getattr(row, name) for name in AlertEvent.model_fields}
    said = {name: shown_words(getattr(row, name), kind=row.kind) for name in ("why", "text")}
    return AlertEvent.model_validate(values | said)


def delivery_of(row: DeliveryRow) -> Delivery:
    """Return a row in the API's form; its token, the right to read it, stays inside."""
    values = {name: getattr(row, name) for name in Delivery.model_fields if name != "id"}
    masked = {"target": masked_target(row.target), "error": masked_text(row.error)}
    return Delivery.model_validate(values | masked | {"id": row.delivery_id})
