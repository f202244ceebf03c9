"""The hub burns. From the last backup and what boxes keep, a hub in an empty folder knows everything again."""

import time
from pathlib import Path

from tests.support.audit import verify_all_arrived, verify_no_incident
from tests.support.pole import Pole, rising
from tests.support.processes import Child, wait_until
from tests.support.producer import NAME, start_producer, told_in
from tests.support.town import HUB, Town, running_town

POLE = Pole(
    node_id="n-burn-001",
    station_id="wai-uji",
    river=rising(peace_minutes=1, from_cm=58.0, to_cm=140.0, cm_per_minute=10.0),
)


def _done(town: Town, name: str, *words: str) -> Child:
    child = town.start(name, *HUB, *words)
    assert child.wait(deadline_s=30) == 0, child.output()
    return child


def _wait_for_more(town: Town, count: int) -> int:
    before = int(town.value("SELECT count(*) FROM records") or 0)
    wait_until(
        lambda: int(town.value("SELECT count(*) FROM records") or 0) >= before + count,
        what=f"{count} new records",
        deadline_s=60,
        poll_s=0.05,
    )
    return before


def test_a_hub_that_burnt_comes_back_from_its_backup_and_the_boxes_tell_the_rest(tmp_path: Path) -> None:
    key = tmp_path / "safe" / "backup.key"
    key.parent.mkdir()
    with running_town(tmp_path / "town") as town:
        public = _done(town, "key", "backup", "key", "--out", str(key)).output().splitlines()[-1]
        town.hub_extra = f"[backup]\n{public}\nfolder = '{tmp_path / 'stick'}'\n"
        town.write_hub()
        town.import_stations(POLE)
        town.start_hub("ingest")
        town.start_box(POLE)
        log = start_producer(town, POLE)
        _wait_for_more(town, 200)
        _done(town, "backup", "backup", "make", "--config", str(town.hub_config))
        _done(town, "list", "backup", "list", "--config", str(town.hub_config))
        (backup,) = (tmp_path / "stick").glob("*.age")
        at = ("--identity", str(key), "--config", str(town.hub_config))
        drill = _done(town, "drill", "restore", str(backup), "--drill", *at)  # beside the hub that is at work
        assert "the drill went well" in drill.output()
        epoch = town.value("SELECT value FROM meta WHERE key = 'db_epoch'")
        lost = _wait_for_more(town, 500)
        town.wait_for_row("SELECT 1 FROM alerts WHERE severity = 3", what="the Awas", deadline_s=40)

        town.kill("ingest")
        for file in (*town.folder.glob("hub.db*"), town.hub_config):
            file.unlink()
        began_s = time.monotonic()
        hall = tmp_path / "new-hall"
        _done(town, "restore", "restore", str(backup), "--identity", str(key), "--to", str(hall))
        town.hub_home = hall
        assert town.value("SELECT value FROM meta WHERE key = 'db_epoch'") not in {None, epoch}
        kept = int(town.value("SELECT count(*) FROM records") or 0)
        assert 0 < kept < lost + 500
        town.start_hub("ingest")

        town.wait_for_row("SELECT 1 FROM alerts WHERE severity = 3 AND kind = 'level'", what="the Awas", deadline_s=60)
        outboxes = [town.outbox(POLE, producer) for producer in ("gauge", "uplink", NAME)]
        count = verify_all_arrived(town, *outboxes, told=told_in(log))
        verify_no_incident(town)
        _done(town, "verify", "audit", "verify", "--config", str(town.hub_config))
        town.say(
            f"backup {backup.stat().st_size / 1e6:.1f} MB with {kept} records; {count - kept} came again from the box; "
            f"whole {time.monotonic() - began_s:.1f} s after the fire"
        )
