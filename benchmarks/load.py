"""A load of its own process: `python -m benchmarks.load --port P --boxes 50 --batch-records 50`, until it is ended.

In the background of a bench that measures something else, so that the bench's own clock and browser do not wait for
it. Prints `loading` when every box has been answered, and on SIGTERM what was sent, as one line of JSON.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.fleet import Fleet, Run
from benchmarks.hub_home import ROOT
from benchmarks.readings import live_batches, still_water, wave
from benchmarks.simulated_box import Box
from contract.clock import SystemClock
from contract.flow import BATCHES_IN_FLIGHT
from tests.support.processes import Child

CALM_CM = 80.0
LONGEST_S = 600.0
SAID_WHEN_READY = "loading"


@contextmanager
def running_load(
    *,
    folder: Path,
    port: int,
    node_ids: str,
    boxes: int,
    batch_records: int,
    records_per_s: float | None,
    is_wave: bool,
) -> Iterator[Child]:
    """Run a load for the length of a `with` block; it is up to speed when the block begins.

    Args:
        folder: for its log.
        port: of the broker.
        node_ids: how the names of its boxes begin; a number follows.
        boxes: how many.
        batch_records: readings a batch.
        records_per_s: over all boxes; None: as fast as the hub acknowledges.
        is_wave: whether the water goes through all levels, otherwise it stays calm.
    """
    words = [sys.executable, "-m", "benchmarks.load", "--port", str(port), "--node-ids", node_ids]
    words += ["--boxes", str(boxes), "--batch-records", str(batch_records)]
    words += [] if records_per_s is None else ["--records-per-s", str(records_per_s)]
    words += ["--wave"] if is_wave else []
    with Child(words, log=folder / "load.log", cwd=ROOT) as child:
        child.wait_for_output(SAID_WHEN_READY, deadline_s=90.0)
        yield child


def ended_load(child: Child) -> Run:
    """End a load and return what it came to."""
    child.terminate(deadline_s=60.0)
    return msgspec.json.decode(child.output().splitlines()[-1], type=Run)


def main() -> int:
    """Load until SIGTERM, then say what it came to."""
    args = _parser().parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    clock = SystemClock()
    # What a box says of itself must fit what it does: readings this far apart, by which the hub judges staleness.
    interval_s = max(1.0, args.boxes / args.records_per_s) if args.records_per_s else 1.0
    values = wave(interval_s=interval_s) if args.wave else still_water(CALM_CM, interval_s=interval_s)
    boxes = [Box(f"{args.node_ids}{number:04}") for number in range(args.boxes)]
    for number, box in enumerate(boxes):
        turned = values[37 * number % len(values) :] + values[: 37 * number % len(values)]
        box.batches = live_batches(
            node_id=box.node_id,
            spool_id=box.spool_id,
            batch_records=args.batch_records,
            values=turned,
            window=BATCHES_IN_FLIGHT,
            clock=clock,
        )
    fleet = Fleet(boxes, port=args.port)
    fleet.connect()
    print(SAID_WHEN_READY, flush=True)
    run = fleet.run(deadline_s=LONGEST_S, records_per_s=args.records_per_s, is_ended=stop.is_set)
    fleet.close()
    print(msgspec.json.encode(run).decode(), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description="Simulated boxes, until SIGTERM.")
    parser.add_argument("--port", type=int, required=True, help="of the broker, on loopback")
    parser.add_argument("--node-ids", default="n-load", help="how the names of the boxes begin")
    parser.add_argument("--boxes", type=int, default=50)
    parser.add_argument("--batch-records", type=int, default=50)
    parser.add_argument(
        "--records-per-s", type=float, help="over all boxes; without it as fast as the hub acknowledges"
    )
    parser.add_argument("--wave", action="store_true", help="water through all levels instead of calm")
    return parser


if __name__ == "__main__":
    sys.exit(main())
