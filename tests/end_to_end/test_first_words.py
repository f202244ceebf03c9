"""A power cut in the whole city, and who is up first afterwards: what was said to nobody is said again."""

import random
from pathlib import Path

from tests.support.audit import verify_all_arrived, verify_no_incident, view_of
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising, steady
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
        wait_until(lambda: len(told_in(log)) > 200, what="records of every class", deadline_s=60)
        town.start_hub("ingest")
        town.wait_for_row("SELECT 1 FROM heartbeats WHERE process = 'ingest'", what="ingest")

        outboxes = {producer: town.outbox(POLE, producer) for producer in ("gauge", "uplink", NAME)}

        def is_known() -> bool:
            rows = town.rows("SELECT producer, spool_id FROM spools ORDER BY producer")
            views = {producer: view_of(outbox) for producer, outbox in outboxes.items()}
            return rows == sorted((producer, view.spool) for producer, view in views.items() if view is not None)

        # At once, and not with the next hello that is said into the dark: 30 s.
        wait_until(is_known, what="the hub to know the box's spools by name", deadline_s=60)
        session = town.value("SELECT session FROM nodes")
        assert f"session {session}" in uplink.output()
        verify_all_arrived(town, *outboxes.values(), told=told_in(log))
        verify_no_incident(town)


def test_a_power_cut_of_the_whole_city_in_an_awas_neither_ends_nor_repeats_it(tmp_path: Path) -> None:
    flood = rising(peace_minutes=1, from_cm=58.0, to_cm=140.0, cm_per_minute=10.0)
    pole = Pole(node_id=POLE.node_id, station_id=POLE.station_id, river=flood)
    with running_phone() as phone, running_town(tmp_path) as town:
        town.import_stations(pole, recipients=officer(phone, min_severity=3))
        town.start_hub()
        town.start_box(pole)
        log = start_producer(town, pole)
        (alert_id,) = town.wait_for_row(
            "SELECT alert_id FROM alerts WHERE severity = 3", what="the Awas", deadline_s=40
        )
        wait_until(phone.messages, what="its message", deadline_s=60)

        programs = [name for name in town.children if name != "import"]
        town.kill(*programs)
        town.broker.kill()
        committed = town.value("SELECT count(*) FROM records")
        random.Random(3).shuffle(programs)
        town.again(*programs)
        town.broker.restart(store="empty")

        wait_until(
            lambda: town.value("SELECT count(*) FROM records") > committed,
            what="new records",
            deadline_s=40,
            poll_s=0.1,
        )
        outboxes = [town.outbox(pole, producer) for producer in ("gauge", "uplink", NAME)]
        verify_all_arrived(town, *outboxes, told=told_in(log))
        verify_no_incident(town)
        alerts = town.rows("SELECT alert_id, severity, state FROM alerts WHERE kind = 'level'")
        assert alerts == [(alert_id, 3, "raised")]
        assert {message["delivery_id"] for message in phone.messages()} == {phone.messages()[0]["delivery_id"]}
        sirens = "SELECT count(*) FROM records WHERE kind = 'siren' AND source = 'g1' AND json_extract(body, '$.on')"
        assert town.rows(sirens) == [(1,)]
