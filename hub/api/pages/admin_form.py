"""What forms about people, roles and tokens share: who acts, when, and what a refusal says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from hub.api import rights
from hub.api.caller import Caller, ThePerson, is_by_tls, place_of
from hub.api.errors import ForbiddenError, NotSignedInError
from hub.api.house import House, TheHouse
from hub.api.pages.page import TheWording, page
from hub.api.rights import Right
from hub.api.token_making import Made, Moment
from hub.errors import HubError, PasswordError
from hub.proposals.errors import (
    NoPersonError,
    ProposalError,
    ProposalOverError,
    RoleRefusedError,
    SamePersonError,
    TooManyProposalsError,
    UnknownProposalError,
)
from hub.proposals.proposal import Account
from hub.storage import sessions
from hub.storage.connection import Connection
from hub.wall.wording import Wording

REFUSED = 409
UNUSABLE = 422
REFUSALS = (PasswordError, ProposalError)
"""What a form shows as a sentence; anything else is an error of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminForm:
    """A person at a form."""

    request: Request
    house: House
    wording: Wording
    person: Caller

    @property
    def account(self) -> Account:
        """Return who acts, as proposals name people."""
        return Account(user_id=self.person.user_id, name=self.person.name)

    @property
    def place(self) -> str:
        """Return the address that they come from."""
        return place_of(self.request)

    def moment(self) -> Moment:
        """Return who acts, and when."""
        return Moment(
            actor=self.person.name, now_ms=self.house.clock.now_ms(), now_real_ms=self.house.real.now_ms()
        )  # fmt: skip

    @contextmanager
    def writing(self, right: Right) -> Iterator[Connection]:
        """Hold one write for a person who may do this now: the gate has looked before, and may have waited since.

        Raises:
            NotSignedInError: their session was ended meanwhile.
            ForbiddenError: they have another role meanwhile.
        """
        with self.house.connections.writing() as writer:
            role = sessions.role_of_key(writer, self.person.key)
            if role is None:
                raise NotSignedInError
            if right not in rights.of_role(role):
                raise ForbiddenError("Peran Anda sudah berubah.", f"Your role was changed (right: {right}).")
            yield writer

    def address(self, path: str) -> str:
        """Return the whole address of a path, by the name under which this browser knows the hub."""
        scheme = "https" if is_by_tls(self.request, self.house) else "http"
        return f"{scheme}://{self.request.headers.get('host', '')}{path}"

    def page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Return a page for this person."""
        return page(
            self.request,
            template,
            house=self.house,
            wording=self.wording,
            person=self.person,
            status=status,
            **values,
        )

    def shown_once(self, *, kind: str, name: str, secret: str, back: str, hours: int = 0) -> HTMLResponse:
        """Return the page that shows a secret, once; `kind`: link, screen or token."""
        return self.page("shown_once.html", kind=kind, whose=name, secret=secret, back=back, hours=hours)

    def token_shown(self, made: Made, *, back: str) -> HTMLResponse:
        """Return the page that shows a program's token, once."""
        return self.shown_once(kind="token", name=made.name, secret=made.secret, back=back)

    def say_refused(self, problem: HubError) -> str:
        """Return why it was refused, in the page's language where there are words for it."""
        if isinstance(problem, RoleRefusedError):
            return problem.sentence_id if self.wording.language.code == "id" else problem.sentence_en
        say = self.wording.say
        said: dict[type[HubError], str] = {
            SamePersonError: say("Ini usul Anda sendiri. Pengelola lain yang harus menyetujuinya."),
            ProposalOverError: say("Usul ini sudah diputuskan atau sudah lewat waktunya."),
            UnknownProposalError: say("Usul ini tidak ada."),
            TooManyProposalsError: say("Terlalu banyak usul yang menunggu. Putuskan dahulu yang ada."),
            NoPersonError: say("Hanya orang yang masuk sendiri yang dapat mengusulkan atau menyetujui."),
        }
        return said.get(type(problem), str(problem))

    def status_of(self, problem: HubError) -> int:
        """Return the HTTP status of a refusal."""
        return UNUSABLE if isinstance(problem, PasswordError) else REFUSED


def at_form(request: Request, house: TheHouse, wording: TheWording, person: ThePerson) -> AdminForm:
    """Return who is at the form; the gate has seen their right and the token of their page.

    Raises:
        NotSignedInError: it is no person.
    """
    if person is None:
        raise NotSignedInError
    return AdminForm(request=request, house=house, wording=wording, person=person)


AtForm = Annotated[AdminForm, Depends(at_form)]
