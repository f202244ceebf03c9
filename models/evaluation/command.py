"""`models evaluate DIR --task traffic|blur [--json OUT] [--html OUT] [--model FOLDER]`: a model against truth.

Prints a table; the JSON holds every figure, the page also the curves and the worst pictures. DIR is a set or a parent
of several. Exit codes: 0 evaluated (what had to be left out is named), 1 the model or an output failed, a `--bar` was
missed, or the figure of the task `blur` is below `--at-least`, 2 nothing to evaluate or a label file that cannot be
understood.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from contract.clock import SystemClock
from models import evaluation
from models.evaluation.bars import Bar, parsed
from models.evaluation.errors import OutputError, UnfitOptionError
from models.evaluation.questions import QUESTIONS

DEFAULT_MODEL = Path(evaluation.__file__).resolve().parents[1] / "street"
WORST_MOST = 12
"""Pictures a set on the page: 60 KB each."""
HALVES = ("even", "odd")
"""Of a set's pictures in the order of its label file, numbered from 0: what is chosen on one half is told of the other.
"""
EXIT_MISSED = 1
TILES_MOST = 4
"""Columns or rows: 16 regions are what the detector takes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, the task and where results go."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a set, or a parent of several; see docs/models.md")
    parser.add_argument("--task", required=True, choices=("traffic", "blur"), help="counts, or stills")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every figure here")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write a page with curves and the worst pictures here")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, metavar="FOLDER", help="with manifest.json")
    parser.add_argument(
        "--at-precision",
        type=_asked,
        action="append",
        default=[],
        metavar="[QUESTION=]P",
        help="compare recalls at this precision instead of the baseline's own, for example "
        "motorcycle_rider_joined=0.82; may be given more than once",
    )
    parser.add_argument(
        "--bar",
        type=_bar,
        action="append",
        default=[],
        metavar="[SET:]WHAT=LIMIT",
        help="end with 1 where it is missed: a question and its least gain in points, ms or cpu_ms and the most "
        "times the baseline's, or counts and the most vehicles off; for example motorcycle_rider_joined=10, car=0, "
        "ms=2, counts=1; may be given more than once",
    )
    parser.add_argument(
        "--half", choices=HALVES, help="every second picture of a set only, from the first or from the second on"
    )
    parser.add_argument("--tiles", type=_tiles, metavar="CxR", help="columns x rows for the product's scheme")
    parser.add_argument(
        "--at-least",
        type=_part,
        metavar="P",
        help="of the task blur: end with 1 where fewer heads than this part are unreadable, for example 0.99",
    )
    parser.add_argument(
        "--threads", type=_whole(1), default=len(os.sched_getaffinity(0)), metavar="N", help="default: every core"
    )
    parser.add_argument("--worst", type=_whole(0), default=WORST_MOST, metavar="N", help="pictures a set on the page")


def run(args: argparse.Namespace) -> int:
    """Evaluate a folder."""
    from models.evaluation import page, report, table
    from models.evaluation.folder import read_folder
    from models.evaluation.progress import Progress
    from models.evaluation.run import Evaluation
    from models.evaluation.schemes import open_schemes

    _verify_options(args)
    for path in (args.json, args.html):
        _verify_place(path)
    if args.task == "blur":
        return _blur(args)
    truth = read_folder(args.folder)
    truth.verify_answerable(args.folder)
    if args.half is not None:
        truth = truth.every_second(HALVES.index(args.half))
    clock = SystemClock()
    progress = Progress(sys.stderr, clock)
    done = Evaluation(
        schemes=open_schemes(args.model, threads=args.threads, tiling=args.tiles),
        asked_precision=dict(args.at_precision),
        clock=clock,
        tell=progress.tell,
        worst_most=args.worst,
        bars=args.bar,
    ).of(truth)
    progress.end()
    sys.stdout.write("\n".join(table.lines(done.report)) + "\n")
    if args.json is not None:
        _write(args.json, report.encode(done.report))
    if args.html is not None:
        _write(args.html, page.page(done.report, done.shown).encode())
    return 0 if all(one.is_met for one in done.report.bars) else EXIT_MISSED


def _verify_options(args: argparse.Namespace) -> None:
    """Refuse what the task would pass over in silence.

    Raises:
        UnfitOptionError: names all such options.
    """
    of_traffic = {
        "--html": args.html,
        "--tiles": args.tiles,
        "--at-precision": args.at_precision,
        "--bar": args.bar,
        "--half": args.half,
    }
    of_blur = {"--at-least": args.at_least}
    unfit = [
        name for name, value in (of_traffic if args.task == "blur" else of_blur).items() if value not in (None, [])
    ]
    if unfit:
        raise UnfitOptionError(
            f"{', '.join(unfit)}: tidak berlaku untuk / has no meaning for --task {args.task}. Hapus / leave it out."
        )


def _blur(args: argparse.Namespace) -> int:
    from models.evaluation import blurring

    code, figures = blurring.evaluate(args)
    if args.json is not None:
        _write(args.json, figures)
    return code


def _verify_place(path: Path | None) -> None:
    """Refuse, before minutes of work, a result that could not be written after them.

    Raises:
        OutputError: there is no such folder, or it may not be written to.
    """
    if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise _unwritable(path, "folder tidak ada atau tertutup / no such folder, or closed")


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none.

    Raises:
        OutputError: it cannot be written.
    """
    half = path.with_name(f".{path.name}.part")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as exc:
        half.unlink(missing_ok=True)
        raise _unwritable(path, exc.strerror or type(exc).__name__) from exc
    sys.stdout.write(f"{path}: {len(content) // 1024 + 1} KB\n")


def _unwritable(path: Path, why: str) -> OutputError:
    return OutputError(
        f"{path}: hasil tidak dapat ditulis / the result cannot be written: {why}. "
        "Periksa folder dan hak / check the folder and its rights."
    )


def _whole(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"{text!r}: diharapkan bilangan dari {least} / expected a whole number from {least}"
            )
        return int(text)

    return parse


def _part(text: str) -> float:
    try:
        part = float(text)
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        raise argparse.ArgumentTypeError(f"{text!r}: diharapkan 0 sampai 1 / expected 0 to 1")
    return part


def _asked(text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    names = [one.name for one in QUESTIONS]
    if name and name not in names:
        raise argparse.ArgumentTypeError(f"{name!r}: diharapkan / expected {', '.join(names)}")
    return name or "*", _part(number)


def _bar(text: str) -> Bar:
    try:
        return parsed(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def _tiles(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9])x([1-9])", text)
    columns, rows = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (1 <= columns <= TILES_MOST and 1 <= rows <= TILES_MOST):
        raise argparse.ArgumentTypeError(f"{text!r}: diharapkan 1x1 sampai 4x4 / expected 1x1 to 4x4")
    return columns, rows
