"""How fast the hub takes readings of real stations: level rule, change rows and roll-ups, 50 readings a batch.

50 boxes, a station each, their water going through all levels and back. The clock stops when the last reading is
acknowledged and the roll-ups, which follow lazily, have it too.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks import broker
from benchmarks.city import found_city
from benchmarks.figure import Bar, Figure, figure, rounded
from benchmarks.hub_home import HubHome
from benchmarks.ingest_turn import DEADLINE_S, Turn, median, node_id, prepared_boxes, take_turn
from tests.support.processes import Child, wait_until

BAR = Bar(sign=">=", limit=10_000)
BOXES = 50
ROUNDS = 3
RECORDS = 100_000


def figures(
    name: str, *, folder: Path, kind: broker.Kind, boxes: int = BOXES, rounds: int = ROUNDS, records: int = RECORDS
) -> Iterator[Figure]:
    """Yield records a second, up to the last roll-up."""
    batch_records = int(name.rsplit("-", 1)[1])
    homes: list[HubHome] = []

    def start(place: Path, port: int) -> AbstractContextManager[Child]:
        home = HubHome(place, mqtt_port=port)
        found_city(home, node_ids=[node_id(number) for number in range(boxes)])
        homes.append(home)
        return home.running("ingest")

    turns: list[Turn] = []
    for number in range(rounds):
        load = prepared_boxes(boxes, per_box=records // boxes, batch_records=batch_records)
        turns.append(
            take_turn(
                start, folder=folder / str(number), kind=kind, boxes=load, finish=lambda: _wait_for_rollups(homes[-1])
            )
        )
    found = median(turns)
    yield figure(
        name,
        found.records_per_s,
        "records/s",
        bar=BAR,
        cpu_us_per_record=found.cpu_us,
        detail={
            "broker": kind,
            "boxes": boxes,
            "records_a_round": records // boxes * boxes,
            "rounds": [rounded(turn.records_per_s) for turn in turns],
            "broker_cpu_us_per_record": rounded(found.broker_cpu_us),
            "load_cpu_us_per_record": rounded(found.load_cpu_us),
            **_counts(homes[-1]),
        },
    )


def _wait_for_rollups(home: HubHome) -> None:
    last = home.number("SELECT max(id) FROM records")
    wait_until(
        lambda: home.number("SELECT min(record_id) FROM rollup_marks") >= last,
        what="the roll-ups to have the last reading",
        deadline_s=DEADLINE_S,
        poll_s=0.02,
    )


def _counts(home: HubHome) -> dict[str, int]:
    """Return what one round wrote beside the readings, so that a figure without its rules would be seen."""
    return {
        "rollup_rows": home.number("SELECT count(*) FROM rollups_60"),
        "change_rows": home.number("SELECT count(*) FROM changes"),
        "alert_events": home.number("SELECT count(*) FROM alert_events"),
        "rule_errors": home.number("SELECT count(*) FROM records WHERE rule_error IS NOT NULL"),
    }
