"""The hub is away for an hour of an Awas: at its return the alert is open, escalation goes on, nobody is told twice."""

from pathlib import Path

from tests.support.audit import verify_no_incident
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising
from tests.support.processes import wait_until
from tests.support.town import running_town

RATE = 600.0
"""An hour in six seconds; readings come every 600 s, slow enough that one is enough."""

AWAY_MS = 3_600_000
POLICY = "[alerts]\nawas_escalation_s = [1800, 5400, 36000]\nsiaga_escalation_s = [36000]\n"
POLE = Pole(node_id="n-away-001", station_id="wai-uji", river=rising(peace_minutes=60, cm_per_minute=2.0, minutes=6000))


def test_an_hour_without_the_hub_leaves_the_alert_open_and_tells_nobody_twice(tmp_path: Path) -> None:
    with running_phone() as phone, running_town(tmp_path, rate=RATE, hub_extra=POLICY) as town:
        people = officer(phone) + officer(phone, recipient_id="lead-1", role="lead")
        town.import_stations(POLE, recipients=people)
        town.start_hub("ingest", "dispatch")
        town.start_box(POLE)
        alert_id, raised_ms = town.wait_for_row(
            "SELECT alert_id, committed_ms FROM alerts WHERE severity = 3", what="the Awas", deadline_s=40
        )
        wait_until(lambda: any(m["severity"] == 3 for m in phone.messages()), what="its message", deadline_s=60)
        # A message whose fate was not written down is offered again: the hub may die only after it knows.
        town.wait_for_row(
            "SELECT delivery_id FROM deliveries WHERE severity = 3 AND state = 'handed'", what="its handing over"
        )

        town.kill("ingest", "dispatch")
        killed_ms = town.clock.now_ms()
        wait_until(lambda: town.clock.now_ms() - killed_ms >= AWAY_MS, what="an hour", deadline_s=60)
        town.again("ingest", "dispatch")

        lead = wait_until(
            lambda: [m for m in phone.messages() if m["to"] == "Petugas lead-1"],
            what="the shift lead's message",
            deadline_s=30,
        )
        assert "BELUM DIKONFIRMASI" in lead[0]["text"]
        assert town.rows("SELECT alert_id, severity, state FROM alerts WHERE kind = 'level'") == [
            (alert_id, 3, "raised")
        ]
        steps = town.rows("SELECT at_ms FROM alert_events WHERE alert_id = ? AND kind = 'escalated'", alert_id)
        assert len(steps) == 2
        assert all(at_ms >= raised_ms + 1_800_000 for (at_ms,) in steps)
        verify_no_incident(town)
        to_officer = [m["severity"] for m in phone.messages() if m["to"] == "Petugas bpbd-1"]
        assert to_officer.count(3) == 1
        assert len(lead) == 1
