"""Alerts: the list, one with everything behind it, and what a person does to it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from hub.api.actor import Actor
from hub.api.deeds import acknowledge, bear_out, comment, confirm_downgrade, shelve, tell_rt, unshelve
from hub.api.errors import NotFoundError
from hub.api.house import Reader, TheHouse
from hub.api.ledger import ledger_of
from hub.api.routes.answers import BUSY, INVALID, NOT_ALLOWED, NOT_FOUND, STALE
from hub.api.routes.times import MOST_MS
from hub.api.shapes.alert import (
    Acknowledge,
    Alert,
    AlertDetail,
    BearOut,
    Comment,
    Shelve,
    alert_of,
    alert_values,
    delivery_of,
    event_of,
)
from hub.storage.board import alerts, deliveries
from hub.storage.connection import Connection

MOST = 500
ACTED = NOT_FOUND | NOT_ALLOWED | STALE | BUSY
DONE = ACTED | INVALID

router = APIRouter(prefix="/alerts", tags=["alerts"])


@router.get("", summary="Alerts, open ones first", responses=INVALID)
def all_alerts(
    connection: Reader,
    state: Literal["raised", "acknowledged", "resolved"] | None = None,
    station_id: str | None = None,
    before_ms: Annotated[int | None, Query(ge=0, le=MOST_MS, description="Only those raised before this time")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> list[Alert]:
    """Return open alerts by severity, then resolved ones, newest first."""
    rows = alerts.alerts(connection, state=state, station_id=station_id, before_ms=before_ms, limit=limit)
    return [alert_of(row) for row in rows]


@router.get("/{alert_id}", summary="One alert and its history", responses=NOT_FOUND)
def one_alert(alert_id: str, house: TheHouse, connection: Reader) -> AlertDetail:
    """Return an alert with its events, messages and ledger."""
    return detail_of(connection, alert_id, rate=house.clock.rate)


@router.post("/{alert_id}/acknowledge", summary="Confirm that a person has seen it", responses=DONE)
def acknowledge_alert(alert_id: str, seen: Acknowledge, actor: Actor, house: TheHouse) -> Alert:
    """Acknowledge what was seen; refused with the state of now when the alert has risen since.

    A fault alert that tells of an event (code `records_lost`, `spool_reborn` or `clone`) is resolved by it; for
    `clone` a quarantined box is released, because a person has looked.
    """
    return acknowledge(house, alert_id, seen_version=seen.seen_version, by=actor.name)


@router.post("/{alert_id}/downgrade", summary="Confirm that a latched Awas may fall", responses=DONE)
def downgrade_alert(alert_id: str, seen: Acknowledge, actor: Actor, house: TheHouse) -> Alert:
    """Release the latch of an Awas whose water has fallen."""
    return confirm_downgrade(house, alert_id, seen_version=seen.seen_version, by=actor.name)


@router.post("/{alert_id}/tell-rt", summary="Tell lurah and RT heads now", responses=ACTED)
def tell_rt_of_alert(alert_id: str, actor: Actor, house: TheHouse) -> Alert:
    """Send what waits for lurah and RT heads at Siaga without waiting for its time."""
    return tell_rt(house, alert_id, by=actor.name)


@router.post("/{alert_id}/bear-out", summary="Stand for an Awas that the gauge alone may not give", responses=DONE)
def bear_out_alert(alert_id: str, word: BearOut, actor: Actor, house: TheHouse) -> Alert:
    """Make an Awas of "mungkin sangat tinggi", or of a Siaga by doubted readings, on a person's word.

    Everybody whom an Awas is told to is told. At an Awas by doubted readings it takes the doubt away. Given twice it
    counts once. No siren sounds by it; a downgrade takes it back.
    """
    return bear_out(house, alert_id, seen_version=word.seen_version, by=actor.name, why=word.why)


@router.post("/{alert_id}/shelve", summary="Put it aside on the wall for some minutes", responses=DONE)
def shelve_alert(alert_id: str, shelf: Shelve, actor: Actor, house: TheHouse) -> Alert:
    """Put aside with a name, a reason and an end; refused at Awas. Messages to people go on."""
    return shelve(house, alert_id, seen_version=shelf.seen_version, by=actor.name, why=shelf.why, minutes=shelf.minutes)


@router.post("/{alert_id}/unshelve", summary="Take it from the shelf before its time", responses=DONE)
def unshelve_alert(alert_id: str, seen: Acknowledge, actor: Actor, house: TheHouse) -> Alert:
    """End the shelf; unacknowledged, the escalation begins anew."""
    return unshelve(house, alert_id, seen_version=seen.seen_version, by=actor.name)


@router.post("/{alert_id}/comments", summary="Add a person's words to its history", responses=DONE)
def comment_on_alert(alert_id: str, words: Comment, actor: Actor, house: TheHouse) -> Alert:
    """Add words, to an open alert or a resolved one."""
    return comment(house, alert_id, by=actor.name, text=words.text, seen_version=words.seen_version)


def detail_of(connection: Connection, alert_id: str, *, rate: float) -> AlertDetail:
    """Return an alert with everything that stands behind it.

    Raises:
        NotFoundError: there is no such alert.
    """
    row = alerts.alert(connection, alert_id)
    if row is None:
        raise NotFoundError(f"Tidak ada alarm {alert_id!r}.", f"There is no alert {alert_id!r}.")
    messages = deliveries.of_alert(connection, alert_id)
    return AlertDetail.model_validate(
        alert_values(row)
        | {
            "events": tuple(event_of(event) for event in alerts.events(connection, alert_id)),
            "deliveries": tuple(delivery_of(message) for message in messages),
            "ledger": ledger_of(connection, row, rate=rate),
        }
    )
