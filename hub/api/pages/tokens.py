"""Tokens of programs and of the wall's screens: the list, a new one, an end. A person's own stand in `account`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from hub.api import token_making
from hub.api.pages.admin_form import AdminForm, AtForm
from hub.api.rights import GRANTS, SCOPES, Right, Role
from hub.api.token_making import DAYS, DAYS_MOST, TokenDraft, verified_address
from hub.errors import PasswordError
from hub.storage import api_tokens
from hub.storage.people import NAME_LONGEST

LIST = "/token"
Name = Annotated[str, Form(max_length=NAME_LONGEST)]
Days = Annotated[int, Form()]

router = APIRouter(prefix=LIST, include_in_schema=False)


@router.get("")
def tokens_page(form: AtForm) -> Response:
    """Return every token, without what it is."""
    return _list(form)


@router.post("/program")
def add_program(
    form: AtForm, name: Name, days: Days = DAYS, rights: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Make a program's token and show it, once."""
    try:
        granted = chosen_rights(rights or [], among=frozenset(SCOPES))
        with form.writing(Right.MANAGE_PEOPLE) as writer:
            made = token_making.make(writer, name=name, rights=granted, days=days, at=form.moment())
    except PasswordError as problem:
        return _list(
            form, problem=problem, draft=TokenDraft(form="program", name=name, days=days, rights=tuple(rights or ()))
        )
    return form.token_shown(made, back=LIST)


@router.post("/layar")
def add_screen(form: AtForm, name: Name, address: Annotated[str, Form(max_length=64)], days: Days = DAYS) -> Response:
    """Make a link for a screen of the wall and show it, once."""
    rights = GRANTS[Role.WALL]
    try:
        place = verified_address(address)
        with form.writing(Right.MANAGE_PEOPLE) as writer:
            made = token_making.make(writer, name=name, rights=rights, days=days, at=form.moment(), address=place)
    except PasswordError as problem:
        return _list(form, problem=problem, draft=TokenDraft(form="screen", name=name, days=days, address=address))
    link = form.address(f"/layar/{made.secret}")
    return form.shown_once(kind="screen", name=f"{made.name} ({place})", secret=link, back=LIST)


@router.post("/akhiri")
def end(form: AtForm, name: Name) -> Response:
    """End a token; one that has ended meanwhile is no error."""
    with form.writing(Right.MANAGE_PEOPLE) as writer:
        token_making.end(writer, name, at=form.moment())
    return RedirectResponse(LIST, status_code=303)


def chosen_rights(words: Sequence[str], *, among: frozenset[Right]) -> frozenset[Right]:
    """Return the rights of a form.

    Raises:
        PasswordError: none were chosen, or one that cannot be.
    """
    allowed = [right.value for right in SCOPES if right in among]
    if not words or not set(words) <= set(allowed):
        raise PasswordError(
            f"hak / rights: pilih sedikitnya satu / choose at least one of {', '.join(allowed)}; got {list(words)}."
        )
    return frozenset(Right(word) for word in words)


def _list(form: AdminForm, *, problem: PasswordError | None = None, draft: TokenDraft | None = None) -> Response:
    with form.house.connections.reading() as connection:
        found = api_tokens.all_tokens(connection)
    return form.page(
        "tokens.html",
        status=422 if problem else 200,
        problem=str(problem or ""),
        tokens=found,
        scopes=SCOPES,
        untouched=TokenDraft(),
        draft=draft or TokenDraft(),
        days_most=DAYS_MOST,
        now_real_ms=form.house.real.now_ms(),
    )
