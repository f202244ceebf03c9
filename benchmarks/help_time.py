"""How long `edge-agent --help` takes, from the start of the process to its end."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import broker
from benchmarks.errors import ProductError
from benchmarks.figure import Bar, Figure, figure, spread
from benchmarks.hub_home import ROOT

BAR = Bar(sign="<", limit=0.3)
RUNS = 11


def figures(name: str, *, folder: Path, kind: broker.Kind) -> Iterator[Figure]:
    """Yield the median of some runs; the first one, that reads the disk, counts among them."""
    del folder, kind
    seconds = [_run_once() for _ in range(RUNS)]
    yield figure(name, statistics.median(seconds), "s", bar=BAR, detail=spread(seconds))


def _run_once() -> float:
    started_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "edge_agent", "--help"], cwd=ROOT, capture_output=True, timeout=30, check=False
    )
    seconds = time.monotonic() - started_s
    if done.returncode != 0:
        raise ProductError(f"edge-agent --help ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return seconds
