"""After a power cut the boxes are up before the hub: what they said to nobody is said again when somebody listens."""

from pathlib import Path

from tests.support.audit import verify_all_arrived, verify_no_incident, view_of
from tests.support.pole import Pole, steady
from tests.support.processes import wait_until
from tests.support.producer import NAME, start_producer, told_in
from tests.support.town import running_town

POLE = Pole(node_id="n-first-01", station_id="wai-uji", river=steady(40.0))


def test_a_hub_that_starts_after_its_boxes_learns_at_once_who_they_are(tmp_path: Path) -> None:
    with running_town(tmp_path) as town:
        town.import_stations(POLE)
        town.start_box(POLE)
        log = start_producer(town, POLE)
        uplink = town.children[f"{POLE.node_id}/uplink"]
        uplink.wait_for_output("connected")
        # Alerts follow the first hello to a broker that has nobody to give them to, and go on once the hub is there.
        wait_until(lambda: len(told_in(log)) > 200, what="records of every class", deadline_s=20)
        town.start_hub("ingest")

        outboxes = {producer: town.outbox(POLE, producer) for producer in ("gauge", "uplink", NAME)}

        def is_known() -> bool:
            rows = town.rows("SELECT producer, spool_id FROM spools ORDER BY producer")
            views = {producer: view_of(outbox) for producer, outbox in outboxes.items()}
            return rows == sorted((producer, view.spool) for producer, view in views.items() if view is not None)

        wait_until(is_known, what="the hub to know the box's spools by name", deadline_s=8)
        session = town.value("SELECT session FROM nodes")
        assert f"session {session}" in uplink.output()
        verify_all_arrived(town, *outboxes.values(), told=told_in(log))
        verify_no_incident(town)
