"""The times of one alert in the API's form: its hops, and what became of each person's message."""

from hub.api.shapes.alert import Hop, Ledger, Receipt
from hub.audit.masking import masked_text
from hub.dispatch import ledger as dispatch_ledger
from hub.storage import alerts, deliveries
from hub.storage.board import deliveries as board_deliveries
from hub.storage.board.alerts import AlertRow
from hub.storage.board.deliveries import DeliveryRow
from hub.storage.connection import Connection


def ledger_of(connection: Connection, row: AlertRow, *, rate: float) -> Ledger:
    """Return the hops of the alert's newest rise, the receipts of its present peak.

    Args:
        connection: to read with.
        row: of the alert.
        rate: scaled seconds per real second.
    """
    alert = alerts.one(connection, row.alert_id)
    messages = deliveries.of_alert(connection, row.alert_id)
    hops = () if alert is None else dispatch_ledger.ledger_of(alert, messages, rate=rate).hops
    of_peak = () if alert is None else dispatch_ledger.of_peak(messages, peak_no=alert.peak_no)
    present = {message.delivery_id for message in of_peak}
    named = board_deliveries.of_alert(connection, row.alert_id)
    return Ledger(
        alert_id=row.alert_id,
        severity=row.peak if row.state == "resolved" else row.severity,
        station_name=row.station_name,
        is_open=row.resolved_ms is None,
        hops=tuple(Hop(hop=hop.name.value, at_ms=hop.at_ms, seconds=hop.seconds) for hop in hops),
        receipts=tuple(_receipt(one, row.sample_ms, rate=rate) for one in named if one.delivery_id in present),
    )


def _receipt(message: DeliveryRow, sample_ms: int | None, *, rate: float) -> Receipt:
    return Receipt.model_validate(
        {name: getattr(message, name) for name in ("recipient", "role", "channel", "state")}
        | {
            "error": masked_text(message.error),
            "handed_s": _seconds(sample_ms, message.handed_ms, rate=rate),
            "read_s": _seconds(sample_ms, message.read_ms, rate=rate),
        }
    )


def _seconds(start_ms: int | None, end_ms: int | None, *, rate: float) -> float | None:
    """Return real seconds between two scaled times; None where the end was before this rise began."""
    if start_ms is None or end_ms is None or end_ms < start_ms:
        return None
    return round((end_ms - start_ms) / 1000 / rate, 2)
