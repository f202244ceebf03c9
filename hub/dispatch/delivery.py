"""One message owed to one person, as a value. It only ever moves forward.

    owed -> sending -> failed | withdrawn -> handed -> read

Each move goes to the right, steps may be left out. `failed` and `withdrawn` can still become `handed` or `read`: an
attempt believed lost, or under way when the message was called back, may have reached its person after all.
"""

from enum import StrEnum

from msgspec import Struct


class DeliveryState(StrEnum):
    """How far a message has come."""

    OWED = "owed"
    SENDING = "sending"
    """At least one attempt was begun; nothing says yet that one was taken."""
    FAILED = "failed"
    """Given up."""
    WITHDRAWN = "withdrawn"
    """Called back: what it warned of is over or is told by a newer message."""
    HANDED = "handed"
    """Taken by the channel; no person has said to have seen it."""
    READ = "read"
    """A person has."""


WAITING = (DeliveryState.OWED, DeliveryState.SENDING)

_RANK = {
    DeliveryState.OWED: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.FAILED: 2,
    DeliveryState.WITHDRAWN: 2,
    DeliveryState.HANDED: 3,
    DeliveryState.READ: 4,
}


def is_forward(before: DeliveryState, after: DeliveryState) -> bool:
    """Whether a message may move from `before` to `after`."""
    return _RANK[after] > _RANK[before]


def earlier_than(state: DeliveryState) -> tuple[DeliveryState, ...]:
    """Return the states from which a message may move to `state`."""
    return tuple(before for before in DeliveryState if is_forward(before, state))


class Delivery(Struct, frozen=True, kw_only=True):
    """One message to one person about one severity in one peak of an alert.

    Times are UTC ms on the hub's (scaled) clock.
    """

    delivery_id: str
    """The receiver tells a repeated message by it."""
    alert_id: str
    peak_no: int = 1
    """Of the alert: one that fell and rises again is told anew."""
    severity: int
    """That it tells of; 0 is the all-clear."""
    recipient_id: str
    channel: str
    state: DeliveryState = DeliveryState.OWED
    due_ms: int | None
    """None: held back while what it warns of is not so."""
    attempts: int = 0
    next_try_real_ms: int | None = None
    """Real clock of this boot of the machine."""
    token: str
    """The right to read it and to say so."""
    text: str
    sms: str = ""
    created_ms: int
    handed_ms: int | None = None
    read_ms: int | None = None
    error: str = ""
    """Of the newest attempt that was not taken."""
