"""`hub node list`, `revoke`, `release`, `retire`: how boxes stand with the hub, and their right to speak.

The hub's broker is told by itself (docs/broker.md); ingest refuses a box from the moment that a command here is done.
"""

import argparse
from functools import partial

from hub.audit import log as audit_log
from hub.commands.city_time import day_of
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import CityConfig
from hub.fleet import retirement, standing
from hub.fleet.authority.errors import PresentedError
from hub.fleet.authority.presented import ends_of_chain
from hub.fleet.standing import Standing
from hub.storage import bindings, claims, commands, node_certificates, nodes, standings
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.retirements import Retirement

_WORDS = {
    Standing.LIVE: "aktif / live",
    Standing.QUARANTINED: "KARANTINA / quarantined",
    Standing.REVOKED: "DICABUT / revoked",
}
_RETIRING = "AKAN PENSIUN / retiring"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|revoke|release|retire")
    listing = actions.add_parser("list", help="every box: how it stands, when it was heard, its certificate's end")
    revoking = actions.add_parser("revoke", help="take a box's right to speak away, for good")
    revoking.add_argument("--lost", action="store_true", help="of a box that a restored hub does not know any more")
    releasing = actions.add_parser("release", help="let a quarantined box speak again: somebody has looked")
    for action in (revoking, releasing):
        action.add_argument("node", help="id of the box, as `list` shows it")
        action.add_argument("--reason", required=True, help="why; stands in the audit log and on the page /simpul")
    retiring = actions.add_parser("retire", help="have a box hand everything over, wipe itself and leave for good")
    retiring.add_argument("node", help="id of the box, as `list` shows it")
    what = retiring.add_mutually_exclusive_group(required=True)
    what.add_argument("--reason", help="why; stands in the audit log and on the page /simpul")
    what.add_argument("--cancel", action="store_true", help="take it back, while the box has not answered")
    for action in (listing, revoking, releasing, retiring):
        add_config(action)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    config = config_of(args)
    with opened(config) as connection:
        if args.action == "list":
            _list(connection, config.city)
            return 0
        if args.action == "retire":
            return _retire(connection, args, now_ms=config.make_clock().now_ms())
        decide = standing.release if args.action == "release" else partial(standing.revoke, is_lost=args.lost)
        with database.write(connection):
            decide(
                connection,
                args.node,
                reason=args.reason,
                now_ms=config.make_clock().now_ms(),
                actor=audit_log.of_shell(),
            )
    print(f"{args.node}: {_WORDS[Standing.REVOKED if args.action == 'revoke' else Standing.LIVE]}")
    if config.mqtt.tls is None:
        print(
            "  Broker ini tanpa TLS, tidak menolak siapa pun / this broker has no TLS and denies nobody: pusat sendiri "
            "yang menolak / the hub itself refuses."
        )
    else:
        print(
            "  Broker diberi tahu dalam 5 detik / the broker is told within 5 s. Jika tidak / if not: /alarm says so."
        )
    return 0


def _retire(connection: Connection, args: argparse.Namespace, *, now_ms: int) -> int:
    actor = audit_log.of_shell()
    if not args.cancel:
        with database.write(connection):
            retirement.begin(connection, args.node, reason=args.reason, now_ms=now_ms, actor=actor)
        print(f"{args.node}: {_RETIRING}. Kotak diberi tahu dalam / the box is told in {retirement.UNDO_S:.0f} s.")
        print(f"  Urungkan / undo: hub node retire {args.node} --cancel. Sudah / done? hub node list")
        print(f"  Kotak tidak menjawab / the box does not answer? hub node revoke {args.node} --reason ALASAN")
        return 0
    with database.write(connection):
        is_told = retirement.cancel(connection, args.node, now_ms=now_ms, actor=actor)
    print(f"{args.node}: tidak jadi dipensiunkan / is not to retire")
    if is_told:
        print(
            "  Kotak sudah diberi tahu, kini diberi tahu lagi / the box had been told, and is told of this: jika ia "
            "sudah mulai menghapus, ia tetap pergi / if it has begun to wipe, it goes all the same. hub node list"
        )
    return 0


def _list(connection: Connection, city: CityConfig) -> None:
    heard = {node.node_id: node for node in nodes.all_nodes(connection)}
    bound = {binding.node_id for binding in bindings.all_bindings(connection)}
    known = sorted({*heard, *claims.node_ids(connection), *bound, *standing.refused(connection)})
    for node_id in known:
        newest = standings.newest(connection, node_id)
        stands = Standing.LIVE if newest is None else Standing(newest.standing)
        node = heard.get(node_id)
        seen = "belum terdengar / not heard yet" if node is None else day_of(node.last_seen_ms, city)
        leaving = retirement.open_of(connection, node_id)
        word = _WORDS[stands] if leaving is None or stands is not Standing.LIVE else _RETIRING
        print(f"{node_id:<18} {word:<24} terdengar / heard {seen}; {_certificate(connection, node_id, city)}")
        if newest is not None and stands is not Standing.LIVE:
            print(f"    {newest.reason} ({newest.actor}, {day_of(newest.at_ms, city)})")
        if leaving is not None:
            print(f"    {leaving.reason} ({leaving.actor}, {day_of(leaving.asked_ms, city)})")
            print(f"    {_asked(connection, leaving)}")
    refused = len(standing.refused(connection))
    print(f"{len(known)} kotak / boxes, {refused} ditolak / refused")


def _asked(connection: Connection, leaving: Retirement) -> str:
    """Return how far it has come with the box."""
    if leaving.answered_ms is not None:
        return "kotak menjawab, kuncinya dihapus / the box has answered, its key is wiped"
    if leaving.command_id is None:
        return "kotak belum diberi tahu / the box was not told yet"
    said = commands.result_text(connection, leaving.command_id)
    return f"kotak diberi tahu / the box was told; {f'ia menjawab / it says: {said}' if said else 'menunggu / waiting'}"


def _certificate(connection: Connection, node_id: str, city: CityConfig) -> str:
    """Return when the newest certificate that the box has come with ends, in real time."""
    used = [one for one in node_certificates.of_node(connection, node_id) if one.used_real_ms is not None]
    if not used:
        return "tanpa sertifikat hub / no certificate of this hub"
    try:
        return f"sertifikat sampai / certificate until {day_of(ends_of_chain(used[-1].chain), city)}"
    except PresentedError:
        return "sertifikat di basis data rusak / its certificate in the database is damaged"
