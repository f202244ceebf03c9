"""`hub audit show` and `hub audit verify`: who did what, and whether that log is as it was written."""

import argparse
import csv
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from contract.clock import Clock, SystemClock, aware
from hub import spreadsheet
from hub.audit import showing
from hub.audit.errors import NoAuditLogError
from hub.audit.verdict import plainly, verdict
from hub.audit.verification import verify
from hub.audit.witness_file import read_witnesses
from hub.commands.config_argument import add_config, config_of, read
from hub.config import HubConfig
from hub.storage import audit, meta
from hub.storage.audit import Row, Wanted
from hub.storage.connection import Connection

EXIT_DAMAGED = 1
_NEVER_BEGUN = "Try: start this hub once."


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
    with read(config) as connection:
        if not audit.is_there(connection):
            hint = "It had one: keep a copy as it is, and take a backup." if showing.shown(connection) else _NEVER_BEGUN
            raise NoAuditLogError(f"reading {config.database_path()}: it has no audit log. {hint}")
        if args.what == "show":
            return _show(connection, config, args)
        return _verify(connection, config.database_path(), args.witness)


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
    for row in rows:
        words = (_time(row, zone), row.actor, row.action, row.subject, row.detail, row.hash)
        sheet.writerow((row.n, *map(spreadsheet.as_cell, words)))


def _line(row: Row) -> str:
    """Return the row in words; what a terminal could take for an order of its own is written out."""
    words = f"{row.actor}  {row.action}  {row.subject}  {'' if row.detail == '{}' else row.detail}".rstrip()
    return plainly(words)


def _time(row: Row, zone: timezone) -> str:
    return aware(row.at_ms).astimezone(zone).isoformat(timespec="seconds")


def _verify(connection: Connection, path: Path, files: list[Path], *, clock: Clock | None = None) -> int:
    watch = clock or SystemClock()
    told = [witness for file in files for witness in read_witnesses(file)]
    own = showing.own_witnesses(connection, path)  # before the rows: these only grow
    newest, missing = audit.head(connection), audit.missing_guards(connection)
    epoch = meta.db_epoch(connection)
    began_ms, count = watch.real_ms(), 0 if newest is None else newest.n

    def say(done: int) -> None:
        print(f"{done} / {count} ({100 * done // max(1, count)} %)", file=sys.stderr, flush=True)

    found = verify(audit.all_rows(connection), witnesses=[*own, *told], say=say, lives=[epoch])
    seconds = (watch.real_ms() - began_ms) / 1000
    lines = verdict(found, offered=len(told), missing_guards=missing, seconds=seconds)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if found.is_whole and not missing else EXIT_DAMAGED
