"""A station's hour at the desk of the alerts: each call is one transaction, at seconds after the start."""

from hub.alerting import desk
from hub.alerting.alert import Alert, EventKind
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch.delivery import Delivery
from hub.storage import alerts, deliveries
from hub.storage.connection import Connection, write
from tests.support.alerts import NODE, START_MS, STATION, change, person

POLICY = AlertPolicy()
EVERYBODY = (
    person("petugas", Role.OFFICER),
    person("lurah", Role.LURAH, min_severity=2),
    person("rt-1", Role.RT, min_severity=2),
    person("rt-2", Role.RT, min_severity=3),
    person("regu", Role.LEAD),
    person("piket", Role.ONCALL),
)


class Hour:
    """A station's hour: each call is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def level(self, severity: int | None, *, at_s: float = 0, **more: object) -> None:
        with write(self.connection):
            told = change(severity, at_ms=START_MS + round(1000 * at_s), **more)  # type: ignore[arg-type]
            desk.on_station_change(self.connection, told, policy=POLICY)

    def silence(self, *, last: int | None, at_s: float = 0) -> None:
        with write(self.connection):
            now_ms = START_MS + round(1000 * at_s)
            desk.on_silence(
                self.connection,
                STATION,
                silent_since_ms=now_ms - 180_000,
                now_ms=now_ms,
                last_severity=last,
                policy=POLICY,
            )

    def voice(self, *, at_s: float) -> None:
        with write(self.connection):
            desk.on_voice(self.connection, STATION, now_ms=START_MS + round(1000 * at_s), policy=POLICY)

    def fault(self, code: str, *, active: bool, at_s: float = 0) -> None:
        with write(self.connection):
            now_ms = START_MS + round(1000 * at_s)
            desk.on_fault(
                self.connection,
                station_id=STATION,
                node_id=NODE,
                code=code,
                active=active,
                text="gema hilang saat air naik",
                at_ms=now_ms - 200,
                now_ms=now_ms,
                policy=POLICY,
            )

    def tick(self, *, at_s: float) -> None:
        with write(self.connection):
            desk.tick(self.connection, now_ms=START_MS + round(1000 * at_s), policy=POLICY)

    def alert(self) -> Alert:
        (alert,) = alerts.list_open(self.connection)
        return alert

    def only(self) -> Alert:
        (row,) = self.connection.execute("SELECT alert_id FROM alerts").fetchall()
        found = alerts.one(self.connection, row[0])
        assert found is not None
        return found

    def deliveries(self, *, severity: int) -> dict[str, Delivery]:
        rows = deliveries.of_alert(self.connection, self.only().alert_id)
        return {row.recipient_id: row for row in rows if row.severity == severity}

    def history(self) -> list[EventKind]:
        return [event.kind for event in alerts.events(self.connection, self.only().alert_id)]
