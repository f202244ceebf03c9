"""A box on a pole finds what nobody in city hall could: an audit log that was cut off and computed anew."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from edge_agent.uplink.witnesses import FILE_NAME
from hub.__main__ import main
from hub.storage import audit, bindings, changes, life_mark, stations, thresholds
from hub.storage import connection as database
from hub.storage.stations import Station
from tests.support.audit_logs import AuditLog, computed_anew
from tests.support.brokers import running_broker
from tests.support.hub_worlds import version_of
from tests.support.ingests import running_ingest
from tests.support.processes import wait_until
from tests.support.uplink_box import NODE_ID, UplinkBox

STATION = "wai-ruhu-1"
DEEDS = 20


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    """A hub's database with one station bound to the box, and a log of some deeds."""
    (tmp_path / "hub.toml").write_text('home = "."\n', encoding="utf-8")
    made = AuditLog(tmp_path / "hub.db")
    with database.write(made.connection):
        stations.save(made.connection, Station(station_id=STATION, name="Wai Ruhu 1", offset_cm=300.0))
        thresholds.add(made.connection, version_of(STATION, 1))
        bindings.bind(made.connection, node_id=NODE_ID, source="g1", station_id=STATION, now_ms=0)
    made.grow(DEEDS)
    return made


def test_a_real_box_is_shown_the_head_and_its_witness_finds_a_rewritten_log(
    log: AuditLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "box" / FILE_NAME
    with (
        running_broker("nats-server", folder=tmp_path / "broker") as broker,
        running_ingest(broker, database_path=log.path),
        UplinkBox(tmp_path / "box", broker) as box,
    ):
        box.start()
        wait_until(kept.exists, what="the witness at the box", deadline_s=60)
        desired = wait_until(box.inbox.desired, what="the desired state at the box")
        assert desired is not None
        assert desired.version == 1
        given = subprocess.run(
            [sys.executable, "-m", "edge_agent", "witness", "--config", str(box.config)],
            stdout=subprocess.PIPE,
            check=True,
            timeout=20,
        )
    file = tmp_path / "witness.jsonl"
    file.write_bytes(given.stdout)
    verify = ["audit", "verify", "--config", str(tmp_path / "hub.toml")]
    assert main([*verify, "--witness", str(file)]) == 0
    assert "1 of 1 witnesses agree" in capsys.readouterr().out

    rows = log.rows()
    log.put(computed_anew([*rows[:12], *rows[15:]]))
    log.grow(10)
    assert main(verify) == 1, "what the hub remembers to have shown is in the same file, and can go with it"
    assert "the hub itself noted row" in capsys.readouterr().out
    log.connection.execute("DELETE FROM meta WHERE key = 'audit_shown'")
    life_mark.mark_file(log.path).unlink()
    assert main(verify) == 0, "the chain alone cannot know"
    assert main([*verify, "--witness", str(file)]) == 1
    told = capsys.readouterr().out
    assert f"written anew from one of rows 1 to {DEEDS + 1} on; box {NODE_ID} was shown row {DEEDS + 1}" in told
    log.close()


def test_a_hub_that_is_put_back_from_an_older_copy_writes_that_down_and_is_not_called_rewritten(
    log: AuditLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = shutil.copy(log.path, tmp_path / "copy.db")
    log.grow(5)
    with database.write(log.connection):
        changes.add(log.connection, at_ms=1, kind="node", ref=NODE_ID)
    life_mark.write_mark(log.connection, log.path)
    file = tmp_path / "witness.jsonl"
    file.write_text(json.dumps(msgspec.structs.asdict(log.witness(NODE_ID))) + "\n")
    log.close()
    for suffix in ("-wal", "-shm"):
        log.path.with_name(log.path.name + suffix).unlink(missing_ok=True)
    shutil.copy(copy, log.path)
    with (
        running_broker("nats-server", folder=tmp_path / "broker") as broker,
        running_ingest(broker, database_path=log.path) as hub,
    ):
        (row,) = audit.rows(hub, audit.Wanted(action="log.restored"))
    assert (row.n, row.actor) == (DEEDS + 2, "hub")
    assert json.loads(row.detail)["marked_n"] == DEEDS + 6
    assert main(["audit", "verify", "--config", str(tmp_path / "hub.toml"), "--witness", str(file)]) == 0
    told = capsys.readouterr().out
    assert f"the restore that row {DEEDS + 2} tells of" in told
