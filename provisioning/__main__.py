"""`provision`: the technician's command line on a box. Reads arguments and says errors in words.

Exit codes: 0 ok, 1 failed, 2 usage or bad config, 3 waiting for somebody to carry a stick, 130 Ctrl-C.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from contract.software import ShowVersion
from provisioning.errors import ProvisionError
from provisioning.identity.errors import IdentityError, IdentityTextError

COMMANDS = {
    "claim": "make this box known to its hub by the label in your hand",
    "renew": "ask the hub for this box's next certificate; the uplink does it by itself",
}
EXIT_FAILED, EXIT_USAGE = 1, 2
EXIT_INTERRUPTED = 130
"""As a shell says it of Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command named in `arguments` (default: the program's own) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except KeyboardInterrupt:
        if "--debug" in given:
            raise
        print(
            "\nDihentikan / stopped. Ketik perintah yang sama lagi: ia lanjut dari tempat berhenti / type the same "
            "command again: it goes on where it stopped.",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED


def _run(given: Sequence[str]) -> int:
    parser = _parser(given)
    args = parser.parse_args(given)
    if args.command is None:
        parser.print_help()
        return EXIT_USAGE
    try:
        code: int = importlib.import_module(f"provisioning.commands.{args.command}").run(args)
    except (ProvisionError, IdentityError, IdentityTextError) as problem:
        if args.debug:
            raise
        print(f"provision {args.command}: {problem}", file=sys.stderr)
        return EXIT_USAGE if isinstance(problem, ValueError) else EXIT_FAILED
    return code


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; only the command that was named is imported to add its arguments."""
    parser = argparse.ArgumentParser(
        prog="provision",
        description="Jagawai, perkakas teknisi di kotak / the technician's tools on a box.",
        epilog="Berikutnya / Next: provision claim --config box.toml --qr-image label.jpg",
    )
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser.add_argument("--version", action=ShowVersion)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name in given:
            importlib.import_module(f"provisioning.commands.{name}").add_arguments(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
