"""`hub level-check FILE.csv --thresholds T.toml [--interval S] [--json]`: the level rule on any series.

Prints one row each time the rule speaks: `at, severity, why`. The thresholds file has the names of the contract:
`version`, `raise_cm`, `clear_cm`, alone or under `[thresholds]`, and optionally `hold_s`, `[persistence]`, `[rise]`.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contract.config_file import read_config
from contract.level.rule import StageReading, step
from contract.level.settings import HOLD_S, Persistence, Rise, RuleSettings, Thresholds
from contract.level.state import LevelState
from contract.level.why import sentence
from hub import spreadsheet
from hub.rivers.errors import ThresholdsError
from hub.rivers.series_file import SeriesRow, intervals_of, read_series

HoldS = Annotated[float, Meta(ge=0)]


class ThresholdsFile(Struct, frozen=True, kw_only=True):
    """A file with the thresholds in a table of their own."""

    thresholds: Thresholds
    persistence: Persistence = Persistence()
    rise: Rise = Rise()
    hold_s: HoldS = HOLD_S


class BareThresholdsFile(Struct, frozen=True, kw_only=True):
    """A file with the thresholds at the top."""

    raise_cm: tuple[float, float, float]
    clear_cm: tuple[float, float, float]
    version: int = 1
    persistence: Persistence = Persistence()
    rise: Rise = Rise()
    hold_s: HoldS = HOLD_S


class CheckRow(Struct, frozen=True, kw_only=True):
    """What the rule said at one line of the series."""

    at: str
    severity: int | None
    why: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the series, its thresholds, --interval and --json."""
    parser.add_argument("series", type=Path, metavar="FILE.csv", help="columns time, stage_cm, optional flag")
    parser.add_argument("--thresholds", required=True, type=Path, metavar="T.toml", help="raise_cm, clear_cm, ...")
    parser.add_argument(
        "--interval", type=_interval, metavar="S", help="seconds between readings; default: what each line shows"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON list instead of CSV")


def run(args: argparse.Namespace) -> int:
    """Print what the rule says of the series."""
    settings = read_settings(args.thresholds)
    rows = read_series(args.series)
    intervals_s = [args.interval] * len(rows) if args.interval else intervals_of(rows)
    found = list(check(rows, settings, intervals_s=intervals_s))
    _write(found, is_json=args.json)
    return 0


def _write(found: list[CheckRow], *, is_json: bool) -> None:
    if is_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(CheckRow.__struct_fields__)
    for row in found:
        severity = "" if row.severity is None else row.severity
        writer.writerow((spreadsheet.as_cell(row.at), severity, spreadsheet.as_cell(row.why)))


def check(rows: list[SeriesRow], settings: RuleSettings, *, intervals_s: Sequence[float]) -> Iterator[CheckRow]:
    """Yield a row for each line of the series at which the rule speaks.

    Args:
        rows: oldest first.
        settings: of the rule.
        intervals_s: between two readings at each line, seconds.
    """
    state = LevelState()
    first_ms = rows[0].at_ms if rows else 0
    for seq, (row, interval_s) in enumerate(zip(rows, intervals_s, strict=True), start=1):
        reading = StageReading(row.stage_cm, row.flag, interval_s, 1, row.at_ms - first_ms, row.at_ms, seq)
        done = step(state, reading, settings, decision_id=str(seq))
        state = done.state
        if done.cause is not None:
            yield CheckRow(at=row.at, severity=state.severity, why=sentence(done.cause))


def read_settings(path: Path) -> RuleSettings:
    """Return the settings in a thresholds file.

    Raises:
        ThresholdsError: it cannot be used; names every problem.
    """
    nested, problems = read_config(path, ThresholdsFile)
    if nested is not None:
        return RuleSettings(
            thresholds=nested.thresholds, persistence=nested.persistence, rise=nested.rise, hold_s=nested.hold_s
        )
    bare, bare_problems = read_config(path, BareThresholdsFile)
    if bare is None:
        is_bare = any("thresholds is missing" in problem for problem in problems)
        raise _unusable(bare_problems if is_bare else problems)
    try:
        thresholds = Thresholds(version=bare.version, raise_cm=bare.raise_cm, clear_cm=bare.clear_cm)
    except ValueError as problem:
        raise _unusable([f"{path}: {problem}"]) from problem
    return RuleSettings(thresholds=thresholds, persistence=bare.persistence, rise=bare.rise, hold_s=bare.hold_s)


def _unusable(problems: list[str]) -> ThresholdsError:
    lines = "\n".join(problems)
    return ThresholdsError(f"Berkas ambang tidak dapat dipakai / the thresholds file cannot be used:\n{lines}")


def _interval(text: str) -> float:
    try:
        interval_s = float(text)
    except ValueError:
        interval_s = 0.0
    if not 0 < interval_s <= 86_400:  # noqa: PLR2004 - one day, as in the contract
        raise argparse.ArgumentTypeError(
            f"diharapkan detik dari 0 sampai 86400, terbaca {text!r} / "
            f"expected seconds above 0 and up to 86400, got {text!r}"
        )
    return interval_s
