"""What people do to alerts. Every function stands inside `hub.storage.connection.write`: the caller commits."""

from msgspec import Struct

from contract.severity import Severity
from hub.alerting import bearing_out, journal, life_cycle, owing, shelf
from hub.alerting.alert import CLONE_CODE, COMMENT_LONGEST, Alert, EventKind
from hub.alerting.errors import RefusedError, UnknownAlertError
from hub.alerting.life_cycle import Move
from hub.alerting.policy import AlertPolicy
from hub.alerting.words import verify_words
from hub.fleet import standing
from hub.fleet.standing import Standing
from hub.storage import alerts, changes, deliveries, faults, standings
from hub.storage.connection import Connection

_DEFAULT = AlertPolicy()
"""For sentences that name no level and send no message."""


class Acknowledged(Struct, frozen=True, kw_only=True):
    """What an acknowledgement came to."""

    alert: Alert
    is_new: bool
    """False: somebody had acknowledged this version before; nothing was written."""


def _get(connection: Connection, alert_id: str) -> Alert:
    alert = alerts.one(connection, alert_id)
    if alert is None:
        raise UnknownAlertError(f"there is no alert {alert_id}; the list of alerts is at /api/v1/alerts")
    return alert


def acknowledge(connection: Connection, alert_id: str, *, seen_version: int, by: str, now_ms: int) -> Acknowledged:
    """Note that `by` has seen the alert in version `seen_version`.

    A fault that tells of an event (records lost, a new spool, a clone) ends with it: no box ever says that it is
    over. For a clone, a person has looked: a quarantined box is released, a revoked one stays as it is.

    Raises:
        UnknownAlertError: there is no such alert.
        StaleVersion: it has changed since; carries the alert of now.
    """
    alert = _get(connection, alert_id)
    move = life_cycle.acknowledge(alert, seen_version=seen_version, by=by, now_ms=now_ms)
    if move is not None:
        journal.enter(connection, move, now_ms=now_ms, by=by, policy=_DEFAULT)
        alert = move.after
    if not alert.is_open or not alert.is_event:
        return Acknowledged(alert=alert, is_new=move is not None)
    return Acknowledged(alert=_end_event(connection, alert, by=by, now_ms=now_ms), is_new=True)


def _end_event(connection: Connection, alert: Alert, *, by: str, now_ms: int) -> Alert:
    """End an alert of an event that a person has seen, and what it left on the box's row; return it."""
    node_id, seen = alert.node_id or "", f"{alert.why}; diperiksa oleh {by}"
    if alert.code == CLONE_CODE:
        now = standings.newest(connection, node_id)
        if now is not None and now.standing == Standing.QUARANTINED:
            seen = f"{seen}, tanda: {now.reason}"
            # Who looked, and at what, comes first: a reason is cut at its end.
            reason = f"alarm diperiksa oleh {by}, tanda: {now.reason}"
            standing.release(connection, node_id, reason=reason, now_ms=now_ms, actor=by)
    faults.end(connection, node_id=node_id, code=alert.code or "")
    changes.add(connection, at_ms=now_ms, kind="node", ref=node_id)
    move = life_cycle.end(alert, why=seen, now_ms=now_ms)
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=_DEFAULT)
    return move.after


def confirm_downgrade(
    connection: Connection, alert_id: str, *, seen_version: int, by: str, now_ms: int, policy: AlertPolicy
) -> Alert:
    """Release the latch of an Awas whose water has fallen, and return the alert after it.

    Raises:
        UnknownAlertError: there is no such alert.
        StaleVersion: it has changed since `by` saw it.
        RefusedError: nothing is latched, or the water is at Awas.
    """
    move = life_cycle.confirm_downgrade(_get(connection, alert_id), seen_version=seen_version, by=by, now_ms=now_ms)
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=policy)
    owing.settle(connection, move, now_ms=now_ms, policy=policy)
    return move.after


def bear_out(
    connection: Connection, alert_id: str, *, seen_version: int, by: str, why: str, now_ms: int, policy: AlertPolicy
) -> Alert:
    """Let `by` stand for an Awas that the gauge alone may not give, and return the alert after it.

    Once: for the version that was seen then, and for the one of now, a second word writes nothing and tells nobody.

    Raises:
        UnknownAlertError: there is no such alert.
        StaleVersion: it has changed since `by` saw it.
        RefusedError: nothing is in doubt, or there is no reason or one too long.
    """
    alert = _get(connection, alert_id)
    move = bearing_out.bear_out(alert, seen_version=seen_version, by=by, why=why, now_ms=now_ms, policy=policy)
    if move is None:
        return alert
    reason = move.after.borne_out_why or ""
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=policy, text=reason)
    owing.settle(connection, move, now_ms=now_ms, policy=policy)
    return move.after


def shelve(
    connection: Connection,
    alert_id: str,
    *,
    seen_version: int,
    by: str,
    why: str,
    until_ms: int,
    now_ms: int,
    policy: AlertPolicy,
) -> Alert:
    """Put the alert aside on the wall until `until_ms`; messages to people go on. Return it.

    Raises:
        UnknownAlertError: there is no such alert.
        StaleVersion: it has changed since `by` saw it.
        RefusedError: it is at Awas or resolved, has no reason or one too long, or the end is too far.
    """
    move = shelf.shelve(
        _get(connection, alert_id),
        seen_version=seen_version,
        by=by,
        why=why,
        until_ms=until_ms,
        now_ms=now_ms,
        policy=policy,
    )
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=policy, text=move.after.shelved_why or "")
    return move.after


def unshelve(
    connection: Connection, alert_id: str, *, seen_version: int, by: str, now_ms: int, policy: AlertPolicy
) -> Alert:
    """Take the alert from the shelf before its time, and return it.

    Raises:
        UnknownAlertError: there is no such alert.
        StaleVersion: it has changed since `by` saw it.
        RefusedError: it is on no shelf.
    """
    move = shelf.unshelve(_get(connection, alert_id), seen_version=seen_version, now_ms=now_ms, policy=policy)
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=policy)
    return move.after


def comment(
    connection: Connection, alert_id: str, *, by: str, text: str, now_ms: int, seen_version: int | None = None
) -> None:
    """Add a person's words to the alert's history, open or resolved.

    Words are true of what a person saw, whatever came since: they need no version, and are refused for another one
    only where one is given.

    Raises:
        UnknownAlertError: there is no such alert.
        StaleVersion: it is not in `seen_version` any more.
        RefusedError: there are no words, or too many.
    """
    alert = _get(connection, alert_id)
    if seen_version is not None:
        life_cycle.verify_seen(alert, seen_version)
    words = verify_words(text, longest=COMMENT_LONGEST, what="a comment", what_id="Catatan")
    move = Move(before=alert, after=alert, event=EventKind.COMMENTED)
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=_DEFAULT, text=words)


def tell_rt_now(connection: Connection, alert_id: str, *, by: str, now_ms: int) -> int:
    """Send what waits for lurah and RT heads at Siaga now; return how many messages that are.

    Raises:
        UnknownAlertError: there is no such alert.
        RefusedError: it does not stand at Siaga or above, or nothing waits.
    """
    alert = _get(connection, alert_id)
    if not alert.is_open or alert.severity < Severity.SIAGA:
        raise RefusedError(f"alert {alert_id} does not stand at Siaga: nothing waits for lurah and RT heads")
    count = deliveries.hasten(connection, alert_id, severity=alert.severity, now_ms=now_ms)
    if not count:
        raise RefusedError(f"alert {alert_id}: nothing waits for lurah and RT heads; they are told or not on the list")
    move = Move(before=alert, after=alert, event=EventKind.RT_TOLD)
    journal.enter(connection, move, now_ms=now_ms, by=by, policy=_DEFAULT)
    return count
