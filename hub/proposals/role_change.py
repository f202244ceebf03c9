"""Giving somebody another role. Who becomes an administrator, or ceases to be one of the last two, needs two persons.

1. While two administrators may sign in, the role admin is given by one of them and confirmed by another.
2. So is it taken from one of the last two. Of three or more one takes it alone; the last one keeps it.
3. While there is one administrator, there is nobody to confirm: the first two are made by one person.
4. Every other role is given by one administrator alone.
5. While a change of somebody waits, nobody sends them a link or switches them on: one could propose them, choose their
   password and confirm. Who made the last link for their password is shown with the proposal.
6. Whoever could switch an administrator off and on, or send themselves a link for that one's password, would be both
   persons at once. So neither is done to an administrator here: the role is taken first.
7. When it is confirmed everything is looked at anew: the person, their role, who proposed it.

A command at the hub's own machine asks for no second person: who may write to the database file could do all of it.
"""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.masking import Value, masked_text
from hub.proposals import desk
from hub.proposals.errors import RoleRefusedError
from hub.proposals.proposal import Account, Proposal, ProposalState
from hub.storage import audit, first_admin, password_links, people, proposals
from hub.storage.connection import Connection
from hub.storage.people import ADMIN, User

KIND = "user.role"
ENOUGH = 2
"""Administrators, from whom on a change needs two of them."""


class RoleChange(Struct, frozen=True, kw_only=True):
    """What is proposed: whose role becomes what. `name` and `was` are kept for those who read."""

    user_id: str
    name: str
    was: str
    role: str


class Waiting(Struct, frozen=True, kw_only=True):
    """A change that waits for the second person."""

    proposal: Proposal
    change: RoleChange
    link_by: str | None = None
    """Who made the last link by which this person chose a password; None: nobody is known to have."""
    link_ms: int | None = None


_BODY = msgspec.json.Decoder(RoleChange)


def needs_two(connection: Connection, person: User, role: str) -> bool:
    """Answer whether this change needs a second person now."""
    count = people.admin_count(connection)
    is_taken = person.role == ADMIN and person.disabled_real_ms is None
    return count >= ENOUGH and (role == ADMIN or (is_taken and count == ENOUGH))


def change(
    connection: Connection, person: User, role: str, *, by: Account, now_ms: int, now_real_ms: int
) -> Proposal | None:
    """Give a person another role, or propose it where that needs two; return the proposal then.

    Args:
        connection: inside a write.
        person: as they are now.
        role: that they are to have.
        by: an administrator.
        now_ms: the hub's clock.
        now_real_ms: real time.

    Raises:
        RoleRefusedError: it cannot be given.
        ProposalError: it cannot be proposed.
    """
    _verify(connection, person, role, now_real_ms=now_real_ms)
    if not needs_two(connection, person, role):
        _give(connection, person, role, by=by, now_ms=now_ms)
        return None
    verify_nothing_waits(connection, person, now_ms=now_ms)
    proposed = RoleChange(user_id=person.user_id, name=person.name, was=person.role, role=role)
    return desk.propose(connection, kind=KIND, body=proposed, by=by, now_ms=now_ms)


def approve(connection: Connection, proposal_id: str, *, by: Account, now_ms: int, now_real_ms: int) -> Proposal:
    """Confirm a change as the second person and do it; return the proposal, done or expired.

    Raises:
        RoleRefusedError: things have changed since it was proposed; it waits on.
        ProposalError: it cannot be decided.
    """

    def deed(inside: Connection, proposed: Proposal) -> None:
        wanted = _BODY.decode(proposed.body)
        person, proposer = people.by_id(inside, wanted.user_id), people.by_id(inside, proposed.proposed_by)
        if person is None or person.role != wanted.was or not _is_admin(proposer):
            raise RoleRefusedError(
                "Keadaan sudah berubah sejak diusulkan: tarik usul ini, lalu usulkan lagi.",
                "Things have changed since it was proposed: withdraw it and propose it again.",
            )
        _verify(inside, person, wanted.role, now_real_ms=now_real_ms)
        _give(inside, person, wanted.role, by=by, now_ms=now_ms, detail={"proposal": proposed.proposal_id})

    found = proposals.one(connection, proposal_id)
    if found is not None and found.kind != KIND:
        raise RoleRefusedError("Usul ini bukan tentang peran.", "This proposal is of another kind.")
    return desk.approve(connection, proposal_id, by=by, now_ms=now_ms, deed=deed)


def waiting(connection: Connection, *, now_ms: int) -> list[Waiting]:
    """Return the changes that wait for a second person, oldest first."""
    return [
        _with_link(connection, Waiting(proposal=one, change=_BODY.decode(one.body)))
        for one in proposals.still_open(connection)
        if one.kind == KIND and one.state_at(now_ms) is ProposalState.OPEN
    ]


def _with_link(connection: Connection, one: Waiting) -> Waiting:
    told = audit.newest_of(connection, action=Action.USER_LINK_MADE, subject=masked_text(one.change.name))
    return one if told is None else replace(one, link_by=told.actor, link_ms=told.at_ms)


def verify_nothing_waits(connection: Connection, person: User, *, now_ms: int) -> None:
    """Return if no change of this person waits for a second administrator.

    Raises:
        RoleRefusedError: one does.
    """
    if any(one.change.user_id == person.user_id for one in waiting(connection, now_ms=now_ms)):
        raise RoleRefusedError(
            f"Untuk {person.name} sudah ada usul yang menunggu orang kedua. Putuskan atau tarik dahulu.",
            f"A change of {person.name} waits for a second person already. Decide or withdraw it first.",
        )


def verify_no_admin(person: User) -> None:
    """Return if what one administrator alone does to others may be done to this person.

    Raises:
        RoleRefusedError: they are an administrator.
    """
    if person.role == ADMIN:
        raise RoleRefusedError(
            f"{person.name} adalah pengelola: ambil dahulu perannya, atau lakukan di mesin hub dengan hub user.",
            f"{person.name} is an administrator: take the role first, or use hub user at the hub's machine.",
        )


def _verify(connection: Connection, person: User, role: str, *, now_real_ms: int) -> None:
    if role == person.role:
        raise RoleRefusedError(f"Peran {person.name} memang itu.", f"{person.name} has this role already.")
    if role == ADMIN and person.disabled_real_ms is not None:
        raise RoleRefusedError(
            f"{person.name} ditutup: buka dahulu, lalu usulkan lagi.",
            f"{person.name} is switched off: switch on first, then try again.",
        )
    if role == ADMIN and person.user_id in password_links.open_until(connection, now_real_ms=now_real_ms):
        raise RoleRefusedError(
            f"{person.name} masih punya tautan kata sandi yang belum dipakai. Tunggu sampai ia memilih kata sandi.",
            f"{person.name} has a password link that was not used yet. Wait until they have chosen a password.",
        )
    is_last = person.disabled_real_ms is None and people.admin_count(connection) == 1
    if person.role == ADMIN and is_last:
        raise RoleRefusedError(
            f"{person.name} adalah pengelola terakhir: beri dahulu peran ini kepada orang lain.",
            f"{person.name} is the last administrator: give somebody else this role first.",
        )


def _give(
    connection: Connection,
    person: User,
    role: str,
    *,
    by: Account,
    now_ms: int,
    detail: dict[str, Value] | None = None,
) -> None:
    people.set_role(connection, person.user_id, role=role)
    if role == ADMIN:
        first_admin.close(connection)
    told: dict[str, Value] = {"role": role, "was": person.role, **(detail or {})}
    audit_log.note(
        connection, now_ms=now_ms, actor=by.name, action=Action.USER_ROLE_SET, subject=person.name, detail=told
    )


def _is_admin(user: User | None) -> bool:
    return user is not None and user.role == ADMIN and user.disabled_real_ms is None
