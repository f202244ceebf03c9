"""A desk that writes down what ingest tells the alerts, in place of the alerts."""
# ruff: noqa: ARG002 - the arguments are those that ingest gives

from dataclasses import dataclass, field
from typing import Any

from hub.alerting.events import StationChange
from hub.alerting.policy import AlertPolicy
from hub.storage.connection import Connection


@dataclass
class RecordingDesk:
    """Has the form of `hub.alerting.desk`; `raises` makes it fail."""

    changes: list[StationChange] = field(default_factory=list)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ticks: int = 0
    raises: Exception | None = None

    def _note(self, what: str, **values: Any) -> None:
        if self.raises is not None:
            raise self.raises
        self.heard.append((what, values))

    def told(self, what: str) -> list[dict[str, Any]]:
        """Return what was said under this name."""
        return [values for name, values in self.heard if name == what]

    def on_station_change(self, connection: Connection, change: StationChange, *, policy: AlertPolicy) -> None:
        """Write it down."""
        self._note("station_change", change=change)
        self.changes.append(change)

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
        """Write it down."""
        self._note("silence", station_id=station_id, since_ms=silent_since_ms, last_severity=last_severity)

    def on_voice(self, connection: Connection, station_id: str, *, now_ms: int, policy: AlertPolicy) -> None:
        """Write it down."""
        self._note("voice", station_id=station_id)

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
        """Write it down."""
        self._note("fault", station_id=station_id, node_id=node_id, code=code, active=active, text=text, at_ms=at_ms)

    def on_hub_trouble(
        self, connection: Connection, *, since_ms: int, why: str, now_ms: int, policy: AlertPolicy
    ) -> None:
        """Write it down."""
        self._note("hub_trouble", since_ms=since_ms, why=why)

    def on_hub_well(self, connection: Connection, *, why: str, now_ms: int, policy: AlertPolicy) -> None:
        """Write it down."""
        self._note("hub_well", why=why)

    def tick(self, connection: Connection, *, now_ms: int, policy: AlertPolicy) -> None:
        """Count it."""
        if self.raises is not None:
            raise self.raises
        self.ticks += 1
