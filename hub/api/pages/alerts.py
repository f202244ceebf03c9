"""Alerts: the list, one with everything behind it, and the forms by which a person acts without scripts."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from msgspec import Struct
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.alerting.wording import english
from hub.api.deeds import acknowledge, confirm_downgrade, tell_rt
from hub.api.errors import RefusedError, StaleVersionError
from hub.api.house import House, Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.routes.alerts import detail_of
from hub.api.shapes.alert import Alert, AlertDetail, alert_of
from hub.api.shapes.station import Station, station_values
from hub.api.sign_in import ThePerson, verify_acting
from hub.storage import alerts as stored_alerts
from hub.storage.board import alerts, stations
from hub.storage.connection import Connection
from hub.storage.people import Person
from hub.wall.wording import Wording

RESOLVED_SHOWN = 30
OPEN_SHOWN = 100

router = APIRouter(prefix="/alarm", include_in_schema=False)


class EventLine(Struct, frozen=True, kw_only=True):
    """A line of an alert's history in the page's language."""

    at_ms: int
    text: str
    is_source: bool
    """Written in Indonesian, whatever the page's language is."""


@router.get("")
def alerts_page(
    request: Request, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return open alerts, then the newest resolved ones."""
    resolved = alerts.alerts(connection, state="resolved", station_id=None, before_ms=None, limit=RESOLVED_SHOWN)
    return page(
        request,
        "alerts.html",
        house=house,
        wording=wording,
        person=person,
        open=[alert_of(row) for row in alerts.open_alerts(connection, limit=OPEN_SHOWN)],
        resolved=[alert_of(row) for row in resolved],
    )


@router.get("/{alert_id}")
def alert_page(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request, alert_id: str, house: TheHouse, connection: Reader, wording: TheWording, person: ThePerson
) -> HTMLResponse:
    """Return one alert with its history, messages and times."""
    return _alert_page(request, alert_id, house=house, connection=connection, wording=wording, person=person)


Text = Annotated[str, Form()]
Version = Annotated[int, Form(ge=0)]


@router.post("/{alert_id}/konfirmasi")
def acknowledge_by_form(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    alert_id: str,
    house: TheHouse,
    wording: TheWording,
    person: ThePerson,
    csrf: Text,
    seen_version: Version,
    back: Text = "",
) -> Response:
    """Acknowledge, and lead back."""
    actor = verify_acting(person, csrf)
    return _act(
        request,
        alert_id,
        lambda: acknowledge(house, alert_id, seen_version=seen_version, by=actor.name),
        house=house,
        wording=wording,
        person=actor,
        back=back,
    )


@router.post("/{alert_id}/turunkan")
def downgrade_by_form(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    alert_id: str,
    house: TheHouse,
    wording: TheWording,
    person: ThePerson,
    csrf: Text,
    seen_version: Version,
    back: Text = "",
) -> Response:
    """Confirm that a latched Awas may fall, and lead back."""
    actor = verify_acting(person, csrf)
    return _act(
        request,
        alert_id,
        lambda: confirm_downgrade(house, alert_id, seen_version=seen_version, by=actor.name),
        house=house,
        wording=wording,
        person=actor,
        back=back,
    )


@router.post("/{alert_id}/teruskan")
def tell_rt_by_form(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    alert_id: str,
    house: TheHouse,
    wording: TheWording,
    person: ThePerson,
    csrf: Text,
    back: Text = "",
) -> Response:
    """Tell lurah and RT heads now, and lead back."""
    actor = verify_acting(person, csrf)
    return _act(
        request,
        alert_id,
        lambda: tell_rt(house, alert_id, by=actor.name),
        house=house,
        wording=wording,
        person=actor,
        back=back,
    )


def _act(
    request: Request,
    alert_id: str,
    deed: Callable[[], Alert],
    *,
    house: House,
    wording: Wording,
    person: Person,
    back: str,
) -> Response:
    """Do it and lead back to a page of ours; where the alert has moved on, show it as it is now and say so."""
    try:
        deed()
    except (StaleVersionError, RefusedError) as problem:
        with house.connections.reading() as connection:
            return _alert_page(
                request,
                alert_id,
                house=house,
                connection=connection,
                wording=wording,
                person=person,
                status=problem.status,
                problem=problem.sentence_id if wording.language.code == "id" else problem.sentence_en,
            )
    return RedirectResponse("/dinding" if back == "/dinding" else f"/alarm/{alert_id}", status_code=303)


def _alert_page(
    request: Request,
    alert_id: str,
    *,
    house: House,
    connection: Connection,
    wording: Wording,
    person: Person | None,
    status: int = 200,
    problem: str = "",
) -> HTMLResponse:
    detail = detail_of(connection, alert_id, rate=house.clock.rate)
    return page(
        request,
        "alert.html",
        house=house,
        wording=wording,
        person=person,
        status=status,
        a=detail,
        events=_events(connection, alert_id, wording),
        station=_station(connection, detail, house),
        waiting_for_rt=_is_waiting_for_rt(detail, house.clock.now_ms()),
        problem=problem,
    )


def _events(connection: Connection, alert_id: str, wording: Wording) -> list[EventLine]:
    is_english = wording.language.code == "en"
    return [
        EventLine(
            at_ms=event.at_ms,
            text=english(event, words=wording.city.words) if is_english else event.why,
            is_source=is_english and event.inputs is None,
        )
        for event in stored_alerts.events(connection, alert_id)
    ]


def _station(connection: Connection, detail: AlertDetail, house: House) -> Station | None:
    if detail.station_id is None or detail.resolved_ms is not None:
        return None
    now_ms = house.clock.now_ms()
    row = stations.station(connection, detail.station_id, now_ms=now_ms)
    return None if row is None else Station.model_validate(station_values(row, now_ms=now_ms, rate=house.clock.rate))


def _is_waiting_for_rt(detail: AlertDetail, now_ms: int) -> bool:
    return any(
        message.state == "owed"
        and message.severity == detail.severity
        and message.due_ms is not None
        and message.due_ms > now_ms
        for message in detail.deliveries
    )
