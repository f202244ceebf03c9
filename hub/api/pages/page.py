"""What all pages share: language, who is signed in, and how an answer is made of a template."""

from typing import Annotated

import msgspec
from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from hub.api.caller import Caller, is_by_tls
from hub.api.house import House, TheHouse
from hub.api.secret_paths import shown_path
from hub.wall.language import LANGUAGES, SOURCE_LANGUAGE, language
from hub.wall.pages import render
from hub.wall.reasons import reason_words
from hub.wall.wording import Wording

LANGUAGE_COOKIE = "jagawai_lang"
YEAR_S = 365 * 86_400


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
        **values,
    )
    response = HTMLResponse(text, status_code=status)
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, asked, max_age=YEAR_S, samesite="lax", httponly=True, secure=is_by_tls(request, house)
        )
    return response


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
