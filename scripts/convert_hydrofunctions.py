# ruff: noqa: INP001, T201  -- a script, not a package; it prints what it wrote
"""Convert the real 5-minute stage of three flashy creeks into the series of examples/replay. Run once, by hand.

The data are stage records of the U.S. Geological Survey (public domain) that the sdist of the Python package
`hydrofunctions` 0.2.4 (MIT) carries in its notebooks. The output is committed, so neither set-up nor tests run this.

Needs pyarrow, which the project does not use elsewhere; a throw-away environment is enough:

    python3 -m venv /tmp/convert && /tmp/convert/bin/pip install pyarrow
    pip download --no-binary :all: --no-deps hydrofunctions==0.2.4 --dest /tmp/convert
    /tmp/convert/bin/python scripts/convert_hydrofunctions.py /tmp/convert/hydrofunctions-0.2.4.tar.gz

Rows that the package filled in itself (qualifier `hf.…`) are left out. Feet become cm above the gauge's own datum.
"""

import argparse
import csv
import hashlib
import importlib
import io
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SDIST_SHA256 = "4cfd7ef59d62206d71c36309020a201e3a37d0604e9f41a991880310be4cc0d6"
NOTEBOOKS = "hydrofunctions-0.2.4/docs/notebooks"
FOOT_CM = 30.48
GAUGE_HEIGHT = "00065"
"""USGS parameter code of stage in feet."""

SPAN = timedelta(days=8, hours=18)
"""One length for all, so that repeats stay together; each span begins and ends with the creek at rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creek:
    """One series: where it lies in the sdist, and from when (UTC) it is kept."""

    name: str
    site: str
    parquet: str
    start: datetime

    @property
    def column(self) -> str:
        """The parquet column of stage."""
        return f"USGS:{self.site}:{GAUGE_HEIGHT}:00000"


CREEKS = (
    Creek(
        name="dead-run-2018-06",
        site="01589330",
        parquet="DeadRun_Instant.parquet",
        start=datetime(2018, 6, 3, 12, tzinfo=UTC),
    ),
    Creek(
        name="plumtree-run-2018-06",
        site="01581752",
        parquet="graphing-2.parquet",
        start=datetime(2018, 6, 3, 12, tzinfo=UTC),
    ),
    Creek(
        name="plumtree-run-2018-08",
        site="01581752",
        parquet="graphing-2.parquet",
        start=datetime(2018, 8, 31, 12, tzinfo=UTC),
    ),
    Creek(
        name="sligo-creek-2019-05",
        site="01650800",
        parquet="view-example.parquet",
        start=datetime(2019, 5, 23, 12, tzinfo=UTC),
    ),
)


def read_table(sdist: bytes, parquet: str) -> Any:
    """Return a parquet file of the sdist as a pyarrow table."""
    with tarfile.open(fileobj=io.BytesIO(sdist)) as archive:
        member = archive.extractfile(f"{NOTEBOOKS}/{parquet}")
        if member is None:
            raise SystemExit(f"{parquet} is no file in the sdist. Use hydrofunctions 0.2.4.")
        return importlib.import_module("pyarrow.parquet").read_table(io.BytesIO(member.read()))


def real_rows(table: Any, creek: Creek) -> Iterator[tuple[datetime, float]]:
    """Yield (time UTC, stage cm) of the creek's span, measured rows only, oldest first."""
    columns = (table[name].to_pylist() for name in ("datetimeUTC", creek.column, f"{creek.column}_qualifiers"))
    rows = sorted(zip(*columns, strict=True), key=lambda row: row[0])
    for at, feet, qualifier in rows:
        is_measured = feet is not None and "hf." not in (qualifier or "")
        if is_measured and creek.start <= at < creek.start + SPAN:
            yield at, round(feet * FOOT_CM, 1)


def write_series(path: Path, rows: list[tuple[datetime, float]]) -> None:
    """Write `time` (ISO 8601, UTC) and `stage_cm`."""
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("time", "stage_cm"))
        writer.writerows((f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{stage_cm:.1f}") for at, stage_cm in rows)


def main() -> int:
    """Convert every creek and print what was written."""
    parser = argparse.ArgumentParser(description="Convert the creeks of the hydrofunctions sdist for examples/replay.")
    parser.add_argument("sdist", type=Path, help="hydrofunctions-0.2.4.tar.gz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "examples" / "replay")
    arguments = parser.parse_args()
    sdist = arguments.sdist.read_bytes()
    if hashlib.sha256(sdist).hexdigest() != SDIST_SHA256:
        print(f"{arguments.sdist} is not the sdist of hydrofunctions 0.2.4. See this script's head.", file=sys.stderr)
        return 1
    for creek in CREEKS:
        rows = list(real_rows(read_table(sdist, creek.parquet), creek))
        path = arguments.out / f"{creek.name}.csv"
        write_series(path, rows)
        stages = [stage_cm for _, stage_cm in rows]
        print(f"{path}: {len(rows)} rows, {min(stages)} to {max(stages)} cm, {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
