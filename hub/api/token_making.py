"""Making and ending tokens, alike for a command and for a page. What they may do stands in `hub.api.rights`."""

import ipaddress
from collections.abc import Iterable

from msgspec import Struct

from contract.clock import aware
from hub.api.rights import Right, as_scopes
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.errors import PasswordError
from hub.passwords import verified_name
from hub.storage import api_tokens, audit, people
from hub.storage.connection import Connection

DAY_MS = 24 * 3_600_000
DAYS = 90
DAYS_MOST = 400
OF_A_PERSON_MOST = 10
MADE_A_DAY_MOST = 30
"""By one person on pages: each is a row of the log that only grows. A command has no such end."""
TOKENS_MOST = 500
"""A list that somebody can still read; those that have ended count until they are taken away."""


class Made(Struct, frozen=True, kw_only=True):
    """A token that was just made; the hub cannot show `secret` again."""

    name: str
    secret: str
    scopes: str
    expires_real_ms: int


class TokenDraft(Struct, frozen=True, kw_only=True):
    """What stands in a form for a token; refused, nobody writes it again. `form`: program, screen, own."""

    form: str = ""
    name: str = ""
    days: int = DAYS
    rights: tuple[str, ...] = (Right.LOOK.value,)
    address: str = ""


class Moment(Struct, frozen=True, kw_only=True):
    """Who acts, and when by both clocks."""

    actor: str
    now_ms: int
    now_real_ms: int


def make(
    connection: Connection,
    *,
    name: str,
    rights: Iterable[Right],
    days: int,
    at: Moment,
    address: str | None = None,
    owner_id: str | None = None,
) -> Made:
    """Make a token and write that down, inside a write.

    Args:
        connection: inside a write.
        name: what it is called in histories.
        rights: that it gives.
        days: until it ends.
        at: who makes it, and when.
        address: of the screen that it is bound to.
        owner_id: of the person whose own it is.

    Raises:
        PasswordError: the name, the days or the number of tokens cannot be, or too many were made today.
    """
    name = verified_name(name)
    if not 1 <= days <= DAYS_MOST:
        raise PasswordError(f"hari / --days: 1 sampai / to {DAYS_MOST}, got {days}.")
    if people.is_taken(connection, name):
        raise PasswordError(
            f"{name!r} sudah dipakai / is taken. Try: another name, or hub user token revoke {name!r} first."
        )
    _verify_room(connection, owner_id)
    _verify_few_today(connection, at)
    scopes, expires_real_ms = as_scopes(rights), at.now_real_ms + days * DAY_MS
    secret = api_tokens.add(
        connection,
        name=name,
        scopes=scopes,
        now_real_ms=at.now_real_ms,
        expires_real_ms=expires_real_ms,
        address=address,
        owner_id=owner_id,
    )
    detail = {"rights": scopes, "address": address, "until": f"{aware(expires_real_ms):%Y-%m-%d}"}
    audit_log.note(connection, now_ms=at.now_ms, actor=at.actor, action=Action.TOKEN_MADE, subject=name, detail=detail)
    return Made(name=name, secret=secret, scopes=scopes, expires_real_ms=expires_real_ms)


def _verify_room(connection: Connection, owner_id: str | None) -> None:
    if owner_id is not None and len(api_tokens.of_owner(connection, owner_id)) >= OF_A_PERSON_MOST:
        raise PasswordError(f"Paling banyak / at most {OF_A_PERSON_MOST} token. Akhiri satu dahulu / end one first.")
    if len(api_tokens.all_tokens(connection)) >= TOKENS_MOST:
        raise PasswordError(f"Paling banyak / at most {TOKENS_MOST} token. Akhiri satu dahulu / end one first.")


def _verify_few_today(connection: Connection, at: Moment) -> None:
    made = audit.count(
        connection, actor=at.actor, action=Action.TOKEN_MADE, since_ms=at.now_ms - DAY_MS, until_ms=at.now_ms
    )
    if made >= MADE_A_DAY_MOST and at.actor != audit_log.of_shell():
        raise PasswordError(
            f"Paling banyak / at most {MADE_A_DAY_MOST} token dalam 24 jam / in 24 hours. Coba / try: besok / "
            "tomorrow, hub user token add."
        )


def end(connection: Connection, name: str, *, at: Moment, owner_id: str | None = None) -> bool:
    """End a token and write that down; return whether there was one, of this owner where one is named."""
    if not api_tokens.remove(connection, name, owner_id=owner_id):
        return False
    audit_log.note(connection, now_ms=at.now_ms, actor=at.actor, action=Action.TOKEN_REVOKED, subject=name)
    return True


def verified_address(text: str) -> str:
    """Return the address of a screen as the hub will see it.

    Raises:
        PasswordError: it is none.
    """
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError as problem:
        raise PasswordError(f"alamat / address {text!r}: expected an IP address such as 192.0.2.7.") from problem
