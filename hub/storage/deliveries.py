"""Messages owed to people. A row only ever moves forward: every change of state names the states it may come from."""

from collections.abc import Iterable

from msgspec import Struct

from hub.dispatch.delivery import Delivery, DeliveryState, earlier_than
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one

_COLUMNS = Delivery.__struct_fields__
_SELECT = f"SELECT {columns_of(Delivery)} FROM deliveries"  # noqa: S608 - our own column names
_OWE = (
    f"INSERT INTO deliveries ({columns_of(Delivery)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - as above
    " ON CONFLICT (alert_id, peak_no, severity, recipient_id, channel) DO UPDATE SET due_ms = excluded.due_ms,"
    " text = iif(attempts = 0, excluded.text, text), sms = iif(attempts = 0, excluded.sms, sms)"
    " WHERE due_ms IS NULL AND state IN ('owed', 'sending')"
)
_MOVES = {
    state: "UPDATE deliveries SET state = ?, handed_ms = coalesce(handed_ms, ?), read_ms = coalesce(read_ms, ?),"  # noqa: S608
    " error = coalesce(?, error) WHERE delivery_id = ?"
    f" AND state IN ({', '.join(repr(before.value) for before in earlier_than(state))})"
    for state in DeliveryState
}


_WAITING = """
SELECT delivery_id, recipient_id, channel, target, state, due_ms, attempts, severity FROM (
    SELECT d.delivery_id, d.recipient_id, d.channel, r.target, d.state, d.due_ms, d.attempts, d.severity,
           row_number() OVER (
               PARTITION BY d.channel, r.target ORDER BY d.state, d.severity DESC, d.due_ms, d.delivery_id
           ) AS place
    FROM deliveries AS d LEFT JOIN recipients AS r USING (recipient_id)
    WHERE d.state IN ('owed', 'sending') AND d.due_ms <= ? AND coalesce(d.next_try_real_ms, 0) <= ?)
WHERE place <= ? ORDER BY state, severity DESC, due_ms, delivery_id
"""


class Waiting(Struct, frozen=True, kw_only=True):
    """A message that is due, as the dispatcher weighs it."""

    delivery_id: str
    recipient_id: str
    channel: str
    target: str | None
    """None: the recipient is gone."""
    state: DeliveryState
    due_ms: int
    attempts: int
    severity: int


def owe_all(connection: Connection, messages: Iterable[Delivery]) -> int:
    """Write messages down that are new to their (alert, peak, severity, recipient, channel); return how many.

    One that is held back there is let go instead, with the new words unless the old ones were sent already, and
    counts. Any other stays as it is: nobody is told of a severity twice in a peak.
    """
    values = [[getattr(message, name) for name in _COLUMNS] for message in messages]
    return connection.executemany(_OWE, values).rowcount if values else 0


def one(connection: Connection, delivery_id: str) -> Delivery | None:
    """Return the message, or None."""
    return read_one(connection, f"{_SELECT} WHERE delivery_id = ?", (delivery_id,), Delivery)


def by_token(connection: Connection, token: str) -> Delivery | None:
    """Return the message that a token gives the right to, or None."""
    return read_one(connection, f"{_SELECT} WHERE token = ?", (token,), Delivery)


def of_alert(connection: Connection, alert_id: str) -> list[Delivery]:
    """Return all messages of an alert in the order in which they were made."""
    return read(connection, f"{_SELECT} WHERE alert_id = ? ORDER BY created_ms, rowid", (alert_id,), Delivery)


def reached(connection: Connection, alert_id: str) -> list[tuple[str, str]]:
    """Return (recipient, channel) of everybody whom a warning of this alert may have reached."""
    rows = connection.execute(
        "SELECT DISTINCT recipient_id, channel FROM deliveries WHERE alert_id = ? AND severity > 0"
        " AND (attempts > 0 OR state IN ('handed', 'read')) ORDER BY recipient_id, channel",
        (alert_id,),
    )
    return [(str(recipient_id), str(channel)) for recipient_id, channel in rows]


def hold_above(connection: Connection, alert_id: str, *, severity: int) -> None:
    """Hold back what waits to tell of more than `severity`: the water is below it at present."""
    connection.execute(
        "UPDATE deliveries SET due_ms = NULL WHERE alert_id = ? AND severity > ? AND state IN ('owed', 'sending')",
        (alert_id, severity),
    )


def hasten(connection: Connection, alert_id: str, *, severity: int, now_ms: int) -> int:
    """Make due now what waits its time to tell of `severity`; return how many that were."""
    cursor = connection.execute(
        "UPDATE deliveries SET due_ms = ? WHERE alert_id = ? AND severity = ? AND state = 'owed' AND due_ms > ?",
        (now_ms, alert_id, severity, now_ms),
    )
    return cursor.rowcount


def withdraw_below(connection: Connection, alert_id: str, *, peak_no: int, severity: int) -> None:
    """Call back what waits from earlier peaks, and what waits in this one to tell those of less who are told of more.

    Args:
        connection: inside `write`.
        alert_id: of the alert.
        peak_no: of the rise.
        severity: of the rise; the messages of it are written down already.
    """
    connection.execute(
        "UPDATE deliveries SET state = 'withdrawn' WHERE alert_id = ?1 AND severity > 0"
        " AND state IN ('owed', 'sending') AND (peak_no < ?2 OR severity < ?3 AND (recipient_id, channel) IN"
        " (SELECT recipient_id, channel FROM deliveries WHERE alert_id = ?1 AND peak_no = ?2 AND severity = ?3))",
        (alert_id, peak_no, severity),
    )


def withdraw_warnings(connection: Connection, alert_id: str) -> None:
    """Call back every warning that still waits: the alert is over."""
    connection.execute(
        "UPDATE deliveries SET state = 'withdrawn'"
        " WHERE alert_id = ? AND severity > 0 AND state IN ('owed', 'sending')",
        (alert_id,),
    )


def waiting(connection: Connection, *, now_ms: int, now_real_ms: int, per_target: int) -> list[Waiting]:
    """Return what is due, never tried before first, then most severe, then longest due.

    Args:
        connection: to read with.
        now_ms: on the hub's clock.
        now_real_ms: real clock, for tries after a failure.
        per_target: at most so many for one target, so that a dead one never hides the others.
    """
    return read(connection, _WAITING, (now_ms, now_real_ms, per_target), Waiting)


def next_due(connection: Connection) -> tuple[int | None, int | None]:
    """Return when the next message falls due (hub's clock) and when the next is tried again (real clock), ms."""
    (due_ms,) = connection.execute("SELECT min(due_ms) FROM deliveries WHERE state = 'owed'").fetchone()
    (try_ms,) = connection.execute(
        "SELECT min(coalesce(next_try_real_ms, 0)) FROM deliveries WHERE state = 'sending' AND due_ms IS NOT NULL"
    ).fetchone()
    return due_ms, try_ms


def begin(connection: Connection, delivery_id: str, *, next_try_real_ms: int) -> Delivery | None:
    """Note that an attempt begins and return the message, or None if it no longer waits.

    Args:
        connection: inside `write`.
        delivery_id: of the message.
        next_try_real_ms: until when nobody else tries, should this process end on the way.
    """
    cursor = connection.execute(
        "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_try_real_ms = ?"
        " WHERE delivery_id = ? AND due_ms IS NOT NULL AND state IN ('owed', 'sending')",
        (next_try_real_ms, delivery_id),
    )
    return one(connection, delivery_id) if cursor.rowcount else None


def move(
    connection: Connection, delivery_id: str, state: DeliveryState, *, at_ms: int, error: str | None = None
) -> bool:
    """Move a message forward to `state`; answer False if it is there already or further.

    Args:
        connection: inside `write`.
        delivery_id: of the message.
        state: handed, read, failed or withdrawn.
        at_ms: when it was handed over or read.
        error: what went wrong; None keeps what stands there.
    """
    handed_ms = at_ms if state is DeliveryState.HANDED else None
    read_ms = at_ms if state is DeliveryState.READ else None
    cursor = connection.execute(_MOVES[state], (state, handed_ms, read_ms, error, delivery_id))
    return cursor.rowcount > 0


def try_again(connection: Connection, delivery_id: str, *, next_try_real_ms: int, error: str) -> None:
    """Note that an attempt was not taken, and when the next one may begin."""
    connection.execute(
        "UPDATE deliveries SET next_try_real_ms = ?, error = ? WHERE delivery_id = ? AND state = 'sending'",
        (next_try_real_ms, error, delivery_id),
    )


def forget_tries(connection: Connection) -> int:
    """At a start: let everything that was being sent be tried at once; return how many that are.

    Whoever was sending it has ended, and its real clock may be that of an earlier boot of the machine.
    """
    cursor = connection.execute("UPDATE deliveries SET next_try_real_ms = NULL WHERE state = 'sending'")
    return cursor.rowcount
