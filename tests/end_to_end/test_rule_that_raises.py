"""A level rule that raises on some values at the hub: they are stored, people see it, everything else goes on."""

import sys
from pathlib import Path

from tests.support.audit import verify_all_arrived, verify_no_incident
from tests.support.ingest_with_a_trap import ERROR, TRAP_CM
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising
from tests.support.processes import wait_until
from tests.support.town import running_town

# Both rise together; only the first passes through the trap, slowly enough to leave readings in it.
POLES = (
    Pole(node_id="n-trap-001", station_id="wai-jebak", river=rising(peace_minutes=2, from_cm=58.0, to_cm=140.0)),
    Pole(
        node_id="n-trap-002",
        station_id="wai-tenang",
        river=rising(peace_minutes=2, from_cm=81.0, to_cm=140.0),
    ),
)


def test_a_rule_that_raises_costs_its_value_the_judgement_and_nothing_else(tmp_path: Path) -> None:
    with running_phone() as phone, running_town(tmp_path) as town:
        town.import_stations(*POLES, recipients=officer(phone, min_severity=3))
        command = (sys.executable, "-m", "tests.support.ingest_with_a_trap", "ingest")
        town.start("ingest", *command, "--config", str(town.hub_config))
        town.start_hub("dispatch", "web")
        town.wait_for_web()
        for pole in POLES:
            town.start_box(pole)

        # At its station it stands until the next value that works: on a busy machine both come in one set of messages.
        town.wait_for_row(
            "SELECT 1 FROM records WHERE rule_error = ?", ERROR, what="a value on which the rule failed", deadline_s=60
        )
        for pole in POLES:
            town.wait_for_row(
                "SELECT 1 FROM alerts WHERE kind = 'level' AND station_id = ? AND severity = 3",
                pole.station_id,
                what=f"the Awas of {pole.station_id}",
                deadline_s=60,
            )
        wait_until(lambda: len(phone.messages()) == len(POLES), what="both messages", deadline_s=30)

        trapped = town.rows("SELECT stage_cm, rule_error FROM records WHERE rule_error IS NOT NULL")
        assert trapped
        assert all(TRAP_CM[0] <= stage_cm < TRAP_CM[1] and error == ERROR for stage_cm, error in trapped)
        assert town.value("SELECT value FROM counters WHERE name LIKE '%rule_errors%'") == len(trapped)
        assert town.value("SELECT rule_error FROM station_now WHERE station_id = 'wai-jebak'") is None, "it works again"
        verify_all_arrived(town, *(town.outbox(pole) for pole in POLES))
        verify_no_incident(town)
