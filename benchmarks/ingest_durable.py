"""How fast the hub takes durable records that run no rule: readings of gauges that are bound to no station.

The hub's ingest process stands against `reference_ingest.py`, a plain program doing the same steps, in the same run,
taking turns; each turn has a fresh broker and an empty database. Beside it, as information, what a person would do
with Debian's tools: `mosquitto_sub | sqlite3`.
"""

import statistics
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from benchmarks import broker, debian_pipeline
from benchmarks.figure import Bar, Figure, figure, rounded
from benchmarks.hub_home import ROOT, HubHome
from benchmarks.ingest_turn import DATABASE, Turn, median, prepared_boxes, take_turn
from tests.support.processes import Child

BAR = Bar(sign=">=", limit=0.8, of="ratio")
BOXES = 50
ROUNDS = 5
RECORDS = {1: 30_000, 50: 200_000}
"""Records a round by batch size: two to ten seconds of work, so that the start does not count."""
PIPELINE_RECORDS = {1: 6_000, 50: 60_000}


def figures(
    name: str, *, folder: Path, kind: broker.Kind, boxes: int = BOXES, rounds: int = ROUNDS, records: int | None = None
) -> Iterator[Figure]:
    """Yield the hub's figure against the reference, then the pipeline's; the batch size stands in the name."""
    batch_records = int(name.rsplit("-", 1)[1])
    per_box = (records or RECORDS[batch_records]) // boxes
    turns: dict[str, list[Turn]] = {"hub": [], "reference": []}
    for number in range(rounds):
        order = (("reference", start_reference), ("hub", start_hub))
        # Who goes first changes, so that a machine that grows busier or hotter favours nobody.
        for contestant, start in order if number % 2 == 0 else order[::-1]:
            place = folder / f"{contestant}-{number}"
            turns[contestant].append(
                take_turn(
                    start,
                    folder=place,
                    kind=kind,
                    boxes=prepared_boxes(boxes, per_box=per_box, batch_records=batch_records),
                )
            )
    found = compared(name, turns, detail={"broker": kind, "boxes": boxes, "records_a_round": per_box * boxes})
    yield found
    pipeline_records = (records or PIPELINE_RECORDS[batch_records]) // boxes * boxes
    yield debian_pipeline.measure(
        f"{name}-mosquitto_sub-sqlite3",
        folder=folder / "pipeline",
        kind=kind,
        boxes=prepared_boxes(boxes, per_box=pipeline_records // boxes, batch_records=batch_records),
        records=pipeline_records,
        peer_records_per_s=found.value,
    )


def compared(name: str, turns: dict[str, list[Turn]], *, detail: dict[str, Any]) -> Figure:
    """Return the medians of the hub's rounds; the ratio is the median of the ratios of each round."""
    hub, reference = (median(turns[contestant]) for contestant in ("hub", "reference"))
    return figure(
        name,
        hub.records_per_s,
        "records/s",
        bar=BAR,
        ratio=statistics.median(
            one.records_per_s / other.records_per_s for one, other in zip(turns["hub"], turns["reference"], strict=True)
        ),
        cpu_us_per_record=hub.cpu_us,
        detail={
            **detail,
            "records": "readings of unbound gauges",
            "hub_records_per_s": [rounded(turn.records_per_s) for turn in turns["hub"]],
            "reference_records_per_s": [rounded(turn.records_per_s) for turn in turns["reference"]],
            "reference_cpu_us_per_record": rounded(reference.cpu_us),
            "cpu_ratio": rounded(reference.cpu_us / hub.cpu_us) if hub.cpu_us else None,
            "broker_cpu_us_per_record": rounded(hub.broker_cpu_us),
            "load_cpu_us_per_record": rounded(hub.load_cpu_us),
        },
    )


def start_hub(folder: Path, port: int) -> AbstractContextManager[Child]:
    """Start `hub ingest` on an empty home."""
    return HubHome(folder, mqtt_port=port).running("ingest")


def start_reference(folder: Path, port: int) -> AbstractContextManager[Child]:
    """Start the plain program on an empty database."""
    return Child(
        [sys.executable, "-m", "benchmarks.reference_ingest", "--port", str(port), "--database", folder / DATABASE],
        log=folder / "reference.log",
        cwd=ROOT,
    )
