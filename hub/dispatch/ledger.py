"""The way of an alert in seconds: sample, box decision, commit, handed over, read, acknowledged.

Of the newest rise, with the messages made since. Times stand on the hub's scaled clock; seconds are real: scaled
differences divided by the rate. A hop that was not reached, or never told, stands there without time and seconds.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from hub.alerting.alert import Alert, AlertEvent
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.storage import alerts, deliveries
from hub.storage.connection import Connection


class HopName(StrEnum):
    """The hops in their order."""

    SAMPLE = "sample"
    DECIDED = "decided"
    COMMITTED = "committed"
    HANDED = "handed"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"


_BEGINS_WITH = {
    HopName.DECIDED: HopName.SAMPLE,
    HopName.COMMITTED: HopName.DECIDED,
    HopName.HANDED: HopName.COMMITTED,
    HopName.READ: HopName.HANDED,
    HopName.ACKNOWLEDGED: HopName.COMMITTED,
}
"""An operator acknowledges what the wall shows, not a message."""


class Hop(Struct, frozen=True, kw_only=True):
    """One hop; `at_ms` and `seconds` are None where it is missing."""

    name: HopName
    at_ms: int | None
    seconds: float | None
    """Real seconds since the hop it begins with; None also where that one is missing."""


class Ledger(Struct, frozen=True, kw_only=True):
    """All hops of the newest rise, and how far the messages of the present peak have come."""

    hops: tuple[Hop, ...]
    waiting: int
    handed: int
    """Taken by a channel, read or not."""
    read: int
    failed: int


class AlertWithLedger(Struct, frozen=True, kw_only=True):
    """Everything about one alert."""

    alert: Alert
    ledger: Ledger
    events: list[AlertEvent]
    decisions: list[str]
    deliveries: list[Delivery]


def ledger_of(alert: Alert, messages: Sequence[Delivery], *, rate: float) -> Ledger:
    """Return the ledger of the alert's newest rise.

    Args:
        alert: as it stands.
        messages: all that were made for it.
        rate: scaled seconds per real second.
    """
    begun_ms = alert.committed_ms if alert.committed_ms is not None else alert.raised_ms
    present = of_peak(messages, peak_no=alert.peak_no)
    of_rise = [message for message in messages if message.severity > 0 and message.created_ms >= begun_ms]
    times = {
        HopName.SAMPLE: alert.sample_ms,
        HopName.DECIDED: alert.decided_ms,
        HopName.COMMITTED: alert.committed_ms,
        HopName.HANDED: _first(message.handed_ms for message in of_rise),
        HopName.READ: _first(message.read_ms for message in of_rise),
        HopName.ACKNOWLEDGED: alert.acknowledged_ms,
    }
    states = [message.state for message in present]
    return Ledger(
        hops=tuple(
            Hop(name=name, at_ms=at_ms, seconds=_seconds(times.get(_BEGINS_WITH.get(name, name)), at_ms, name, rate))
            for name, at_ms in times.items()
        ),
        waiting=sum(1 for state in states if state in {DeliveryState.OWED, DeliveryState.SENDING}),
        handed=sum(1 for state in states if state in {DeliveryState.HANDED, DeliveryState.READ}),
        read=states.count(DeliveryState.READ),
        failed=states.count(DeliveryState.FAILED),
    )


def of_peak(messages: Sequence[Delivery], *, peak_no: int) -> list[Delivery]:
    """Return the warnings of a peak's highest severity, one for each person and channel."""
    warnings = [message for message in messages if message.peak_no == peak_no and message.severity > 0]
    highest = max((message.severity for message in warnings), default=0)
    return [message for message in warnings if message.severity == highest]


def alert_with_ledger(connection: Connection, alert_id: str, *, rate: float) -> AlertWithLedger | None:
    """Return an alert with its history, decisions, messages and ledger, or None if there is no such alert."""
    alert = alerts.one(connection, alert_id)
    if alert is None:
        return None
    messages = deliveries.of_alert(connection, alert_id)
    return AlertWithLedger(
        alert=alert,
        ledger=ledger_of(alert, messages, rate=rate),
        events=alerts.events(connection, alert_id),
        decisions=list(alerts.decisions(connection, alert_id)),
        deliveries=messages,
    )


def _first(times: Iterable[int | None]) -> int | None:
    return min((at_ms for at_ms in times if at_ms is not None), default=None)


def _seconds(begins_ms: int | None, at_ms: int | None, name: HopName, rate: float) -> float | None:
    if name not in _BEGINS_WITH or begins_ms is None or at_ms is None:
        return None
    return round((at_ms - begins_ms) / 1000 / rate, 3)
