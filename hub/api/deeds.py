"""What a signed-in person does to an alert: one short write, and the alert as it stands after it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hub.alerting import people
from hub.alerting.errors import RefusedError as RefusedByRulesError
from hub.alerting.errors import StaleVersion, UnknownAlertError
from hub.api.errors import NotFoundError, RefusedError, StaleVersionError
from hub.api.house import House
from hub.api.shapes.alert import Alert, alert_of
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.storage.board import alerts
from hub.storage.connection import Connection

MINUTE_MS = 60_000


def acknowledge(house: House, alert_id: str, *, seen_version: int, by: str) -> Alert:
    """Note that `by` has seen the alert in this version."""
    return _do(
        house,
        _Note(Action.ALERT_ACKNOWLEDGED, alert_id, by, {"version": seen_version}),
        lambda connection: people.acknowledge(
            connection, alert_id, seen_version=seen_version, by=by, now_ms=house.clock.now_ms()
        ),
        refused_id="Alarm ini tidak dapat dikonfirmasi sekarang.",
    )


def confirm_downgrade(house: House, alert_id: str, *, seen_version: int, by: str) -> Alert:
    """Release the latch of an Awas whose water has fallen."""
    return _do(
        house,
        _Note(Action.ALERT_DOWNGRADED, alert_id, by, {"version": seen_version}),
        lambda connection: people.confirm_downgrade(
            connection,
            alert_id,
            seen_version=seen_version,
            by=by,
            now_ms=house.clock.now_ms(),
            policy=house.policy,
        ),
        refused_id=f"Belum dapat diturunkan: air masih di tingkat {house.city.words[3]}, atau tidak ada yang ditahan.",
    )


def tell_rt(house: House, alert_id: str, *, by: str) -> Alert:
    """Send what waits for lurah and RT heads now."""
    return _do(
        house,
        _Note(Action.ALERT_TOLD_RT, alert_id, by),
        lambda connection: people.tell_rt_now(connection, alert_id, by=by, now_ms=house.clock.now_ms()),
        refused_id="Tidak ada pesan untuk lurah dan RT yang menunggu.",
    )


def bear_out(house: House, alert_id: str, *, seen_version: int, by: str, why: str) -> Alert:
    """Stand for an Awas that the gauge alone may not give."""
    return _do(
        house,
        _Note(Action.ALERT_BORNE_OUT, alert_id, by, {"version": seen_version}),
        lambda connection: people.bear_out(
            connection,
            alert_id,
            seen_version=seen_version,
            by=by,
            why=why,
            now_ms=house.clock.now_ms(),
            policy=house.policy,
        ),
    )


def shelve(house: House, alert_id: str, *, seen_version: int, by: str, why: str, minutes: int) -> Alert:
    """Put the alert aside on the wall for some minutes of the hub's clock."""
    now_ms = house.clock.now_ms()
    return _do(
        house,
        _Note(Action.ALERT_SHELVED, alert_id, by, {"version": seen_version, "minutes": minutes}),
        lambda connection: people.shelve(
            connection,
            alert_id,
            seen_version=seen_version,
            by=by,
            why=why,
            until_ms=now_ms + MINUTE_MS * minutes,
            now_ms=now_ms,
            policy=house.policy,
        ),
    )


def unshelve(house: House, alert_id: str, *, seen_version: int, by: str) -> Alert:
    """Take the alert from the shelf before its time."""
    return _do(
        house,
        _Note(Action.ALERT_UNSHELVED, alert_id, by, {"version": seen_version}),
        lambda connection: people.unshelve(
            connection,
            alert_id,
            seen_version=seen_version,
            by=by,
            now_ms=house.clock.now_ms(),
            policy=house.policy,
        ),
    )


def comment(house: House, alert_id: str, *, by: str, text: str, seen_version: int | None = None) -> Alert:
    """Add a person's words to the history."""
    return _do(
        house,
        _Note(Action.ALERT_COMMENTED, alert_id, by, {"version": seen_version}),
        lambda connection: people.comment(
            connection, alert_id, by=by, text=text, now_ms=house.clock.now_ms(), seen_version=seen_version
        ),
    )


class _Note(NamedTuple):
    """What the audit log is told of a deed. A person's words stand in the alert's own history, not here."""

    action: Action
    alert_id: str
    by: str
    detail: Mapping[str, int | None] | None = None


def _do(house: House, note: _Note, deed: Callable[[Connection], object], *, refused_id: str = "") -> Alert:
    """Do it in one write and return the alert after it; `refused_id` is said where the rules have no sentence.

    What changed nothing, such as a second click, is no deed and no row of the audit log.

    Raises:
        NotFoundError: there is no such alert.
        StaleVersionError: it has changed since it was seen; carries it as it is now.
        RefusedError: its rules forbid it; carries it as it is.
    """
    alert_id = note.alert_id
    with house.connections.writing() as connection:
        before = connection.total_changes
        try:
            deed(connection)
        except UnknownAlertError as problem:
            raise NotFoundError(f"Tidak ada alarm {alert_id!r}.", f"There is no alert {alert_id!r}.") from problem
        except StaleVersion as problem:
            raise StaleVersionError(
                "Alarm ini sudah berubah sejak Anda melihatnya. Lihat keadaan sekarang, lalu coba lagi.",
                "This alert has changed since you saw it. Look at it as it is now, then try again.",
                extra=_as_it_stands(connection, alert_id),
            ) from problem
        except RefusedByRulesError as problem:
            raise RefusedError(
                problem.sentence_id or refused_id, f"Refused: {problem}.", extra=_as_it_stands(connection, alert_id)
            ) from problem
        if connection.total_changes != before:
            audit_log.note(
                connection,
                now_ms=house.clock.now_ms(),
                actor=note.by,
                action=note.action,
                subject=alert_id,
                detail=note.detail,
            )
        return _alert(connection, alert_id)


def _alert(connection: Connection, alert_id: str) -> Alert:
    row = alerts.alert(connection, alert_id)
    if row is None:  # nobody deletes alerts
        raise NotFoundError(f"Tidak ada alarm {alert_id!r}.", f"There is no alert {alert_id!r}.")
    return alert_of(row)


def _as_it_stands(connection: Connection, alert_id: str) -> dict[str, object]:
    return {"alert": _alert(connection, alert_id).model_dump(mode="json")}
