"""`hub user add NAME`: who may sign in at the hub, or a new password for somebody who may already."""

import argparse
import getpass
import sys

from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.commands.config_argument import add_config, config_of, opened
from hub.errors import PasswordError
from hub.storage import connection as database
from hub.storage import people
from hub.storage.people import NAME_LONGEST, PASSWORD_LONGEST

PASSWORD_SHORTEST = 10
"""Characters. A sign-in is slowed after wrong tries, so length alone keeps guessing out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action, its name, and where the password comes from."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="add")
    adding = actions.add_parser("add", help="add a person, or give one a new password; asks for it")
    adding.add_argument("name", help="what the person signs in with and is called in the history of alerts")
    adding.add_argument("--password-stdin", action="store_true", help="read the password from standard input instead")
    add_config(adding)


def run(args: argparse.Namespace) -> int:
    """Write the person down; a password that was changed ends the person's sessions."""
    name = args.name.strip()
    if not 0 < len(name) <= NAME_LONGEST:
        raise PasswordError(f"Nama / name: 1 sampai {NAME_LONGEST} huruf, got {len(name)}.")
    config = config_of(args)
    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else _asked(name)
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise PasswordError(
            f"Kata sandi {PASSWORD_SHORTEST} sampai {PASSWORD_LONGEST} huruf / password of {PASSWORD_SHORTEST} to "
            f"{PASSWORD_LONGEST} characters, got {len(password)}. Try: a sentence of four words."
        )
    now_ms = config.make_clock().now_ms()
    with opened(config) as connection, database.write(connection):
        detail = {"is_new": not people.is_user(connection, name)}
        people.ensure_user(connection, name=name, password=password, now_ms=now_ms)
        actor = audit_log.of_shell()
        audit_log.note(connection, now_ms=now_ms, actor=actor, action=Action.USER_SAVED, subject=name, detail=detail)
    print(f"{name} dapat masuk di /masuk / may sign in at /masuk.")
    return 0


def _asked(name: str) -> str:
    """Return a password that was typed twice alike.

    Raises:
        PasswordError: the two differ.
    """
    password = getpass.getpass(f"Kata sandi untuk / password for {name}: ")
    if getpass.getpass("Sekali lagi / again: ") != password:
        raise PasswordError("Kata sandi tidak sama / the passwords differ. Try again.")
    return password
