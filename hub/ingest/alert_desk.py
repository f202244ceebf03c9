"""What ingest needs of the alerts. `hub.alerting.desk` has this form; tests give one that writes down what it hears."""

from typing import Protocol

from hub.alerting.events import StationChange
from hub.alerting.policy import AlertPolicy
from hub.storage.connection import Connection


class AlertDesk(Protocol):
    """Every function stands inside a write; the caller commits."""

    def on_station_change(self, connection: Connection, change: StationChange, *, policy: AlertPolicy) -> None:
        """A level, or what is known of its quality, has changed."""

    def on_silence(
        self,
        connection: Connection,
        station_id: str,
        *,
        silent_since_ms: int,
        now_ms: int,
        last_severity: int | None,
        policy: AlertPolicy,
    ) -> None:
        """A station has fallen silent."""

    def on_voice(self, connection: Connection, station_id: str, *, now_ms: int, policy: AlertPolicy) -> None:
        """A silent station speaks again."""

    def on_fault(
        self,
        connection: Connection,
        *,
        station_id: str | None,
        node_id: str,
        code: str,
        active: bool,
        text: str,
        at_ms: int,
        now_ms: int,
        policy: AlertPolicy,
    ) -> None:
        """A fault of a box has begun or ended."""

    def on_hub_trouble(
        self, connection: Connection, *, since_ms: int, why: str, now_ms: int, policy: AlertPolicy, code: str = ...
    ) -> None:
        """The hub itself has a trouble; without a code: it takes in nothing."""

    def on_hub_well(
        self, connection: Connection, *, why: str, now_ms: int, policy: AlertPolicy, code: str = ...
    ) -> None:
        """It is over."""

    def tick(self, connection: Connection, *, now_ms: int, policy: AlertPolicy) -> None:
        """Do what time alone brings."""
