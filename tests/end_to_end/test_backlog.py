"""Three days without a hub, then all of it at once: newest alert first, nothing lost, nothing twice, little memory."""

import time
from pathlib import Path

import psutil

from contract.records import Level, RecordClass
from tests.support.audit import has_all, verify_all_arrived, verify_no_incident, wait_for_view
from tests.support.history import fill_gauge, fill_uplink, floods, newest_level
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, steady
from tests.support.processes import wait_until
from tests.support.town import Town, running_town

HOURS = 72.0
LEAST_RECORDS = 35_000
MOST_UPLINK_MB = 60.0
PEACE, FLOOD = steady(40.0), steady(140.0)
POLES = (
    Pole(node_id="n-backlog-1", station_id="wai-satu", river=FLOOD, name="Wai Satu"),
    Pole(node_id="n-backlog-2", station_id="wai-dua", river=PEACE, name="Wai Dua"),
    Pole(node_id="n-backlog-3", station_id="wai-tiga", river=PEACE, name="Wai Tiga"),
)


def _fill(town: Town, pole: Pole) -> Level:
    """Write three days; return the newest level record."""
    ends_ms = town.clock.now_ms()
    stage_at = floods(last_ended_h=-1.0 if pole.river is FLOOD else 3.0)
    rate = town.clock.rate
    count = fill_gauge(pole, town.outbox(pole), stage_at=stage_at, hours=HOURS, ends_ms=ends_ms, rate=rate)
    count += fill_uplink(pole, town.outbox(pole, "uplink"), hours=HOURS, ends_ms=ends_ms, rate=rate)
    assert count >= LEAST_RECORDS, f"{pole.node_id}: only {count} records in {HOURS} h"
    return newest_level(town.outbox(pole))


def test_three_days_of_three_boxes_drain_with_the_newest_alert_first(tmp_path: Path) -> None:
    with running_phone() as phone, running_town(tmp_path) as town:
        newest = {pole.node_id: _fill(town, pole) for pole in POLES}
        assert [level.severity for level in newest.values()] == [3, 0, 0]
        town.import_stations(*POLES, recipients=officer(phone))
        town.start_hub("ingest", "dispatch")
        town.wait_for_row("SELECT 1 FROM heartbeats WHERE process = 'ingest'", what="ingest")
        begun_s = time.monotonic()
        for pole in POLES:
            town.start_box(pole)
        uplinks = [psutil.Process(town.children[f"{pole.node_id}/uplink"].pid) for pole in POLES]
        most_mb = 0.0

        def is_told() -> bool:
            nonlocal most_mb
            most_mb = max(most_mb, *(uplink.memory_info().rss / 1e6 for uplink in uplinks))
            return bool(phone.messages())

        wait_until(is_told, what="the message of the Awas that stands", deadline_s=30, poll_s=0.05)
        told_s = time.monotonic() - begun_s
        outboxes = [town.outbox(pole, producer) for pole in POLES for producer in ("gauge", "uplink")]
        written = [wait_for_view(outbox) for outbox in outboxes]
        wait_until(
            lambda: is_told() and all(has_all(town, view) for view in written),
            what="the backlog to drain",
            deadline_s=150,
            poll_s=0.2,
        )
        drained_s = time.monotonic() - begun_s
        count = verify_all_arrived(town, *outboxes)
        verify_no_incident(town)
        assert most_mb < MOST_UPLINK_MB
        for pole in POLES:
            _verify_alerts_came_first(town, pole, newest[pole.node_id])
        assert town.rows("SELECT station_id, severity FROM alerts WHERE kind = 'level'") == [("wai-satu", 3)]
        decisions = town.rows(
            "SELECT decision_id FROM alert_decisions JOIN alerts USING (alert_id) WHERE kind = 'level'"
        )
        assert decisions == [(newest[POLES[0].node_id].decision_id,)]
        assert [message["severity"] for message in phone.messages()] == [3]
        town.say(
            f"{count} records of {len(POLES)} boxes: Awas told after {told_s:.1f} s, drained after {drained_s:.1f} s "
            f"({count / drained_s:.0f}/s), uplink at most {most_mb:.1f} MB"
        )


def _verify_alerts_came_first(town: Town, pole: Pole, newest: Level) -> None:
    """Fail unless the newest level record came first, and all alerts before any reading, of what lay there."""
    alerts, readings = (
        town.rows(
            "SELECT id, seq FROM records JOIN spools USING (spool_no)"
            " WHERE node_id = ? AND producer = 'gauge' AND class = ? AND boot = ? ORDER BY id",
            pole.node_id,
            record_class,
            newest.boot,
        )
        for record_class in (RecordClass.ALERT, RecordClass.READING)
    )
    assert alerts[0][1] == newest.seq
    assert alerts[-1][0] < readings[0][0]
