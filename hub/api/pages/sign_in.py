"""Signing in and out."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from hub.api.errors import ForbiddenError, TooManyAttemptsError
from hub.api.house import House, Reader, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.sign_in import COOKIE, ThePerson, set_cookie, verify_acting, verify_password
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.storage import people
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
    connection: Reader,
    wording: TheWording,
    name: Annotated[str, Form(max_length=NAME_LONGEST)],
    password: Annotated[str, Form(max_length=PASSWORD_LONGEST)],
    back: Annotated[str, Form()] = HOME,
) -> Response:
    """Open a session for who knows the password, and lead back."""
    _verify_same_origin(request)
    place = request.client.host if request.client else ""
    try:
        user_id = verify_password(connection, house, place=place, name=name, password=password)
    except TooManyAttemptsError as problem:
        said = problem.sentence_id if wording.language.code == "id" else problem.sentence_en
        answer = _form(request, house=house, wording=wording, back=back, status=problem.status, problem=said)
        answer.headers.update(problem.headers)
        return answer
    if user_id is None:
        _note_failure(house, name=name, place=place)
        wrong = wording.say("Nama atau kata sandi salah.")
        return _form(request, house=house, wording=wording, back=_our_path(back), status=401, problem=wrong)
    now_ms, rate = house.clock.now_ms(), house.clock.rate
    with house.connections.writing() as writer:
        token = people.open_session(writer, user_id=user_id, now_ms=now_ms, rate=rate)
        detail = {"place": place}
        audit_log.note(writer, now_ms=now_ms, actor=name, action=Action.SIGNED_IN, subject=name, detail=detail)
    response = RedirectResponse(_our_path(back), status_code=303)
    set_cookie(response, token, is_secure=house.secure_cookies)
    return response


@router.post("/keluar")
def sign_out(request: Request, house: TheHouse, person: ThePerson, csrf: Annotated[str, Form()] = "") -> Response:
    """End the session."""
    name = verify_acting(person, csrf).name
    with house.connections.writing() as writer:
        people.close_session(writer, request.cookies.get(COOKIE, ""))
        audit_log.note(writer, now_ms=house.clock.now_ms(), actor=name, action=Action.SIGNED_OUT, subject=name)
    response = RedirectResponse(HOME, status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


def _note_failure(house: House, *, name: str, place: str) -> None:
    """Write a refused sign-in down; a name that nobody has is not told: it may be a password in the wrong field."""
    with house.connections.writing() as writer:
        subject = name if people.is_user(writer, name) else ""
        audit_log.note(
            writer,
            now_ms=house.clock.now_ms(),
            actor=audit_log.NOBODY,
            action=Action.SIGN_IN_FAILED,
            subject=subject,
            detail={"place": place, "is_known": bool(subject)},
        )


def _form(
    request: Request, *, house: House, wording: Wording, back: str, status: int = 200, problem: str = ""
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
    )


def _our_path(address: str) -> str:
    """Return a path of this hub; anything that could lead elsewhere becomes the wall."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_ours and not address.startswith("//") else HOME


def _verify_same_origin(request: Request) -> None:
    """Refuse a form that another site sent: it would sign a person in as somebody else."""
    origin = request.headers.get("origin")
    if origin not in {None, "null"} and urlsplit(origin or "").netloc != request.headers.get("host"):
        raise ForbiddenError("Formulir ini datang dari situs lain.", "This form was sent by another site.")
