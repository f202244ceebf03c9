"""Signing in and out."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from hub.api.caller import SESSION_COOKIE, TheCaller, cookie_name, is_by_tls, place_of
from hub.api.errors import NotSignedInError, TooBusyError, TooManyAttemptsError
from hub.api.gate import verify_same_origin
from hub.api.house import House, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.sign_in import note_failure, set_cookie
from hub.api.sign_in import sign_in as signed_in
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.passwords import as_kept
from hub.storage import sessions
from hub.storage.people import NAME_LONGEST, PASSWORD_LONGEST
from hub.wall.wording import Wording

HOME = "/dinding"

router = APIRouter(include_in_schema=False)


@router.get("/masuk")
def sign_in_page(request: Request, house: TheHouse, wording: TheWording, kembali: str = HOME) -> Response:
    """Return the form."""
    return _form(request, house=house, wording=wording, back=_our_path(kembali))


@router.post("/masuk")
def sign_in(  # noqa: PLR0917 - FastAPI passes each by name
    request: Request,
    house: TheHouse,
    wording: TheWording,
    name: Annotated[str, Form(max_length=NAME_LONGEST)],
    password: Annotated[str, Form(max_length=PASSWORD_LONGEST)],
    back: Annotated[str, Form()] = HOME,
) -> Response:
    """Open a session for who knows the password, and lead back."""
    verify_same_origin(request)
    name = as_kept(name)
    old_session, place = request.cookies.get(cookie_name(SESSION_COOKIE, request, house), ""), place_of(request)
    try:
        secret = signed_in(house, place=place, name=name, password=password, old_session=old_session)
    except (TooManyAttemptsError, TooBusyError) as problem:
        said = problem.sentence_id if wording.language.code == "id" else problem.sentence_en
        answer = _form(
            request, house=house, wording=wording, back=_our_path(back), status=problem.status, problem=said, name=name
        )
        answer.headers.update(problem.headers)
        if isinstance(problem, TooManyAttemptsError):
            answer.background = BackgroundTask(note_failure, house, place=place, name=name)
        return answer
    if secret is None:
        wrong = wording.say("Nama atau kata sandi salah.")
        answer = _form(
            request, house=house, wording=wording, back=_our_path(back), status=401, problem=wrong, name=name
        )
        answer.background = BackgroundTask(note_failure, house, place=place, name=name)
        return answer
    response = RedirectResponse(_our_path(back), status_code=303)
    set_cookie(response, secret, request, house, life_s=sessions.LONGEST_REAL_MS // 1000)
    return response


@router.post("/keluar")
def sign_out(request: Request, house: TheHouse, caller: TheCaller) -> Response:
    """End the session; the gate has seen that there is one, and its CSRF token."""
    if caller is None:
        raise NotSignedInError
    cookie = cookie_name(SESSION_COOKIE, request, house)
    with house.connections.writing() as writer:
        sessions.end(writer, request.cookies.get(cookie, ""))
        audit_log.note(
            writer, now_ms=house.clock.now_ms(), actor=caller.name, action=Action.SIGNED_OUT, subject=caller.name
        )
    response = RedirectResponse(HOME if house.is_open else "/masuk", status_code=303)
    response.delete_cookie(cookie, path="/", secure=is_by_tls(request, house), httponly=True, samesite="lax")
    return response


def _form(
    request: Request,
    *,
    house: House,
    wording: Wording,
    back: str,
    status: int = 200,
    problem: str = "",
    name: str = "",
) -> Response:
    return page(
        request,
        "sign_in.html",
        house=house,
        wording=wording,
        person=None,
        status=status,
        back=back,
        problem=problem,
        chosen_name=name,
    )


def _our_path(address: str) -> str:
    """Return a path of this hub; anything that could lead elsewhere becomes the wall."""
    try:
        parts = urlsplit(address)
    except ValueError:  # an address that is none, such as http://[
        return HOME
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_ours and not address.startswith("//") and address.isprintable() else HOME
