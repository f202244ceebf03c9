"""The `hub` command. Commands are imported when they are called, so help and small commands start fast."""

import argparse
import importlib
import logging
import os
import select
import sqlite3
import sys

from contract.software import ShowVersion
from hub import refusal
from hub.errors import HubError

COMMANDS = {
    "run": ("hub.commands.run", "everything at once: embedded broker, ingest, dispatch, web"),
    "ingest": ("hub.commands.ingest", "records in: decode, commit, acknowledge, levels, alerts"),
    "dispatch": ("hub.commands.dispatch", "messages to people out, receipts in"),
    "web": ("hub.commands.web", "API, event stream, pages"),
    "demo": ("hub.commands.demo", "hub and boxes replaying real floods on one scaled clock"),
    "stations": ("hub.commands.stations", "import and export stations, thresholds, quotas, recipients"),
    "user": ("hub.commands.user", "who may sign in: add a person, give a new password"),
    "authority": ("hub.commands.authority", "the hub's own issuing authority: make it, look at it, replace its keys"),
    "claim": ("hub.commands.claim", "claim codes by which boxes become known, and their label sheets"),
    "site": ("hub.commands.site", "put another box in the place of one: revoke the old, print a label for the new"),
    "node": ("hub.commands.node", "boxes and their right to speak: list, revoke, release from quarantine"),
    "broker": ("hub.commands.broker", "the broker's configuration and rights: render, compare, put in place"),
    "usb": ("hub.commands.usb", "let in boxes that ask by a USB stick"),
    "level-check": ("hub.commands.level_check", "the level rule on any series"),
    "explain": ("hub.commands.explain", "the record of an alert's decisions and their bit-equal re-run"),
    "backup": ("hub.commands.backup", "encrypted copies of database, authority, secrets and config"),
    "restore": ("hub.commands.restore", "put a backup back into an empty folder, or try that it can be"),
    "install": ("hub.commands.install", "the second half of install-hub: a city's hub as services of this machine"),
    "audit": ("hub.commands.audit", "who did what, and whether that log is as it was written"),
}
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
"""As a shell says it of Ctrl-C."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command named in `arguments` (default: the program's own) and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    for argument in given:
        if not _is_text(argument):
            shown = argument.encode(errors="backslashreplace").decode()
            print(f"'{shown}': bukan UTF-8 / no UTF-8. Ketik lagi / type it again.", file=sys.stderr)
            return EXIT_USAGE
    try:
        return _run(given)
    except KeyboardInterrupt:
        if "--debug" in given:
            raise
        print("\nDihentikan / stopped. Lihat hasilnya, atau ketik perintah yang sama lagi / look at what is there, or "
              "type the same command again.", file=sys.stderr)  # fmt: skip
        return EXIT_INTERRUPTED


def _is_text(argument: str) -> bool:
    """Answer whether it can be written anywhere; Python keeps bytes that are no UTF-8 as lone surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _run(given: list[str]) -> int:
    parser = _parser(given)
    args = parser.parse_args(given)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if args.check_config:
        module = importlib.import_module("hub.commands.check_config")
    elif args.command is None:
        parser.print_help()
        return EXIT_USAGE
    else:
        module = importlib.import_module(COMMANDS[args.command][0])
    try:
        code: int = module.run(args)
        sys.stdout.flush()
    except HubError as problem:
        if args.debug:
            raise
        print(problem, file=sys.stderr)
        return EXIT_USAGE if isinstance(problem, ValueError) else EXIT_FAILED
    except (OSError, sqlite3.Error) as problem:
        if isinstance(problem, BrokenPipeError) and _is_nobody_reading():
            return 0
        told = refusal.in_words(problem)
        if args.debug or told is None:
            raise
        print(f"hub {args.command}: {told}", file=sys.stderr)
        return EXIT_FAILED
    return code


def _is_nobody_reading() -> bool:
    """Answer whether the reader of the output has had enough, as `head` has, and keep the rest from going there."""
    output = select.poll()
    output.register(sys.stdout, 0)
    is_gone = any(event & select.POLLERR for _, event in output.poll(0))
    if is_gone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return is_gone


def _parser(given: list[str]) -> argparse.ArgumentParser:
    """Return the parser; only the command that was named is imported to add its arguments."""
    parser = argparse.ArgumentParser(prog="hub", description="Jagawai's hub in city hall.")
    parser.add_argument("--check-config", action="store_true", help="read --config, print what was understood, end")
    parser.add_argument("--config", help="config file of the hub (TOML), for --check-config")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser.add_argument("--version", action=ShowVersion)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (module_name, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name in given:
            importlib.import_module(module_name).add_arguments(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
