"""Putting an alert aside for a stated time, with a name and a reason (rule 8 of `hub.alerting.life_cycle`). Pure."""

from msgspec.structs import replace

from hub.alerting.alert import WHY_LONGEST, Alert, AlertState, EventKind
from hub.alerting.errors import RefusedError
from hub.alerting.life_cycle import UNSHELVED, Move, armed, renewed, verify_seen
from hub.alerting.policy import AlertPolicy
from hub.alerting.words import verify_words


def shelve(
    alert: Alert, *, seen_version: int, by: str, why: str, until_ms: int, now_ms: int, policy: AlertPolicy
) -> Move:
    """Return the alert put aside until `until_ms`; on the shelf already, it stays there until the new end.

    Raises:
        StaleVersion: the person saw another version.
        RefusedError: it is resolved, is at Awas, has no reason or one too long, or the end is not within the longest
            time.
    """
    verify_seen(alert, seen_version)
    longest_s = policy.shelve_longest_s(alert.severity)
    if not alert.is_open:
        raise RefusedError(
            f"alert {alert.alert_id} is resolved: there is nothing to shelve",
            f"Alarm {alert.alert_id} sudah selesai: tidak ada yang ditunda.",
        )
    if not longest_s:
        word = policy.words[alert.severity]
        raise RefusedError(
            f"alert {alert.alert_id} is at {word}, which cannot be shelved; acknowledge it instead",
            f"{word} tidak dapat ditunda. Konfirmasi saja.",
        )
    reason = verify_words(why, longest=WHY_LONGEST, what="a reason", what_id="Alasan")
    if not now_ms < until_ms <= now_ms + 1000 * longest_s:
        raise RefusedError(
            f"alert {alert.alert_id}: a shelf of this severity ends within {longest_s / 60:g} minutes from now",
            f"Pada tingkat ini alarm dapat ditunda paling lama {longest_s / 60:g} menit.",
        )
    after = replace(alert, shelved_until_ms=until_ms, shelved_by=by, shelved_why=reason, next_escalation_ms=None)
    return Move(before=alert, after=after, event=EventKind.SHELVED)


def unshelve(alert: Alert, *, seen_version: int, now_ms: int, policy: AlertPolicy) -> Move:
    """Return the alert taken from the shelf by a person before its time.

    Raises:
        StaleVersion: the person saw another version.
        RefusedError: it is on no shelf.
    """
    verify_seen(alert, seen_version)
    if alert.shelved_until_ms is None:
        raise RefusedError(
            f"alert {alert.alert_id} is not shelved: there is nothing to end",
            f"Alarm {alert.alert_id} tidak sedang ditunda.",
        )
    return Move(before=alert, after=_taken(alert, now_ms=now_ms, policy=policy), event=EventKind.UNSHELVED)


def end_shelf(alert: Alert, *, now_ms: int, policy: AlertPolicy) -> Move | None:
    """Return the alert taken from the shelf if its time is over, or None."""
    if alert.shelved_until_ms is None or alert.shelved_until_ms > now_ms:
        return None
    return Move(before=alert, after=_taken(alert, now_ms=now_ms, policy=policy), event=EventKind.SHELF_ENDED)


def _taken(alert: Alert, *, now_ms: int, policy: AlertPolicy) -> Alert:
    """Return it off the shelf; unacknowledged, its escalation begins anew."""
    after = replace(renewed(alert), **UNSHELVED)
    if after.state is not AlertState.RAISED:
        return after
    return replace(after, **armed(after.severity, now_ms=now_ms, policy=policy))
