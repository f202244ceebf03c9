"""Alerts: the list, and one with everything behind it. What a person does there stands in `alert_forms`."""

from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.responses import HTMLResponse

from hub.alerting.alert import COMMENT_LONGEST, WHY_LONGEST
from hub.alerting.wording import english
from hub.api.caller import Caller, ThePerson
from hub.api.house import House, Reader, TheHouse
from hub.api.numbers import SeenNumber, shown_words
from hub.api.pages.page import TheWording, page
from hub.api.routes.alerts import detail_of
from hub.api.shapes.alert import AlertDetail, alert_of
from hub.api.shapes.station import Station, station_values
from hub.audit.masking import HIDDEN
from hub.storage import alerts as stored_alerts
from hub.storage.board import alerts, stations
from hub.storage.connection import Connection
from hub.wall.wording import Wording

RESOLVED_SHOWN = 30
OPEN_SHOWN = 100
SHELF_MINUTES = (15, 30, 60, 120, 240, 480)
"""What the page offers; the city's bound for the severity cuts it off."""

router = APIRouter(prefix="/alarm", include_in_schema=False)


class EventLine(Struct, frozen=True, kw_only=True):
    """A line of an alert's history in the page's language."""

    at_ms: int
    text: str
    is_source: bool
    """Written in Indonesian, whatever the page's language is."""
    is_masked: bool
    """A number that stands in it is not shown."""


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
    return alert_answer(request, alert_id, house=house, connection=connection, wording=wording, person=person)


class Draft(Struct, frozen=True, kw_only=True):
    """What a person had written into a form that was refused: it is not theirs to write again."""

    form: str = ""
    text: str = ""


class Sight(Struct, frozen=True, kw_only=True):
    """What this person is shown in full this once; it is written down already."""

    number: SeenNumber | None = None
    are_words_seen: bool = False


def alert_answer(
    request: Request,
    alert_id: str,
    *,
    house: House,
    connection: Connection,
    wording: Wording,
    person: Caller | None,
    status: int = 200,
    problem: str = "",
    draft: Draft | None = None,
    sight: Sight | None = None,
) -> HTMLResponse:
    """Return the page of one alert as it stands; after a refusal with its sentence and the person's words."""
    detail = detail_of(connection, alert_id, rate=house.clock.rate)
    return page(
        request,
        "alert.html",
        house=house,
        wording=wording,
        person=person,
        status=status,
        a=detail,
        events=_events(connection, alert_id, wording, are_words_seen=sight is not None and sight.are_words_seen),
        sight=sight,
        hidden=HIDDEN,
        station=_station(connection, detail, house),
        waiting_for_rt=_is_waiting_for_rt(detail, house.clock.now_ms()),
        problem=problem,
        draft=draft or Draft(),
        shelf_minutes=_shelf_minutes(detail, house),
        comment_longest=COMMENT_LONGEST,
        why_longest=WHY_LONGEST,
    )


def _shelf_minutes(detail: AlertDetail, house: House) -> list[int]:
    """Return for how many minutes this alert may be put aside; none where it may not."""
    longest_s = house.policy.shelve_longest_s(detail.severity)
    return [minutes for minutes in SHELF_MINUTES if minutes * 60 <= longest_s]


def _events(connection: Connection, alert_id: str, wording: Wording, *, are_words_seen: bool) -> list[EventLine]:
    is_english = wording.language.code == "en"
    lines = []
    for event in stored_alerts.events(connection, alert_id):
        text = english(event, words=wording.city.words) if is_english else event.why
        shown = text if are_words_seen else shown_words(text, kind=event.kind)
        is_source = is_english and event.inputs is None
        lines.append(EventLine(at_ms=event.at_ms, text=shown, is_source=is_source, is_masked=shown != text))
    return lines


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
