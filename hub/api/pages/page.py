"""What all pages share: language, who is signed in, and how an answer is made of a template."""

from typing import Annotated

import msgspec
from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from hub.api.caller import Caller, is_by_tls
from hub.api.house import House, TheHouse
from hub.api.rights import Right
from hub.api.secret_paths import shown_path
from hub.proposals import role_change
from hub.storage import api_tokens
from hub.wall.language import LANGUAGES, SOURCE_LANGUAGE, language
from hub.wall.pages import render
from hub.wall.reasons import reason_words
from hub.wall.wording import Wording

LANGUAGE_COOKIE = "jagawai_lang"
DAY_MS = 86_400_000
YEAR_S = 365 * 86_400
SCREENS_TOLD = 3
"""In a head; the others follow when these are mended."""
SCREEN_TOLD_DAYS = 14
"""Before a screen's link ends: somebody comes by such a screen's room in two weeks."""


def wording_of(request: Request, house: TheHouse) -> Wording:
    """Return the language asked for by `?lang=`, else by the cookie of an earlier choice, else Indonesian."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
    return Wording(language=language(asked if asked in LANGUAGES else SOURCE_LANGUAGE), city=house.city)


TheWording = Annotated[Wording, Depends(wording_of)]


def page(
    request: Request,
    template: str,
    *,
    house: House,
    wording: Wording,
    person: Caller | None,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    """Return a rendered template as an answer; a language asked for is remembered."""
    text = render(
        template,
        wording=wording,
        person=person,
        path=shown_path(request.url.path),
        is_open=house.is_open,
        now_ms=house.clock.now_ms(),
        rate=house.clock.rate,
        words=script_words(wording),
        waiting_count=_waiting_count(house, person),
        ending_screens=_ending_screens(house, person),
        **values,
    )
    response = HTMLResponse(text, status_code=status)
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, asked, max_age=YEAR_S, samesite="lax", httponly=True, secure=is_by_tls(request, house)
        )
    return response


def _waiting_count(house: House, person: Caller | None) -> int:
    """Return how many deeds wait for a second person, as those who may be one are told; 0 to everybody else."""
    if person is None or Right.MANAGE_PEOPLE not in person.rights:
        return 0
    with house.connections.reading() as connection:
        return len(role_change.waiting(connection, now_ms=house.clock.now_ms()))


def _ending_screens(house: House, person: Caller | None) -> list[tuple[str, int]]:
    """Return the wall's screens that go dark soon, each with the days left, 0: is dark; to administrators alone.

    A screen shows the same water on its last day as on its first, so nobody would know.
    """
    if person is None or Right.MANAGE_PEOPLE not in person.rights:
        return []
    now_ms = house.real.now_ms()
    with house.connections.reading() as connection:
        ending = api_tokens.screens_until(connection, until_real_ms=now_ms + SCREEN_TOLD_DAYS * DAY_MS)
    return [(one.name, max(0, -(-(one.expires_real_ms - now_ms) // DAY_MS))) for one in ending[:SCREENS_TOLD]]


def script_words(wording: Wording) -> str:
    """Return what scripts need to write in this language, as JSON."""
    words = {
        "language": wording.language.code,
        "sentences": wording.language.script_sentences,
        "reasons": reason_words(wording.language),
        "levels": {str(severity): word for severity, word in wording.city.words.items()},
        "offset_h": wording.city.utc_offset_h,
    }
    return msgspec.json.encode(words).decode()
