"""The link is cut for 20 minutes through a crossing; at its return the alert fires once, now, and says since when."""

import re
from pathlib import Path

from tests.support.audit import verify_all_arrived, verify_no_incident
from tests.support.cable import running_cable
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising
from tests.support.processes import wait_until
from tests.support.town import running_town

CUT_MS = 20 * 60_000
NOTICE_WITHIN_S = 5.0
PEACE_MINUTES = 10

# 58 cm until minute 10; Waspada by minute 12, Awas by minute 18, and it stays.
RIVER = rising(peace_minutes=PEACE_MINUTES, from_cm=58.0, to_cm=160.0, cm_per_minute=10.0)
POLE = Pole(node_id="n-cut-0001", station_id="wai-uji", river=RIVER)


def test_a_crossing_while_the_link_is_cut_is_told_once_within_five_seconds_of_the_return(tmp_path: Path) -> None:
    with running_phone() as phone, running_town(tmp_path) as town, running_cable(town.broker.port) as cable:
        town.import_stations(POLE, recipients=officer(phone))
        town.start_hub("ingest", "dispatch")
        town.start_box(POLE, mqtt_port=cable.port)
        begun_ms = town.clock.now_ms()
        town.wait_for_row("SELECT 1 FROM station_now WHERE severity = 0", what="the first peaceful reading at the hub")

        cable.cut()
        cut_ms = town.clock.now_ms()
        assert cut_ms - begun_ms < PEACE_MINUTES * 60_000, "this machine is too slow: the river rose before the cut"
        wait_until(lambda: town.clock.now_ms() - cut_ms >= CUT_MS, what="20 minutes of cut", deadline_s=40, poll_s=0.1)
        assert phone.messages() == []
        (hello_ms,) = town.wait_for_row("SELECT last_hello_ms FROM nodes", what="the box to be known")

        cable.mend()
        wait_until(
            lambda: town.value("SELECT last_hello_ms FROM nodes") != hello_ms,
            what="the box to be back",
            deadline_s=40,
        )
        back_real_ms = town.clock.real_ms()
        notice = wait_until(phone.messages, what="the notice of Awas", deadline_s=20)[0]
        took_ms = town.clock.real_ms() - back_real_ms
        town.say(f"{took_ms} ms from the box's hello to the notice: {notice['text']}")
        assert took_ms < 1000 * NOTICE_WITHIN_S
        assert notice["severity"] == 3
        told = re.search(r"(\d\d:\d\d) WIT \(sejak (\d\d:\d\d)\)", notice["text"])
        assert told is not None
        assert told[1] > told[2], "the stage is of now, the level since the crossing"

        # Everything that the box held back arrives, and not one more notice comes of it.
        verify_all_arrived(town, town.outbox(POLE))
        assert [message["severity"] for message in phone.messages()] == [3]
        assert town.rows("SELECT severity, is_late FROM alerts WHERE kind = 'level'") == [(3, 1)]
        verify_no_incident(town)
