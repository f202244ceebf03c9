"""One's own page: password, sessions, tokens. Whoever is a person has it, and nobody sees another's."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from hub.api import token_making
from hub.api.errors import ApiError, TooBusyError, TooManyAttemptsError
from hub.api.pages.admin_form import UNUSABLE, AdminForm, AtForm
from hub.api.pages.tokens import chosen_rights
from hub.api.rights import SCOPES, Right
from hub.api.sign_in import note_failure, set_cookie, verified
from hub.api.token_making import DAYS, DAYS_MOST, OF_A_PERSON_MOST, TokenDraft
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.errors import PasswordError
from hub.passwords import verify_choice
from hub.storage import api_tokens, people, sessions
from hub.storage.connection import Connection
from hub.storage.people import NAME_LONGEST, PASSWORD_LONGEST, PASSWORD_SHORTEST

HOME = "/akun"
Password = Annotated[str, Form(max_length=PASSWORD_LONGEST)]
Name = Annotated[str, Form(max_length=NAME_LONGEST)]

router = APIRouter(prefix=HOME, include_in_schema=False)


@router.get("")
def account_page(form: AtForm, kabar: str = "") -> Response:
    """Return one's own account; `kabar`: what was just done."""
    done = form.wording.say("Kata sandi sudah diganti. Sesi lain sudah berakhir.") if kabar == "sandi" else ""
    return _account(form, done=done)


@router.post("/sandi")
def change_password(form: AtForm, old: Password, password: Password, again: Password) -> Response:
    """Change one's own password: the old one is asked, every other session and every token of one's own ends."""
    name, place = form.person.name, form.place
    try:
        verify_choice(password, name=name)
    except PasswordError as problem:
        return _account(form, problem=str(problem))
    if password != again:
        return _account(form, problem=form.wording.say("Kedua kata sandi tidak sama."))
    user_id = _proven(form, old, wrong=form.wording.say("Kata sandi lama salah."))
    if isinstance(user_id, Response):
        return user_id
    try:
        with form.house.turns.turn(place):
            hashed = people.hash_of(password)
    except TooBusyError as problem:
        return _account(form, problem=_said(form, problem), status=problem.status)
    return _with_password(form, user_id, hashed)


def _proven(form: AdminForm, password: str, *, wrong: str, draft: TokenDraft | None = None) -> str | Response:
    """Return the id of the person if this is their password, else the page that says why not."""
    try:
        user = verified(form.house, place=form.place, name=form.person.name, password=password)
    except (TooManyAttemptsError, TooBusyError) as problem:
        return _account(form, problem=_said(form, problem), status=problem.status, draft=draft)
    if user is not None:
        return user.user_id
    answer = _account(form, problem=wrong, draft=draft)
    answer.background = BackgroundTask(note_failure, form.house, place=form.place, name=form.person.name)
    return answer


def _said(form: AdminForm, problem: ApiError) -> str:
    return problem.sentence_id if form.wording.language.code == "id" else problem.sentence_en


def _with_password(form: AdminForm, user_id: str, hashed: str) -> Response:
    """Write the new password down and begin a session anew for this browser."""
    at = form.moment()
    with form.writing(Right.OWN_ACCOUNT) as writer:
        people.set_password(writer, user_id, password_hash=hashed)
        secret = sessions.begin(writer, user_id, now_real_ms=at.now_real_ms, place=form.place)
        audit_log.note(
            writer,
            now_ms=at.now_ms,
            actor=at.actor,
            action=Action.USER_SAVED,
            subject=at.actor,
            detail={"is_new": False, "by": "self"},
        )
    response = RedirectResponse(f"{HOME}?kabar=sandi" if secret else "/masuk", status_code=303)
    if secret is not None:
        set_cookie(response, secret, form.request, form.house, life_s=sessions.LONGEST_REAL_MS // 1000)
    return response


@router.post("/sesi")
def end_session(form: AtForm, session: Annotated[str, Form(max_length=64)]) -> Response:
    """End one of one's own sessions."""
    user_id, at = form.person.user_id or "", form.moment()
    with form.writing(Right.OWN_ACCOUNT) as writer:
        opened = sessions.of_user(writer, user_id, now_real_ms=at.now_real_ms)
        ended = [one for one in opened if one.mark == session and sessions.end_key(writer, user_id, one.key)]
        if ended:
            _note_ended(form, writer, len(ended))
    return RedirectResponse(HOME, status_code=303)


@router.post("/sesi-lain")
def end_other_sessions(form: AtForm) -> Response:
    """End all of one's own sessions but this one."""
    with form.writing(Right.OWN_ACCOUNT) as writer:
        count = sessions.end_all(writer, form.person.user_id or "", but=form.person.key)
        if count:
            _note_ended(form, writer, count)
    return RedirectResponse(HOME, status_code=303)


@router.post("/token")
def add_token(
    form: AtForm,
    name: Name,
    password: Password,
    days: Annotated[int, Form()] = DAYS,
    rights: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a token of one's own, with rights that one has, and show it once; who finds an open page cannot."""
    draft = TokenDraft(form="own", name=name, days=days, rights=tuple(rights or ()))
    try:
        granted = chosen_rights(draft.rights, among=form.person.rights)
        proven = _proven(form, password, wrong=form.wording.say("Kata sandi Anda salah."), draft=draft)
        if isinstance(proven, Response):
            return proven
        with form.writing(Right.OWN_ACCOUNT) as writer:
            made = token_making.make(
                writer, name=name, rights=granted, days=days, at=form.moment(), owner_id=form.person.user_id
            )
    except PasswordError as problem:
        return _account(form, problem=str(problem), draft=draft)
    return form.token_shown(made, back=HOME)


@router.post("/token/akhiri")
def end_token(form: AtForm, name: Name) -> Response:
    """End a token of one's own."""
    with form.writing(Right.OWN_ACCOUNT) as writer:
        token_making.end(writer, name, at=form.moment(), owner_id=form.person.user_id or "")
    return RedirectResponse(HOME, status_code=303)


def _note_ended(form: AdminForm, writer: Connection, count: int) -> None:
    at = form.moment()
    audit_log.note(
        writer,
        now_ms=at.now_ms,
        actor=at.actor,
        action=Action.USER_SESSIONS_ENDED,
        subject=at.actor,
        detail={"count": count},
    )


def _account(
    form: AdminForm, *, problem: str = "", done: str = "", status: int = UNUSABLE, draft: TokenDraft | None = None
) -> Response:
    now_real_ms, user_id = form.house.real.now_ms(), form.person.user_id or ""
    with form.house.connections.reading() as connection:
        opened = sessions.of_user(connection, user_id, now_real_ms=now_real_ms)
        own = api_tokens.of_owner(connection, user_id)
    return form.page(
        "account.html",
        status=status if problem else 200,
        problem=problem,
        done=done,
        opened=opened,
        tokens=own,
        scopes=[right for right in SCOPES if right in form.person.rights],
        draft=draft or TokenDraft(),
        days_most=DAYS_MOST,
        tokens_most=OF_A_PERSON_MOST,
        shortest=PASSWORD_SHORTEST,
        now_real_ms=now_real_ms,
    )
