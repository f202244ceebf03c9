"""`hub user token add|list|revoke`: tokens by which programs and the wall's screens are known."""

import argparse
import ipaddress

from contract.clock import SystemClock, aware
from hub.api.rights import GRANTS, SCOPES, Right, Role, as_scopes
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.commands.config_argument import add_config, opened
from hub.config import HubConfig
from hub.errors import PasswordError
from hub.passwords import verified_name
from hub.storage import api_tokens, people
from hub.storage import connection as database
from hub.storage.connection import Connection

DAY_MS = 24 * 3_600_000
DAYS = 90
DAYS_MOST = 400


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
    name, rights, address = verified_name(args.name), _rights(args), _address(args)
    if not 1 <= args.days <= DAYS_MOST:
        raise PasswordError(f"--days: 1 sampai / to {DAYS_MOST}, got {args.days}.")
    now_real_ms = SystemClock().now_ms()
    expires_real_ms = now_real_ms + args.days * DAY_MS
    with database.write(connection):
        if people.is_taken(connection, name):
            raise PasswordError(
                f"{name!r} sudah dipakai / is taken. Try: another name, or hub user token revoke {name!r} first."
            )
        token = api_tokens.add(
            connection,
            name=name,
            scopes=as_scopes(rights),
            now_real_ms=now_real_ms,
            expires_real_ms=expires_real_ms,
            address=address,
        )
        detail = {"rights": as_scopes(rights), "address": address, "until": f"{aware(expires_real_ms):%Y-%m-%d}"}
        audit_log.note(
            connection,
            now_ms=config.make_clock().now_ms(),
            actor=audit_log.of_shell(),
            action=Action.TOKEN_MADE,
            subject=name,
            detail=detail,
        )
    until = f"{aware(expires_real_ms):%Y-%m-%d %H:%M} UTC"
    print(f"{name}: {as_scopes(rights)}, sampai / until {until}. Tidak dapat dibaca lagi / cannot be read again:")
    print(f"  {config.public_url()}/layar/{token}" if address else f"  Authorization: Bearer {token}")
    if address:
        print(f"Buka tautan itu di peramban layar {address} / open this link in the browser of the screen.")
    return 0


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
    if not args.wall:
        return None
    try:
        return str(ipaddress.ip_address(args.address))
    except ValueError as problem:
        raise PasswordError(f"--address {args.address!r}: expected an IP address such as 192.0.2.7.") from problem


def _revoke(connection: Connection, args: argparse.Namespace, config: HubConfig) -> int:
    with database.write(connection):
        if not api_tokens.remove(connection, args.name):
            raise PasswordError(f"{args.name!r}: tidak ada token ini / no such token. Try: hub user token list")
        now_ms, actor = config.make_clock().now_ms(), audit_log.of_shell()
        audit_log.note(connection, now_ms=now_ms, actor=actor, action=Action.TOKEN_REVOKED, subject=args.name)
    print(f"{args.name}: berakhir / ended.")
    return 0


def _list(connection: Connection) -> int:
    found, now_real_ms = api_tokens.all_tokens(connection), SystemClock().now_ms()
    for one in found:
        state = "" if one.expires_real_ms > now_real_ms else "  BERAKHIR / ENDED"
        place = f"  {one.address}" if one.address else ""
        print(f"{one.name:<24} {aware(one.expires_real_ms):%Y-%m-%d}{state}  {one.scopes}{place}")
    print(f"{len(found)} token")
    return 0
