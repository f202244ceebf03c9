"""Tells in the terminal what the demo has reached: each new severity, and each person who has read a message."""

import logging

from contract.clock import Clock
from hub.alerting.alert import Alert, AlertKind
from hub.storage import alerts, deliveries
from hub.storage.connection import Connection

log = logging.getLogger("demo")

OTHER_WORDS = {AlertKind.SILENCE: "diam", AlertKind.FAULT: "gangguan", AlertKind.HUB: "pusat"}
"""What is told of alerts that are not about the water."""


class Teller:
    """Says each thing once, with the real seconds since the demo's start."""

    def __init__(self, connection: Connection, *, clock: Clock, words: dict[int, str]) -> None:
        """Read from `connection`; name severities by `words`."""
        self._connection = connection
        self._clock = clock
        self._words = words
        self._started_real_ms = clock.real_ms()
        self._severities = {alert.alert_id: alert.severity for alert in alerts.list_open(connection)}
        self._read = {delivery_id for delivery_id, _, _ in self._read_now()}

    def look(self) -> None:
        """Say what is new since the last look."""
        seconds = (self._clock.real_ms() - self._started_real_ms) / 1000
        for alert in alerts.list_open(self._connection):
            if alert.severity != self._severities.get(alert.alert_id):
                self._severities[alert.alert_id] = alert.severity
                log.info(
                    "%6.1f dtk  %-8s %s  %s  (%s)",
                    seconds,
                    self._word(alert).upper(),
                    alert.station_id or alert.node_id or "",
                    alert.why,
                    alert.alert_id,
                )
        for delivery_id, recipient_id, alert_id in self._read_now():
            if delivery_id not in self._read:
                self._read.add(delivery_id)
                log.info("%6.1f dtk  SUDAH DIBACA oleh %s (%s)", seconds, recipient_id, alert_id)

    def _word(self, alert: Alert) -> str:
        return OTHER_WORDS.get(alert.kind) or self._words[alert.severity]

    def _read_now(self) -> list[tuple[str, str, str]]:
        """Return (delivery, recipient, alert) of every message of an open alert that a person has read."""
        return [
            (row.delivery_id, row.recipient_id, alert.alert_id)
            for alert in alerts.list_open(self._connection)
            for row in deliveries.of_alert(self._connection, alert.alert_id)
            if row.read_ms is not None
        ]
