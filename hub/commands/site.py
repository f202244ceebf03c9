"""`hub site replace SITE --reason`: the old box loses its right to speak, and a label for the new one is printed.

Both in one write: a site is never left without a code because the printer had no paper.
"""

import argparse

from contract.clock import SystemClock
from hub.audit import log as audit_log
from hub.commands import claim
from hub.commands.config_argument import add_config, config_of, opened
from hub.fleet import claims as codes
from hub.fleet import replacement
from hub.fleet.replacement import Inheritance


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the one action."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="replace")
    replacing = actions.add_parser("replace", help="revoke a box of the site and print a claim code for the next one")
    claim.add_label_arguments(replacing)
    replacing.add_argument("--reason", required=True, help="why; stands in the audit log and on the page /simpul")
    replacing.add_argument(
        "--node", help="which box, where the site has more than one; its id as `hub node list` shows it"
    )
    add_config(replacing)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    config, now_ms = config_of(args), SystemClock().now_ms()
    ended: list[str] = []
    with opened(config) as connection:
        codes.verify_site(connection, args.site)

        def revoke() -> None:
            ended.append(
                replacement.replace(
                    connection,
                    args.site,
                    reason=args.reason,
                    now_ms=config.make_clock().now_ms(),
                    actor=audit_log.of_shell(),
                    node_id=args.node,
                )
            )

        claim.give_code(connection, args, config, now_ms=now_ms, before=revoke)
        left = replacement.inheritance(connection, args.site)
    print(f"DICABUT / revoked: {', '.join(ended)}. Riwayatnya tetap / its history stays.")
    _tell(left)
    return 0


def _tell(left: Inheritance) -> None:
    print("Berikutnya / next: provision claim di kotak baru / on the new box.")
    for one in left.moving:
        print(f"  ikut / follows: {one.station_id} ({one.source})")
    for one in left.staying:
        print(
            f"  !!! TIDAK ikut / stays behind: {one.station_id} ({one.source} dari / of {one.node_id}). Kotak baru "
            f"sudah punya / the new box has its {one.source} already. Tulis / write [[bindings]]: {one.station_id}"
        )
    print(
        "Berkas kota / the city file: ganti [[bindings]] ke kotak baru, atau hapus barisnya / name the new box there, "
        "or take the line out: hub node list"
    )
