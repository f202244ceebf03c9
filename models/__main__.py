"""The `models` command. Commands are imported when they are called, so help and small commands start fast."""

import argparse
import importlib
import sys

from contract.software import ShowVersion
from models.errors import ModelsError

COMMANDS = {
    "build": ("models.commands.build", "rebuild a model from its published package and measure it"),
    "verify": ("models.commands.verify", "whether a model's folder is what its manifest says"),
    "evaluate": ("models.evaluation.command", "a model against pictures and clips with truth"),
}
EXIT_FAILED = 1
EXIT_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command named in `arguments` (default: the program's own) and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = _parser(given)
    args = parser.parse_args(given)
    if args.command is None:
        parser.print_help()
        return EXIT_USAGE
    try:
        code: int = importlib.import_module(COMMANDS[args.command][0]).run(args)
        sys.stdout.flush()
    except ModelsError as problem:
        if args.debug:
            raise
        print(problem, file=sys.stderr)
        return EXIT_USAGE if isinstance(problem, ValueError) else EXIT_FAILED
    return code


def _parser(given: list[str]) -> argparse.ArgumentParser:
    """Return the parser; only the command that was named is imported to add its arguments."""
    parser = argparse.ArgumentParser(prog="models", description="Jagawai's models: build, verify, evaluate.")
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
