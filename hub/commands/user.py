"""`hub user`: who may sign in, as what; tokens of programs and screens; the first administrator's link."""

import argparse
import sys
from datetime import datetime

from contract.clock import SystemClock, aware
from hub.api.rights import PERSONS, Role
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.masking import Value
from hub.commands import hidden_word, user_token
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import HubConfig
from hub.errors import PasswordError
from hub.passwords import verified_name, verify_choice
from hub.storage import connection as database
from hub.storage import first_admin, people
from hub.storage.connection import Connection
from hub.storage.people import User

_ROLES = [role.value for role in PERSONS]
"""As they are typed; argparse shows an enum as Python writes it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    add_config(parser)
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="first-admin|add|list|role|password|disable|enable|token"
    )
    first = actions.add_parser("first-admin", help="print the link by which the first administrator begins")
    adding = actions.add_parser("add", help="add a person; asks for a password")
    listing = actions.add_parser("list", help="everybody, with role and state")
    role = actions.add_parser("role", help="give a person another role; their sessions end")
    password = actions.add_parser("password", help="give a person a new password; their sessions end")
    ending = actions.add_parser("disable", help="let a person in no more; their sessions end at once")
    enabling = actions.add_parser("enable", help="let a person in again")
    for action in (adding, role, password, ending, enabling):
        action.add_argument("name", help="what the person signs in with and is called in the history of alerts")
    adding.add_argument("--role", required=True, choices=_ROLES, help="what the person may do: docs/people.md")
    role.add_argument("role", choices=_ROLES, help="docs/people.md")
    for action in (adding, password):
        action.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    for action in (first, adding, listing, role, password, ending, enabling):
        add_config(action)
    user_token.add_arguments(actions.add_parser("token", help="tokens of programs and of the wall's screens"))


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    config = config_of(args)
    if args.action == "token":
        return user_token.run(args, config)
    if args.action == "add":
        return _add(args, config)
    if args.action == "password":
        return _set_password(args, config)
    with opened(config) as connection:
        if args.action == "list":
            return _list(connection)
        if args.action == "first-admin":
            return _first_admin(connection, config)
        return _change(connection, args, config)


def _add(args: argparse.Namespace, config: HubConfig) -> int:
    name = verified_name(args.name)
    hashed = people.hash_of(_chosen(args, name))
    with opened(config) as connection, database.write(connection):
        if people.is_taken(connection, name):
            raise PasswordError(f"{name!r} sudah dipakai / is taken. Try: hub user password {name!r}, or another name.")
        now_ms = config.make_clock().now_ms()
        people.add(connection, name=name, password_hash=hashed, role=args.role, now_ms=now_ms)
        if args.role == Role.ADMIN:
            first_admin.close(connection)
        _note(connection, config, Action.USER_SAVED, name, {"is_new": True, "role": args.role})
    print(f"{name} dapat masuk di /masuk sebagai {args.role} / may sign in at /masuk as {args.role}.")
    return 0


def _set_password(args: argparse.Namespace, config: HubConfig) -> int:
    with opened(config) as connection:
        person = _known(connection, args.name)
        hashed = people.hash_of(_chosen(args, person.name))
        with database.write(connection):
            people.set_password(connection, person.user_id, password_hash=hashed)
            _note(connection, config, Action.USER_SAVED, person.name, {"is_new": False})
    print(f"{person.name}: kata sandi baru, semua sesi berakhir / a new password, all sessions ended.")
    return 0


def _change(connection: Connection, args: argparse.Namespace, config: HubConfig) -> int:
    """Change role or state; what leaves no administrator is done, and said."""
    person = _known(connection, args.name)
    with database.write(connection):
        if args.action == "role":
            people.set_role(connection, person.user_id, role=args.role)
            if args.role == Role.ADMIN:
                first_admin.close(connection)
            _note(connection, config, Action.USER_ROLE_SET, person.name, {"role": args.role, "was": person.role})
            told = f"{args.role}; semua sesi berakhir / all sessions ended"
        elif args.action == "disable":
            people.disable(connection, person.user_id, now_real_ms=SystemClock().now_ms())
            _note(connection, config, Action.USER_DISABLED, person.name)
            told = "tidak dapat masuk lagi, semua sesi berakhir / may not sign in any more, all sessions ended"
        else:
            people.enable(connection, person.user_id)
            _note(connection, config, Action.USER_ENABLED, person.name)
            told = "dapat masuk lagi / may sign in again"
    print(f"{person.name}: {told}.")
    _tell_of_no_admin(connection)
    return 0


def _tell_of_no_admin(connection: Connection) -> None:
    if not people.is_admin_there(connection):
        print(
            "PERHATIAN / NOTE: tidak ada pengelola / there is no administrator. "
            "Try: hub user first-admin, or hub user role NAME admin"
        )


def _first_admin(connection: Connection, config: HubConfig) -> int:
    if people.is_admin_there(connection):
        raise PasswordError(
            "Sudah ada pengelola / there is an administrator already. Try: hub user add NAME --role admin"
        )
    with database.write(connection):
        secret = first_admin.new_link(connection, now_real_ms=SystemClock().now_ms())
        _note(connection, config, Action.USER_LINK_MADE, "first-admin")
    print(
        "Pengelola pertama: buka tautan ini, sekali saja, dalam 24 jam / first administrator: open this once, in 24 h:"
    )
    print(f"  {config.public_url()}/mulai/{secret}")
    return 0


def _list(connection: Connection) -> int:
    found = people.all_users(connection)
    for person in found:
        since: datetime | None = None if person.disabled_real_ms is None else aware(person.disabled_real_ms)
        state = "" if since is None else f"  ditutup / disabled {since:%Y-%m-%d %H:%M} UTC"
        print(f"{person.name:<32} {person.role}{state}")
    print(f"{len(found)} orang / people")
    _tell_of_no_admin(connection)
    return 0


def _known(connection: Connection, name: str) -> User:
    """Return the user of this name.

    Raises:
        PasswordError: there is none.
    """
    person = people.user(connection, verified_name(name))
    if person is None:
        raise PasswordError(f"{name!r}: tidak ada orang dengan nama ini / nobody has this name. Try: hub user list")
    return person


def _note(
    connection: Connection, config: HubConfig, action: Action, subject: str, detail: dict[str, Value] | None = None
) -> None:
    now_ms, actor = config.make_clock().now_ms(), audit_log.of_shell()
    audit_log.note(connection, now_ms=now_ms, actor=actor, action=action, subject=subject, detail=detail)


def _chosen(args: argparse.Namespace, name: str) -> str:
    """Return the password of standard input, or one that was typed twice alike.

    Raises:
        PasswordError: it cannot be taken, or the two differ.
    """
    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else _asked(name)
    verify_choice(password, name=name)
    return password


def _asked(name: str) -> str:
    password = hidden_word.ask(f"Kata sandi untuk / password for {name}: ", otherwise="--password-stdin")
    if hidden_word.ask("Sekali lagi / again: ", otherwise="--password-stdin") != password:
        raise PasswordError("Kata sandi tidak sama / the passwords differ. Try again.")
    return password
