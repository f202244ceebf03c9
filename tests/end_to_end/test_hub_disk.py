"""The hub's disk: full, it takes nothing in and loses nothing; dead, the boxes tell it all again."""

import contextlib
import resource
import shutil
from pathlib import Path

import pytest

from hub.storage import connection as database
from hub.storage import meta
from tests.support.audit import verify_all_arrived, verify_no_incident
from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising, steady
from tests.support.processes import wait_until
from tests.support.producer import NAME, start_producer, told_in
from tests.support.town import Town, running_town

RISING = Pole(
    node_id="n-disk-001",
    station_id="wai-uji",
    river=rising(peace_minutes=1, from_cm=58.0, to_cm=140.0, cm_per_minute=10.0),
)
CALM = Pole(node_id="n-disk-001", station_id="wai-uji", river=steady(40.0))
FULL_AT_BYTES = 4096
"""No write behind this place of any file succeeds, as on a disk without a free block."""


def _stored(town: Town) -> int:
    return int(town.value("SELECT count(*) FROM records") or 0)


def _wait_for_records(town: Town, count: int) -> None:
    before = _stored(town)
    wait_until(lambda: _stored(town) >= before + count, what=f"{count} new records", deadline_s=60, poll_s=0.05)


def test_a_full_disk_at_the_hub_costs_no_record(tmp_path: Path) -> None:
    with running_town(tmp_path) as town:
        town.import_stations(CALM)
        town.start_hub("ingest")
        town.start_box(CALM)
        log = start_producer(town, CALM)
        _wait_for_records(town, 200)

        ingest = town.children["ingest"]
        _, hard = resource.prlimit(ingest.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(ingest.pid, resource.RLIMIT_FSIZE, (FULL_AT_BYTES, hard))
        full = _stored(town)
        written = len(told_in(log))
        wait_until(lambda: len(told_in(log)) > written + 500, what="records that find the disk full", deadline_s=60)
        assert _stored(town) - full < 200, "the disk was not full for ingest"
        resource.prlimit(ingest.pid, resource.RLIMIT_FSIZE, (hard, hard))
        if not ingest.is_running:  # as its supervisor would
            town.again("ingest")
        _wait_for_records(town, 500)

        outboxes = [town.outbox(CALM, producer) for producer in ("gauge", NAME)]
        verify_all_arrived(town, *outboxes, told=told_in(log))
        verify_no_incident(town)


@pytest.mark.parametrize("comes_back", ["with nothing", "with an old copy"])
def test_a_hub_that_lost_its_database_is_told_everything_again(tmp_path: Path, comes_back: str) -> None:
    with running_phone() as phone, running_town(tmp_path) as town:
        recipients = officer(phone, min_severity=3)
        town.import_stations(RISING, recipients=recipients)
        town.start_hub("ingest", "dispatch")
        town.start_box(RISING)
        log = start_producer(town, RISING)
        _wait_for_records(town, 200)
        old_copy = _copy_of(town.database, tmp_path / "backup.db")
        town.wait_for_row("SELECT 1 FROM alerts WHERE severity = 3", what="the Awas", deadline_s=40)
        wait_until(phone.messages, what="its message")

        town.kill("ingest", "dispatch")
        for file in tmp_path.glob("hub.db*"):
            file.unlink()
        if comes_back == "with nothing":
            town.import_stations(RISING, recipients=recipients)
        else:
            shutil.copy(old_copy, town.database)
            _give_new_epoch(town.database)
        town.again("ingest", "dispatch")

        town.wait_for_row(
            "SELECT 1 FROM alerts WHERE severity = 3 AND kind = 'level'", what="the Awas again", deadline_s=60
        )
        outboxes = [town.outbox(RISING, producer) for producer in ("gauge", "uplink", NAME)]
        verify_all_arrived(town, *outboxes, told=told_in(log))
        verify_no_incident(town)
        assert town.rows("SELECT severity, state FROM alerts WHERE kind = 'level'") == [(3, "raised")]


def _copy_of(source: Path, copy: Path) -> Path:
    """Make a backup as an operator does, while the hub works."""
    with contextlib.closing(database.open(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def _give_new_epoch(path: Path) -> None:
    """Do what belongs to every restore: name the database anew, so that boxes offer what it lacks."""
    with contextlib.closing(database.open(path)) as connection, database.write(connection):
        meta.renew_db_epoch(connection)
