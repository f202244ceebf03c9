"""`/jejak`: the audit log, newest first, with the state of its chain; and the same rows as a file."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta, timezone
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from msgspec import Struct
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from hub import spreadsheet
from hub.api.caller import TheCaller, ThePerson
from hub.api.chain_check import ROWS_UNASKED, ChainFound
from hub.api.errors import NotSignedInError
from hub.api.house import House, Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.verdict import plainly
from hub.storage import audit
from hub.storage.audit import Row, Wanted

HOME = "/jejak"
ROWS_SHOWN = 100
PORTION_ROWS = 500
TEXT_LONGEST = 200
GROUPS = tuple(dict.fromkeys(action.value.partition(".")[0] for action in Action))
_DETAIL = msgspec.json.Decoder(dict[str, str | int | float | bool | None])

Day = Annotated[date | None, BeforeValidator(lambda text: text or None), Query()]
"""A form sends an empty text for a day that nobody chose."""

router = APIRouter(include_in_schema=False)


class AuditLine(Struct, frozen=True, kw_only=True):
    """A row as the page shows it."""

    n: int
    at_ms: int
    actor: str
    action: str
    subject: str
    facts: tuple[tuple[str, str], ...]


class Filter(Struct, frozen=True, kw_only=True):
    """What was asked for, as it stands in the form; empty is any."""

    deed: str
    person: str
    since: date | None
    until: date | None

    def wanted(self, house: House) -> Wanted:
        """Return which rows that are; days are the city's, the last one is included."""
        zone = timezone(timedelta(hours=house.city.utc_offset_h))

        def start_ms(day: date) -> int:
            return round(1000 * datetime.combine(day, time(), zone).timestamp())

        return Wanted(
            since_ms=start_ms(self.since) if self.since else None,
            until_ms=start_ms(self.until) + 86_400_000 if self.until else None,
            actor=self.person.strip() or None,
            action=self.deed or None,
        )

    def query(self) -> str:
        """Return it as it stands in an address."""
        parts = {"perbuatan": self.deed, "orang": self.person, "dari": self.since, "sampai": self.until}
        return urlencode({name: str(value) for name, value in parts.items() if value})


def _filter(
    perbuatan: Annotated[str, Query(max_length=TEXT_LONGEST)] = "",
    orang: Annotated[str, Query(max_length=TEXT_LONGEST)] = "",
    dari: Day = None,
    sampai: Day = None,
) -> Filter:
    return Filter(deed=perbuatan, person=orang, since=dari, until=sampai)


TheFilter = Annotated[Filter, Depends(_filter)]


@router.get(HOME)
def audit_page(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    house: TheHouse,
    connection: Reader,
    wording: TheWording,
    person: ThePerson,
    chosen: TheFilter,
    sebelum: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> HTMLResponse:
    """Return a page of rows, newest first, and what the last look along the chain has found."""
    rows = audit.newest(connection, chosen.wanted(house), before_n=sebelum, limit=ROWS_SHOWN + 1)
    head = audit.head(connection)
    return page(
        request,
        "audit.html",
        house=house,
        wording=wording,
        person=person,
        chosen=chosen,
        query=chosen.query(),
        lines=[_line(row) for row in rows[:ROWS_SHOWN]],
        next_n=rows[ROWS_SHOWN - 1].n if len(rows) > ROWS_SHOWN else None,
        is_first=sebelum is None,
        chain=_chain(house, is_asked=False),
        head=head,
        rows_unasked=ROWS_UNASKED,
        groups=[(group, [one.value for one in Action if one.value.startswith(f"{group}.")]) for group in GROUPS],
        now_real_ms=house.real.now_ms(),
    )


@router.post(f"{HOME}/periksa")
def look_again(house: TheHouse) -> Response:
    """Go along the whole chain now, and lead back."""
    _chain(house, is_asked=True)
    return RedirectResponse(HOME, status_code=303)


@router.get(f"{HOME}.csv")
def audit_file(house: TheHouse, caller: TheCaller, chosen: TheFilter) -> Response:
    """Return the rows as a file, oldest first; that they were taken away is a row itself."""
    if caller is None:
        raise NotSignedInError
    now_ms = house.clock.now_ms()
    with house.connections.writing() as writer:
        audit_log.note(
            writer,
            now_ms=now_ms,
            actor=caller.name,
            action=Action.LOG_EXPORTED,
            subject="csv",
            detail={"filter": chosen.query()},
        )
    name = f"jejak-{house.city.local(now_ms):%Y%m%d-%H%M}.csv"
    return StreamingResponse(
        _csv(house, chosen.wanted(house)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _chain(house: House, *, is_asked: bool) -> ChainFound | None:
    with closing(house.connections.own_reader()) as connection:
        return house.chain.found(connection, house.connections.path, real=house.real, is_asked=is_asked)


def _line(row: Row) -> AuditLine:
    try:
        detail = _DETAIL.decode(row.detail)
    except msgspec.DecodeError:  # written past us: the chain says so
        detail = {"?": row.detail}
    return AuditLine(
        n=row.n,
        at_ms=row.at_ms,
        actor=plainly(row.actor),
        action=row.action,
        subject=plainly(row.subject),
        facts=tuple((name, plainly(str(value))) for name, value in detail.items() if value not in {"", None}),
    )


def _csv(house: House, wanted: Wanted) -> Iterator[str]:
    """Give the file in portions; its connection is its own, since a slow reader may take minutes."""
    with closing(house.connections.own_reader()) as connection:
        yield _cells([("n", "at", "actor", "action", "subject", "detail", "hash")])
        rows = audit.rows(connection, wanted)
        while portion := list(itertools.islice(rows, PORTION_ROWS)):
            yield _cells(
                (
                    str(row.n),
                    house.city.local(row.at_ms).isoformat(timespec="seconds"),
                    row.actor,
                    row.action,
                    row.subject,
                    row.detail,
                    row.hash,
                )
                for row in portion
            )


def _cells(lines: Iterable[tuple[str, ...]]) -> str:
    """Return lines of a sheet; no cell begins with what a spreadsheet program would compute."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(spreadsheet.as_cell, line) for line in lines)
    return text.getvalue()
