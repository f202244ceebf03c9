"""`hub audit show` and `hub audit verify`: who did what, and whether that log is as it was written."""

import argparse
import csv
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from contract.clock import Clock, SystemClock, aware
from hub.audit.damage import Damage, DamageKind
from hub.audit.errors import NoAuditLogError
from hub.audit.verification import Verified, verify
from hub.audit.witness_file import read_witnesses
from hub.commands.config_argument import add_config, config_of
from hub.config import HubConfig
from hub.storage import audit
from hub.storage import connection as database
from hub.storage.audit import Row, Wanted
from hub.storage.connection import Connection

EXIT_DAMAGED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two actions, and --config before and behind them."""
    add_config(parser)
    actions = parser.add_subparsers(dest="what", required=True, metavar="show|verify")
    showing = actions.add_parser("show", help="print the rows, oldest first")
    showing.add_argument("--since", type=datetime.fromisoformat, metavar="TIME", help="2026-11-22 or 2026-11-22T03:00")
    showing.add_argument("--actor", help="only what this person or program did; shell:root for commands of root")
    showing.add_argument("--action", help="only this deed, alert.acknowledged, or this group of them, alert")
    form = showing.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--csv", action="store_true", help="comma-separated, with a header")
    checking = actions.add_parser("verify", help="find the first row that is not as it was written")
    checking.add_argument(
        "--witness",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="what `edge-agent witness` of a box printed; may stand several times",
    )
    for action in (showing, checking):
        add_config(action)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 if the log is not as it was written."""
    config = config_of(args)
    connection = database.read_only(config.database_path())
    try:
        if not audit.is_there(connection):
            raise NoAuditLogError(f"reading {config.database_path()}: it has no audit log. Try: start this hub once.")
        return _show(connection, config, args) if args.what == "show" else _verify(connection, args.witness)
    finally:
        connection.close()


def _show(connection: Connection, config: HubConfig, args: argparse.Namespace) -> int:
    zone = timezone(timedelta(hours=config.city.utc_offset_h))
    since = args.since if args.since is None or args.since.tzinfo else args.since.replace(tzinfo=zone)
    since_ms = None if since is None else round(1000 * since.timestamp())
    rows = audit.rows(connection, Wanted(since_ms=since_ms, actor=args.actor, action=args.action))
    if args.json:
        for row in rows:
            fields = {**msgspec.structs.asdict(row), "detail": msgspec.Raw(row.detail.encode())}
            sys.stdout.write(msgspec.json.encode(fields).decode() + "\n")
    elif args.csv:
        _write_csv(rows, zone)
    else:
        for row in rows:
            sys.stdout.write(f"{row.n:6d}  {_time(row, zone)}  {_line(row)}\n")
    return 0


def _write_csv(rows: Iterable[Row], zone: timezone) -> None:
    sheet = csv.writer(sys.stdout, lineterminator="\n")
    sheet.writerow(("n", "at", "actor", "action", "subject", "detail", "hash"))
    sheet.writerows((row.n, _time(row, zone), row.actor, row.action, row.subject, row.detail, row.hash) for row in rows)


def _line(row: Row) -> str:
    """Return the row in words; what a terminal could take for an order of its own is written out."""
    words = f"{row.actor}  {row.action}  {row.subject}  {'' if row.detail == '{}' else row.detail}".rstrip()
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in words)


def _time(row: Row, zone: timezone) -> str:
    return aware(row.at_ms).astimezone(zone).isoformat(timespec="seconds")


def _verify(connection: Connection, files: list[Path], *, clock: Clock | None = None) -> int:
    watch = clock or SystemClock()
    witnesses = [witness for file in files for witness in read_witnesses(file)]
    newest = audit.head(connection)
    began_ms, count = watch.real_ms(), 0 if newest is None else newest.n

    def say(done: int) -> None:
        print(f"{done} / {count} ({100 * done // max(1, count)} %)", file=sys.stderr, flush=True)

    found = verify(audit.all_rows(connection), witnesses=witnesses, say=say)
    seconds = (watch.real_ms() - began_ms) / 1000
    sys.stdout.write("\n".join(_verdict(found, offered=len(witnesses), seconds=seconds)) + "\n")
    return 0 if found.damage is None else EXIT_DAMAGED


def _verdict(found: Verified, *, offered: int, seconds: float) -> list[str]:
    last = f", up to {found.head.hash[:16]}…" if found.head else ""
    figures = f"{found.rows} rows in {seconds:.1f} s{last}; {found.witnesses} of {offered} witnesses agree"
    if found.damage is None:
        lines = [f"Utuh / whole: {figures}."]
        if not offered:
            lines.append(
                "Tanpa saksi / without a witness a log that was cut off or computed anew is not found. "
                "Try: edge-agent witness --config box.toml > FILE on a box, then hub audit verify --witness FILE"
            )
        return lines
    return [
        f"RUSAK / DAMAGED: {_told(found.damage)}",
        f"Before it: {figures}.",
        "Try: keep a copy of the database as it is, and compare it with the newest backup.",
    ]


def _told(damage: Damage) -> str:
    first_n, last_n = damage.first_n, damage.last_n
    which = f"row {first_n}" if first_n == last_n else f"rows {first_n} to {last_n}"
    witness = damage.witness
    seen = ""
    if witness is not None:
        at = aware(witness.at_ms).isoformat(timespec="seconds")
        seen = f"; box {witness.node} was shown row {witness.n} as {witness.hash[:16]}… at {at}"
        seen += f" (database {witness.db_epoch})"
    if damage.kind is DamageKind.TOUCHED:
        return f"{which} was touched" + (f" (or row {first_n - 1} together with its hash)" if first_n > 1 else "")
    if damage.kind is DamageKind.REWRITTEN:
        return f"the log was written anew from one of {which} on{seen}"
    return f"{which} {'was' if first_n == last_n else 'were'} {damage.kind.value}{seen}"
