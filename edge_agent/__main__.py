"""`edge-agent`: the box's command line. Reads arguments, sets up the log, and says errors in words.

Exit codes: 0 ok, 1 failed, 2 usage or bad config.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contract.software import ShowVersion
from edge_agent.errors import ConfigError, EdgeError

OK, FAILED, BAD_USAGE = 0, 1, 2

COMMANDS = {
    "run": "the whole box: gauge, camera and uplink, as far as the config has them, started and watched by this one",
    "gauge": "sensor, quality control, level rule, siren, records; no network",
    "camera": "frames, detector, counts at zones and lines, records; no network but its cameras'",
    "uplink": "outboxes to the hub, acknowledgements, desired state, commands",
    "witness": "print what this box was shown of the hub's audit log",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `edge-agent` with these arguments, otherwise with the command line's; return the exit code."""
    parser = build_parser()
    args = parser.parse_args(arguments)
    if args.command is None and not args.check_config:
        parser.print_help()
        return BAD_USAGE
    if args.config is None:
        parser.error("--config F is needed. Coba / Try: edge-agent --check-config --config box.toml")
    set_up_log(is_verbose=args.verbose)
    command = "check_config" if args.check_config else args.command
    try:
        code: int = importlib.import_module(f"edge_agent.commands.{command}").run(args)
    except ConfigError as exc:
        return fail(bad_config_text(exc), BAD_USAGE)
    except EdgeError as exc:
        if args.debug:
            raise
        return fail(f"edge-agent {command}: {exc}", FAILED)
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; loads nothing of the commands."""
    shared = argparse.ArgumentParser(add_help=False)
    add_shared(shared, default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(
        prog="edge-agent",
        description="Jagawai, kotak penjaga sungai / the box that guards a river.",
        epilog="Berikutnya / Next: edge-agent --check-config --config box.toml",
    )
    add_shared(parser, default=None)
    parser.add_argument("--check-config", action="store_true", help="print what was understood of the config, and end")
    parser.add_argument("--version", action=ShowVersion)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text, description=text, parents=[shared])
    return parser


def add_shared(parser: argparse.ArgumentParser, *, default: Any) -> None:
    """Add the options that may stand before the command and behind it."""
    off = False if default is None else default
    parser.add_argument("--config", type=Path, metavar="F", default=default, help="the box's TOML file")
    parser.add_argument("--verbose", action="store_true", default=off, help="log details too")
    parser.add_argument("--debug", action="store_true", default=off, help="show the traceback of an error")


def set_up_log(*, is_verbose: bool) -> None:
    """Log to standard error, one line each; the service manager adds the time."""
    logging.basicConfig(
        level=logging.DEBUG if is_verbose else logging.INFO,
        format="%(levelname)s %(name)s[%(process)d]: %(message)s",
        stream=sys.stderr,
    )


def bad_config_text(error: ConfigError) -> str:
    """Return every problem of a config in one message, with what to do."""
    count = len(error.problems)
    return (
        f"edge-agent: konfigurasi tidak dapat dipakai / the config cannot be used ({count}):\n"
        f"{error}\n"
        f"Coba / Try: perbaiki / correct {error.path}, lalu / then edge-agent --check-config --config {error.path}"
    )


def fail(text: str, code: int) -> int:
    """Print `text` to standard error and return `code`."""
    print(text, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
