"""`hub stations import FILE` and `export`: stations, sites, thresholds, bindings, views, boxes, recipients."""

import argparse
import sys
from pathlib import Path

import msgspec

from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.commands.config_argument import add_config, config_of, opened
from hub.fleet.city_csv import KINDS, read_city_csv, write_city_csv
from hub.fleet.city_file import CityFile, read_city
from hub.fleet.city_register import enter, written_down
from hub.storage import connection as database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two actions, and --config before and behind them."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="import|export")
    taking = actions.add_parser("import", help="take a TOML or CSV file into the database")
    taking.add_argument("file", type=Path, help=".toml with any of the tables, or .csv with one kind")
    giving = actions.add_parser("export", help="print everything as TOML, or one kind as CSV")
    giving.add_argument("--csv", choices=sorted(KINDS), help="print this kind as CSV")
    for action in (taking, giving):
        add_config(action)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; nothing is changed if anything in the file cannot be used."""
    config = config_of(args)
    with opened(config) as connection:
        if args.action == "export":
            city = written_down(connection)
            if args.csv in {None, "recipients"}:
                _note_numbers(connection, len(city.recipients), now_ms=config.make_clock().now_ms())
            sys.stdout.write(write_city_csv(city, args.csv) if args.csv else to_toml(city))
            return 0
        city = read_city_csv(args.file) if args.file.suffix.lower() == ".csv" else read_city(args.file)
        counts = {kind: len(getattr(city, kind)) for kind in KINDS if getattr(city, kind)}
        now_ms = config.make_clock().now_ms()
        with database.write(connection):
            enter(connection, city, now_ms=now_ms)
            audit_log.note(
                connection,
                now_ms=now_ms,
                actor=audit_log.of_shell(),
                action=Action.CITY_IMPORTED,
                subject=args.file.name,
                detail=counts,
            )
    taken = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"Masuk / taken in: {taken or 'nothing'}. A running hub follows within a second.")
    return 0


def _note_numbers(connection: database.Connection, count: int, *, now_ms: int) -> None:
    """Write down that somebody is shown every recipient's number."""
    if not count:
        return
    with database.write(connection):
        audit_log.note(
            connection,
            now_ms=now_ms,
            actor=audit_log.of_shell(),
            action=Action.NUMBER_SEEN,
            subject="*",
            detail={"where": "hub stations export", "count": count},
        )


def to_toml(city: CityFile) -> str:
    """Return the file as TOML text."""
    lines: list[str] = []
    for kind in KINDS:
        for entry in getattr(city, kind):
            values = msgspec.to_builtins(entry, builtin_types=())
            lines += [f"[[{kind}]]"]
            lines += [f"{name} = {_value(name, value)}" for name, value in values.items() if value is not None]
            lines += [""]
    return "\n".join(lines)


def _value(name: str, value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(key, inner)}" for key, inner in value.items()) + " }"
    if name == "valid_from" and isinstance(value, str):
        return value  # a time of TOML stands without quotes
    # Strings, numbers, booleans and lists of these are written the same in JSON and in TOML, but for the letter DEL.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
