"""`hub user token add|list|revoke`: tokens by which programs and the wall's screens are known."""

import argparse

from contract.clock import SystemClock, aware
from hub.api import token_making
from hub.api.rights import GRANTS, SCOPES, Right, Role
from hub.api.token_making import DAYS, DAYS_MOST, Moment, verified_address
from hub.audit import log as audit_log
from hub.commands.config_argument import add_config, opened
from hub.config import HubConfig
from hub.errors import PasswordError
from hub.storage import api_tokens
from hub.storage import connection as database
from hub.storage.connection import Connection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three actions."""
    add_config(parser)
    actions = parser.add_subparsers(dest="token_action", required=True, metavar="add|list|revoke")
    adding = actions.add_parser("add", help="a new token, shown once")
    adding.add_argument("name", help="what the program is called in the history of alerts")
    kind = adding.add_mutually_exclusive_group(required=True)
    kind.add_argument("--scopes", metavar="A,B", help=f"rights, a comma between, of: {', '.join(SCOPES)}")
    kind.add_argument("--wall", action="store_true", help="a link for a screen of the wall, which may only look")
    adding.add_argument("--address", help="with --wall: IP address that the screen comes from, as the hub sees it")
    adding.add_argument("--days", type=int, default=DAYS, help=f"until it ends: 1 to {DAYS_MOST}; default {DAYS}")
    listing = actions.add_parser("list", help="every token with its rights and end")
    ending = actions.add_parser("revoke", help="end a token at once")
    ending.add_argument("name", help="as `list` shows it")
    for action in (adding, listing, ending):
        add_config(action)


def run(args: argparse.Namespace, config: HubConfig) -> int:
    """Do what was asked. Tokens end in real time, whatever clock the hub runs on."""
    with opened(config) as connection:
        if args.token_action == "list":
            return _list(connection)
        if args.token_action == "revoke":
            return _revoke(connection, args, config)
        return _add(connection, args, config)


def _add(connection: Connection, args: argparse.Namespace, config: HubConfig) -> int:
    rights, address = _rights(args), _address(args)
    with database.write(connection):
        made = token_making.make(
            connection, name=args.name, rights=rights, days=args.days, at=_moment(config), address=address
        )
    until = f"{aware(made.expires_real_ms):%Y-%m-%d %H:%M} UTC"
    print(f"{made.name}: {made.scopes}, sampai / until {until}. Tidak dapat dibaca lagi / cannot be read again:")
    print(f"  {config.public_url()}/layar/{made.secret}" if address else f"  Authorization: Bearer {made.secret}")
    if address:
        print(f"Buka tautan itu di peramban layar {address} / open this link in the browser of the screen.")
    return 0


def _moment(config: HubConfig) -> Moment:
    return Moment(
        actor=audit_log.of_shell(), now_ms=config.make_clock().now_ms(), now_real_ms=SystemClock().now_ms()
    )  # fmt: skip


def _rights(args: argparse.Namespace) -> frozenset[Right]:
    """Return what the token may do.

    Raises:
        PasswordError: a word is no right that a token can have.
    """
    if args.wall:
        return GRANTS[Role.WALL]
    words = [word.strip() for word in args.scopes.split(",")]
    unknown = [word for word in words if word not in SCOPES]
    if unknown:
        raise PasswordError(f"--scopes: expected some of {', '.join(SCOPES)}; got {', '.join(map(repr, unknown))}.")
    return frozenset(Right(word) for word in words)


def _address(args: argparse.Namespace) -> str | None:
    """Return the address of a screen as the hub will see it; None for a program.

    Raises:
        PasswordError: it is none, or one is given where none belongs.
    """
    if bool(args.address) is not args.wall:
        raise PasswordError("--wall and --address belong together. Try: --wall --address 192.0.2.7")
    return verified_address(args.address) if args.wall else None


def _revoke(connection: Connection, args: argparse.Namespace, config: HubConfig) -> int:
    with database.write(connection):
        if not token_making.end(connection, args.name, at=_moment(config)):
            raise PasswordError(f"{args.name!r}: tidak ada token ini / no such token. Try: hub user token list")
    print(f"{args.name}: berakhir / ended.")
    return 0


def _list(connection: Connection) -> int:
    found, now_real_ms = api_tokens.all_tokens(connection), SystemClock().now_ms()
    for one in found:
        state = "" if one.expires_real_ms > now_real_ms else "  BERAKHIR / ENDED"
        place = f"  {one.address}" if one.address else f"  ({one.owner})" if one.owner else ""
        print(f"{one.name:<24} {aware(one.expires_real_ms):%Y-%m-%d}{state}  {one.scopes}{place}")
    print(f"{len(found)} token")
    return 0
