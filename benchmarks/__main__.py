"""`python -m benchmarks [NAME ...]`: prints one JSON object a line; `--list` says what there is.

Exit code 0: every figure that has a bar reached it. 1: one did not, or could not be measured. 2: no such bench.
"""

import argparse
import importlib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psutil
from msgspec.structs import replace

from benchmarks import broker
from benchmarks.errors import BenchError
from benchmarks.figure import Figure
from benchmarks.hub_home import ROOT

BENCHES = {
    "help-time": "how long a technician waits for the first word",
    "outbox": "appends, alert latency, bytes of a row and memory of an outbox",
    "camera-process": "the whole camera process: speed against the bare model, a still street, memory",
    "other-detectors": "the camera process beside Debian's motion and OpenCV's HOG people: CPU and what they find",
    "camera-thrift": "CPU of decoding a full-HD stream of which two pictures a second are wanted",
    "ingest-durable-1": "durable records that run no rule, one a batch, against a plain program",
    "ingest-durable-50": "the same, 50 a batch",
    "ingest-rules-50": "durable readings with level rule, roll-ups and change rows, 50 a batch",
    "crossing-to-paint": "from a sensor value over a threshold to the change painted on the wall",
    "acknowledge-under-load": "how long a person's acknowledgement takes while the hub is flooded",
    "memory": "resident memory of box and hub with 500 boxes",
    "tls-cost": "connects and durable records a second by TLS against plain, on each broker",
    "reconnect-storm": "500 boxes that come back at once by TLS, and alerts of others meanwhile, on each broker",
    "wire-bytes": "what a gauge box costs on a SIM card in peace",
}
"""Name to what it measures, cheap ones first."""
LOOKED_AT_S = 1.0
EXIT_FAILED = 1
EXIT_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the benches named, or all, and return the exit code."""
    args = _parser().parse_args(arguments)
    if args.list:
        for name, summary in BENCHES.items():
            print(f"{name:24} {summary}")
        return 0
    unknown = [name for name in args.names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}. Try: python -m benchmarks --list", file=sys.stderr)
        return EXIT_USAGE
    signal.signal(signal.SIGTERM, _end)
    results = [_run(name, kind=args.broker) for name in args.names or BENCHES]
    return 0 if all(results) else EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="One JSON line a figure.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benches to run; all if none is named")
    parser.add_argument("--list", action="store_true", help="say what there is")
    parser.add_argument(
        "--broker", choices=broker.KINDS, default=broker.DEFAULT, help="where a bench leaves the choice open"
    )
    return parser


def _run(name: str, *, kind: broker.Kind) -> bool:
    """Run one bench in a folder of its own; print its figures; answer whether all passed."""
    # Below the project and not below the system's temporary folder: that one may be memory, where fsync costs nothing.
    place = ROOT / "var" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=place))
    # Nothing of ours runs yet: what is busy now will also take from the figures.
    busy_before = {"cpu_busy_before_percent": psutil.cpu_percent(interval=LOOKED_AT_S)}
    started_s = time.monotonic()
    is_passed = True
    try:
        for figure in _figures(name, folder=folder, kind=kind):
            print(replace(figure, detail=figure.detail | busy_before).line(), flush=True)
            is_passed = is_passed and figure.is_passed is not False
    except (BenchError, AssertionError) as problem:  # a missed deadline and an ended child are the latter
        print(f"{name}: {problem}", file=sys.stderr)
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"{name}: {time.monotonic() - started_s:.0f} s", file=sys.stderr)
    return is_passed


def _figures(name: str, *, folder: Path, kind: broker.Kind) -> Iterator[Figure]:
    found: Iterator[Figure] = importlib.import_module(module_of(name)).figures(name, folder=folder, kind=kind)
    return found


def module_of(name: str) -> str:
    """Return the module of a bench: its name with '_', without the batch size at its end."""
    return "benchmarks." + name.rstrip("0123456789-").replace("-", "_")


def _end(_number: int, _frame: FrameType | None) -> None:
    """Leave by the normal way, so that every child is ended."""
    raise SystemExit(EXIT_FAILED)


if __name__ == "__main__":
    sys.exit(main())
