"""Messages owed to people, with the names of those people."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read

_SQL = """
SELECT d.delivery_id, d.alert_id, d.peak_no, d.severity, d.recipient_id, d.channel, d.state, d.due_ms, d.attempts,
       d.created_ms, d.handed_ms, d.read_ms, d.error, d.text,
       coalesce(r.name, d.recipient_id) AS recipient, coalesce(r.role, '') AS role,
       coalesce(r.target, '') AS target
FROM deliveries AS d LEFT JOIN recipients AS r USING (recipient_id)
"""


class DeliveryRow(Struct, frozen=True, kw_only=True):
    """One message to one person; times UTC ms."""

    delivery_id: str
    alert_id: str
    peak_no: int
    severity: int
    recipient_id: str
    recipient: str
    role: str
    target: str
    """In full: masked before it is shown."""
    channel: str
    state: str
    due_ms: int | None
    attempts: int
    created_ms: int
    handed_ms: int | None
    read_ms: int | None
    error: str
    text: str


def of_alert(connection: Connection, alert_id: str) -> list[DeliveryRow]:
    """Return all messages of an alert in the order in which they were made."""
    return read(connection, f"{_SQL} WHERE d.alert_id = ? ORDER BY d.created_ms, d.rowid", (alert_id,), DeliveryRow)


def deliveries(connection: Connection, *, state: str | None, alert_id: str | None, limit: int) -> list[DeliveryRow]:
    """Return the newest messages, newest first, optionally of a state or an alert."""
    wanted = [(c, v) for c, v in (("d.state = ?", state), ("d.alert_id = ?", alert_id)) if v is not None]
    where = "WHERE " + " AND ".join(clause for clause, _ in wanted) if wanted else ""
    values = [value for _, value in wanted]
    sql = f"{_SQL} {where} ORDER BY d.created_ms DESC, d.rowid DESC LIMIT ?"
    return read(connection, sql, (*values, limit), DeliveryRow)
