"""A process that is frozen at any point, also inside a transaction, costs no other process a reading."""

import random
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.audit import verify_all_arrived, verify_no_incident, view_of
from tests.support.mishaps import frozen, frozen_in_a_write, let_pass
from tests.support.pole import Pole, steady
from tests.support.processes import wait_until
from tests.support.producer import NAME, start_producer, told_in
from tests.support.town import Town, running_town

POLE = Pole(node_id="n-stop-001", station_id="wai-uji", river=steady(40.0))
GAUGE, UPLINK, PRODUCER = (f"{POLE.node_id}/{part}" for part in ("gauge", "uplink", "producer"))
SHORT_STOPS = 25
LOCKED_S = 8
"""More than the 5 s after which a hub process gives up a write."""

_HOLDS_THE_LOCK = """
import signal, sys
from pathlib import Path
from hub.storage import connection as database
with database.write(database.open(Path(sys.argv[1]))):
    print("held", flush=True)
    signal.pause()
"""


def _goes_on(count: Callable[[], int], *, by: int, what: str, deadline_s: float = 10) -> None:
    before = count()
    wait_until(lambda: count() >= before + by, what=what, deadline_s=deadline_s, poll_s=0.02)


def _written(town: Town, producer: str) -> int:
    view = view_of(town.outbox(POLE, producer))
    return view.next if view is not None else 0


def _arrived(town: Town, producer: str) -> int:
    sql = "SELECT count(*) FROM records JOIN spools USING (spool_no) WHERE producer = ?"
    return int(town.value(sql, producer) or 0)


def test_on_the_box_whoever_is_frozen_is_frozen_alone(tmp_path: Path) -> None:
    rng = random.Random(7)
    home = tmp_path / "boxes" / POLE.node_id
    with running_town(tmp_path) as town:
        town.import_stations(POLE)
        town.start_hub("ingest")
        town.start_box(POLE)
        log = start_producer(town, POLE)
        town.wait_for_row("SELECT 1 FROM station_now WHERE severity = 0", what="the first reading at the hub")
        _goes_on(lambda: _arrived(town, NAME), by=100, what="the producer's records to arrive")

        with frozen_in_a_write(town.children[UPLINK], home / "inbox.db", rng=rng):
            _goes_on(lambda: _written(town, "gauge"), by=3, what="readings beside a frozen uplink")
            _goes_on(lambda: _written(town, NAME), by=100, what="records beside a frozen uplink")
        with frozen_in_a_write(town.children[PRODUCER], town.outbox(POLE, NAME), rng=rng):
            _goes_on(lambda: _arrived(town, "gauge"), by=3, what="readings at the hub beside a frozen producer")
        with frozen(town.children[GAUGE]):
            _goes_on(lambda: _arrived(town, NAME), by=100, what="records at the hub beside a frozen gauge")

        for _ in range(SHORT_STOPS):
            with frozen(town.children[rng.choice([GAUGE, UPLINK, PRODUCER])]):
                let_pass(rng.uniform(0.01, 0.15))
            let_pass(rng.uniform(0.0, 0.1))

        outboxes = [town.outbox(POLE, producer) for producer in ("gauge", "uplink", NAME)]
        assert verify_all_arrived(town, *outboxes, told=told_in(log)) > 300
        verify_no_incident(town)


def test_at_the_hub_ingest_goes_on_beside_a_frozen_dispatcher_and_frozen_pages(tmp_path: Path) -> None:
    with running_town(tmp_path) as town:
        town.import_stations(POLE)
        town.start_hub()
        town.start_box(POLE)
        log = start_producer(town, POLE)
        town.wait_for_row("SELECT 1 FROM station_now WHERE severity = 0", what="the first reading at the hub")
        town.wait_for_web()
        for part in ("dispatch", "web"):
            with frozen(town.children[part]):
                _goes_on(lambda: _arrived(town, NAME), by=100, what=f"records beside a frozen {part}")
                _goes_on(lambda: _arrived(town, "gauge"), by=2, what=f"readings beside a frozen {part}")

        # The worst a neighbour can do: stand still with the write lock in its hand, longer than anybody waits for it.
        town.start("neighbour", sys.executable, "-c", _HOLDS_THE_LOCK, str(town.database))
        town.children["neighbour"].wait_for_output("held")
        with frozen(town.children["neighbour"]):
            _goes_on(lambda: _written(town, NAME), by=100 * LOCKED_S, what="records on the box", deadline_s=30)
            assert all(town.children[part].is_running for part in ("ingest", "dispatch", "web"))
        town.kill("neighbour")

        outboxes = [town.outbox(POLE, producer) for producer in ("gauge", NAME)]
        verify_all_arrived(town, *outboxes, told=told_in(log))
        verify_no_incident(town)
        assert all(town.children[part].is_running for part in ("ingest", "dispatch", "web"))
