"""People: the list, one person, and what an administrator does with them. Tokens stand in `tokens`.

What makes or unmakes an administrator may need a second one: `hub.proposals.role_change`.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Path
from msgspec import Struct
from starlette.responses import RedirectResponse, Response

from hub.api.errors import NotFoundError
from hub.api.pages.admin_form import REFUSALS, AdminForm, AtForm
from hub.api.rights import PERSONS, Right, Role
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.masking import Value
from hub.errors import PasswordError
from hub.passwords import verified_name
from hub.proposals import desk, role_change
from hub.proposals.errors import RoleRefusedError
from hub.proposals.proposal import ProposalState
from hub.storage import api_tokens, password_links, people, sessions
from hub.storage.connection import Connection
from hub.storage.people import NAME_LONGEST, User
from hub.storage.sessions import Opened

LIST = "/pengguna"
ROLES_OF_NEW = tuple(role for role in PERSONS if role is not Role.ADMIN)
"""A new person chooses a password first; only then can they become an administrator."""
LINK_HOURS = password_links.LIFE_REAL_MS // 3_600_000

UserId = Annotated[str, Path(min_length=1, max_length=64)]
Deed = Callable[[Connection, User], None]

router = APIRouter(prefix=LIST, include_in_schema=False)


class PersonLine(Struct, frozen=True, kw_only=True):
    """A person as the list shows them; times real, UTC ms."""

    user: User
    sessions: int
    link_until_ms: int | None
    """Until when their link for a password is open."""
    wait_s: int
    """For how long they must wait at some place after wrong passwords; 0 for nowhere."""


@router.get("")
def people_page(form: AtForm) -> Response:
    """Return everybody."""
    return _list(form)


@router.post("")
def add(
    form: AtForm, name: Annotated[str, Form(max_length=NAME_LONGEST)], role: Annotated[str, Form(max_length=20)]
) -> Response:
    """Add a person and show the link by which they choose their password, once."""
    hashed = people.no_password()
    try:
        name = verified_name(name)
        with form.writing(Right.MANAGE_PEOPLE) as writer:
            secret = _added(form, writer, name=name, role=role, password_hash=hashed)
    except PasswordError as problem:
        return _list(form, problem=problem, draft=name, draft_role=role)
    return _link_shown(form, name, secret)


def _added(form: AdminForm, writer: Connection, *, name: str, role: str, password_hash: str) -> str:
    """Write a new person down and return the secret of their link.

    Raises:
        PasswordError: the name is taken, or the role is none for a new person.
    """
    if role not in ROLES_OF_NEW:
        raise PasswordError(f"peran / role: expected one of {', '.join(ROLES_OF_NEW)}, got {role!r}.")
    if people.is_taken(writer, name):
        raise PasswordError(f"{name!r} sudah dipakai / is taken. Try: another name.")
    at = form.moment()
    user_id = people.add(writer, name=name, password_hash=password_hash, role=role, now_ms=at.now_ms)
    _note(form, writer, Action.USER_SAVED, name, {"is_new": True, "role": role})
    _note(form, writer, Action.USER_LINK_MADE, name)
    return password_links.new_link(writer, user_id, now_real_ms=at.now_real_ms)


@router.get("/orang/{user_id}")
def person_page(form: AtForm, user_id: UserId) -> Response:
    """Return one person."""
    return _one(form, user_id)


@router.post("/orang/{user_id}/peran")
def set_role(form: AtForm, user_id: UserId, role: Annotated[str, Form(max_length=20)]) -> Response:
    """Give another role, or propose it where that needs a second administrator."""

    def deed(writer: Connection, person: User) -> None:
        if role not in PERSONS:
            raise PasswordError(f"peran / role: expected one of {', '.join(PERSONS)}, got {role!r}.")
        at = form.moment()
        role_change.change(
            writer, person, role, by=form.account, now_ms=at.now_ms, now_real_ms=at.now_real_ms
        )  # fmt: skip

    return _do(form, user_id, deed)


@router.post("/orang/{user_id}/sesi")
def end_sessions(form: AtForm, user_id: UserId) -> Response:
    """End every session of a person at once."""

    def deed(writer: Connection, person: User) -> None:
        count = sessions.end_all(writer, person.user_id)
        _note(form, writer, Action.USER_SESSIONS_ENDED, person.name, {"count": count})

    return _do(form, user_id, deed)


@router.post("/orang/{user_id}/tutup")
def switch_off(form: AtForm, user_id: UserId) -> Response:
    """Let a person in no more; every session ends."""

    def deed(writer: Connection, person: User) -> None:
        role_change.verify_no_admin(person)
        if person.disabled_real_ms is None:
            people.disable(writer, person.user_id, now_real_ms=form.house.real.now_ms())
            _note(form, writer, Action.USER_DISABLED, person.name)

    return _do(form, user_id, deed)


@router.post("/orang/{user_id}/buka")
def switch_on(form: AtForm, user_id: UserId) -> Response:
    """Let a person in again."""

    def deed(writer: Connection, person: User) -> None:
        role_change.verify_no_admin(person)
        role_change.verify_nothing_waits(writer, person, now_ms=form.house.clock.now_ms())
        if person.disabled_real_ms is not None:
            people.enable(writer, person.user_id)
            _note(form, writer, Action.USER_ENABLED, person.name)

    return _do(form, user_id, deed)


@router.post("/orang/{user_id}/tautan")
def make_link(form: AtForm, user_id: UserId) -> Response:
    """End a person's password and sessions, and show a link by which they choose another, once."""
    hashed = people.no_password()
    try:
        with form.writing(Right.MANAGE_PEOPLE) as writer:
            person = _known(writer, user_id)
            role_change.verify_no_admin(person)
            role_change.verify_nothing_waits(writer, person, now_ms=form.house.clock.now_ms())
            if person.disabled_real_ms is not None:
                raise RoleRefusedError(
                    f"{person.name} ditutup: buka dahulu.", f"{person.name} is switched off: switch on first."
                )
            people.set_password(writer, user_id, password_hash=hashed)
            secret = password_links.new_link(writer, user_id, now_real_ms=form.house.real.now_ms())
            _note(form, writer, Action.USER_LINK_MADE, person.name)
    except REFUSALS as problem:
        return _one(form, user_id, problem=problem)
    return _link_shown(form, person.name, secret)


@router.post("/usul/{proposal_id}/setuju")
def approve(form: AtForm, proposal_id: Annotated[str, Path(max_length=64)]) -> Response:
    """Confirm a proposal as the second administrator."""
    at = form.moment()

    def decision(writer: Connection) -> ProposalState:
        return role_change.approve(
            writer, proposal_id, by=form.account, now_ms=at.now_ms, now_real_ms=at.now_real_ms
        ).state  # fmt: skip

    return _decide(form, decision)


@router.post("/usul/{proposal_id}/tarik")
def withdraw(form: AtForm, proposal_id: Annotated[str, Path(max_length=64)]) -> Response:
    """Withdraw a proposal; one administrator is enough to stop."""
    return _decide(
        form, lambda writer: desk.withdraw(writer, proposal_id, by=form.account, now_ms=form.moment().now_ms).state
    )


def _decide(form: AdminForm, decision: Callable[[Connection], ProposalState]) -> Response:
    try:
        with form.writing(Right.MANAGE_PEOPLE) as writer:
            state = decision(writer)
    except REFUSALS as problem:
        return _list(form, problem=problem)
    if state is ProposalState.EXPIRED:  # its end is written down; that stays
        return _list(form, status=409, said=form.wording.say("Usul ini sudah diputuskan atau sudah lewat waktunya."))
    return RedirectResponse(LIST, status_code=303)


def _do(form: AdminForm, user_id: str, deed: Deed) -> Response:
    """Do it in one write and lead back to the person; refused, show them as they are, with the reason."""
    try:
        with form.writing(Right.MANAGE_PEOPLE) as writer:
            deed(writer, _known(writer, user_id))
            is_own_end = sessions.role_of_key(writer, form.person.key) is None
    except REFUSALS as problem:
        return _one(form, user_id, problem=problem)
    return RedirectResponse("/masuk" if is_own_end else f"{LIST}/orang/{user_id}", status_code=303)


def _list(
    form: AdminForm,
    *,
    problem: Exception | None = None,
    said: str = "",
    status: int = 200,
    draft: str = "",
    draft_role: str = Role.OPERATOR,
) -> Response:
    with form.house.connections.reading() as connection:
        lines = _lines(form, connection)
        waiting = role_change.waiting(connection, now_ms=form.house.clock.now_ms())
    told, code = _refusal(form, problem)
    return form.page(
        "people.html",
        status=code or status,
        problem=told or said,
        lines=lines,
        proposals=waiting,
        roles=ROLES_OF_NEW,
        draft=draft,
        draft_role=draft_role,
        now_real_ms=form.house.real.now_ms(),
    )


def _one(form: AdminForm, user_id: str, *, problem: Exception | None = None) -> Response:
    now_real_ms = form.house.real.now_ms()
    with form.house.connections.reading() as connection:
        person = _known(connection, user_id)
        own = api_tokens.of_owner(connection, user_id)
        opened: list[Opened] = sessions.of_user(connection, user_id, now_real_ms=now_real_ms)
        until_ms = password_links.open_until(connection, now_real_ms=now_real_ms).get(user_id)
        now_ms = form.house.clock.now_ms()
        waiting = [one for one in role_change.waiting(connection, now_ms=now_ms) if one.change.user_id == user_id]
        of_two = [role for role in PERSONS if role_change.needs_two(connection, person, role)]
    told, code = _refusal(form, problem)
    return form.page(
        "person.html",
        status=code or 200,
        problem=told,
        one=person,
        opened=opened,
        tokens=own,
        link_until_ms=until_ms,
        proposals=waiting,
        roles=PERSONS,
        of_two=of_two,
        link_hours=LINK_HOURS,
        now_real_ms=now_real_ms,
    )


def _lines(form: AdminForm, connection: Connection) -> list[PersonLine]:
    now_real_ms, now_boot_ms = form.house.real.now_ms(), form.house.clock.real_ms()
    found = people.all_users(connection)
    links = password_links.open_until(connection, now_real_ms=now_real_ms)
    waits = form.house.attempts.waiting([user.name for user in found], now_ms=now_boot_ms)
    return [
        PersonLine(
            user=user,
            sessions=len(sessions.of_user(connection, user.user_id, now_real_ms=now_real_ms)),
            link_until_ms=links.get(user.user_id),
            wait_s=-(-waits.get(user.name, 0) // 1000),
        )
        for user in found
    ]


def _refusal(form: AdminForm, problem: Exception | None) -> tuple[str, int]:
    return ("", 0) if not isinstance(problem, REFUSALS) else (form.say_refused(problem), form.status_of(problem))


def _link_shown(form: AdminForm, name: str, secret: str) -> Response:
    address = form.address(f"/sandi/{secret}")
    return form.shown_once(kind="link", name=name, secret=address, back=LIST, hours=LINK_HOURS)


def _known(connection: Connection, user_id: str) -> User:
    person = people.by_id(connection, user_id)
    if person is None:
        raise NotFoundError("Tidak ada orang ini.", "There is no such person.")
    return person


def _note(
    form: AdminForm, writer: Connection, action: Action, subject: str, detail: dict[str, Value] | None = None
) -> None:
    audit_log.note(
        writer,
        now_ms=form.house.clock.now_ms(),
        actor=form.person.name,
        action=action,
        subject=subject,
        detail=detail,
    )
