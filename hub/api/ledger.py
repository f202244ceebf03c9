"""The times of one alert, from the sensor to a person who has read it and one who has acknowledged.

Times stand on the hub's scaled clock; the seconds shown are real: scaled differences divided by the rate. A hop that
has not been reached, or was never told, stands there without a time.
"""

from collections.abc import Iterable, Sequence

from hub.api.shapes.alert import Hop, HopName, Ledger, Receipt
from hub.storage.board.alerts import AlertRow
from hub.storage.board.deliveries import DeliveryRow

_BEGINS_WITH: dict[str, str] = {
    "decided": "sample",
    "committed": "decided",
    "handed": "committed",
    "read": "handed",
    "acknowledged": "committed",
}
"""The hop whose end is the beginning of this one; an operator acknowledges what the wall shows, not a message."""


def ledger_of(alert: AlertRow, messages: Sequence[DeliveryRow], *, rate: float) -> Ledger:
    """Return the ledger of the alert's newest rise.

    Args:
        alert: as it stands.
        messages: all it ever owed; those about its peak count.
        rate: scaled seconds per real second.
    """
    about_now = [message for message in messages if message.severity == alert.peak]
    times: list[tuple[HopName, int | None]] = [
        ("sample", alert.sample_ms),
        ("decided", alert.decided_ms),
        ("committed", alert.committed_ms),
        ("handed", _first(message.handed_ms for message in about_now)),
        ("read", _first(message.read_ms for message in about_now)),
        ("acknowledged", alert.acknowledged_ms),
    ]
    return Ledger(
        alert_id=alert.alert_id,
        severity=alert.severity,
        station_name=alert.station_name,
        is_open=alert.resolved_ms is None,
        hops=tuple(_hops(times, rate=rate)),
        receipts=tuple(_receipt(message, alert.sample_ms, rate=rate) for message in about_now),
    )


def _first(times: Iterable[int | None]) -> int | None:
    return min((at_ms for at_ms in times if at_ms is not None), default=None)


def _hops(times: Sequence[tuple[HopName, int | None]], *, rate: float) -> Iterable[Hop]:
    known: dict[str, int | None] = {}
    for name, at_ms in times:
        begins = known.get(_BEGINS_WITH.get(name, ""))
        yield Hop(hop=name, at_ms=at_ms, seconds=_seconds(begins, at_ms, rate=rate))
        known[name] = at_ms


def _receipt(message: DeliveryRow, sample_ms: int | None, *, rate: float) -> Receipt:
    return Receipt.model_validate(
        {name: getattr(message, name) for name in ("recipient", "role", "channel", "state", "error")}
        | {
            "handed_s": _seconds(sample_ms, message.handed_ms, rate=rate),
            "read_s": _seconds(sample_ms, message.read_ms, rate=rate),
        }
    )


def _seconds(start_ms: int | None, end_ms: int | None, *, rate: float) -> float | None:
    """Return real seconds between two scaled times."""
    return None if start_ms is None or end_ms is None else round((end_ms - start_ms) / 1000 / rate, 2)
