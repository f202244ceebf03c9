"""How a box stands: what may follow on what, that it is written down, and that nothing of it is ever taken back."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from hub.broker import boxes
from hub.broker.boxes import Boxes
from hub.fleet import standing
from hub.fleet.errors import StandingError
from hub.fleet.standing import Standing
from hub.storage import audit, bindings, node_certificates, nodes, standings
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import all_steps, migrate
from tests.support.databases import new_database

BOX, OTHER = "n-7f3k2m9q", "n-2c9d4x8w"


@pytest.fixture
def hub() -> Connection:
    connection = new_database()
    nodes.add(connection, BOX, now_ms=0)
    return connection


def quarantine(hub: Connection, node_id: str = BOX) -> bool:
    return standing.quarantine(hub, node_id, reason="two boots in turn", now_ms=1)


def revoke(hub: Connection, node_id: str = BOX, *, reason: str = "dicuri") -> None:
    standing.revoke(hub, node_id, reason=reason, now_ms=2, actor="shell:ani")


def release(hub: Connection, *, reason: str = "kartu diganti") -> None:
    standing.release(hub, BOX, reason=reason, now_ms=3, actor="shell:ani")


def test_the_stations_of_a_box_are_painted_anew_when_it_is_refused_or_released(hub: Connection) -> None:
    bindings.bind(hub, node_id=BOX, source="g1", station_id="wai-uji", now_ms=0)
    bindings.bind(hub, node_id=OTHER, source="g1", station_id="wai-lain", now_ms=0)
    for do in (quarantine, release, revoke):
        hub.execute("DELETE FROM changes")
        do(hub)
        assert hub.execute("SELECT ref FROM changes WHERE kind = 'station'").fetchall() == [("wai-uji",)]


def test_a_box_of_which_nothing_is_written_is_live(hub: Connection) -> None:
    assert standing.standing(hub, BOX) is Standing.LIVE
    assert standing.refused(hub) == {}


def test_a_quarantined_box_is_released_and_may_be_quarantined_again(hub: Connection) -> None:
    assert quarantine(hub)
    assert not quarantine(hub)
    assert standing.refused(hub) == {BOX: Standing.QUARANTINED}
    release(hub)
    assert standing.standing(hub, BOX) is Standing.LIVE
    assert quarantine(hub)


def test_a_revoked_box_is_never_released_nor_quarantined_and_the_file_itself_refuses(hub: Connection) -> None:
    quarantine(hub)
    revoke(hub)
    with pytest.raises(StandingError, match="label baru"):
        release(hub)
    assert not quarantine(hub)
    with pytest.raises(StandingError, match="sudah dicabut"):
        revoke(hub)
    back = standings.StandingRow(node_id=BOX, standing="live", reason="x", actor="x", at_ms=9)
    with pytest.raises(sqlite3.IntegrityError, match="stays revoked"):
        standings.add(hub, back)
    assert standing.standing(hub, BOX) is Standing.REVOKED


def test_what_was_written_never_changes(hub: Connection) -> None:
    quarantine(hub)
    for sql in ("UPDATE standings SET standing = 'live'", "DELETE FROM standings"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            hub.execute(sql)
    assert standing.standing(hub, BOX) is Standing.QUARANTINED


def test_who_why_and_when_stand_in_the_rows_and_in_the_audit_log(hub: Connection) -> None:
    quarantine(hub)
    release(hub)
    revoke(hub)
    told = [(row.standing, row.reason, row.actor, row.at_ms) for row in standings.history(hub, BOX)]
    assert told == [
        ("quarantined", "two boots in turn", "hub", 1),
        ("live", "kartu diganti", "shell:ani", 3),
        ("revoked", "dicuri", "shell:ani", 2),
    ]
    deeds = [(row.action, row.actor, row.subject) for row in audit.all_rows(hub)]
    assert deeds[1:] == [
        ("node.quarantined", "hub", BOX), ("node.released", "shell:ani", BOX), ("node.revoked", "shell:ani", BOX)
    ]  # fmt: skip


def test_a_box_that_nobody_knows_is_not_revoked_and_one_that_the_city_file_names_is(hub: Connection) -> None:
    with pytest.raises(StandingError, match="hub node list"):
        revoke(hub, OTHER)
    bindings.bind(hub, node_id=OTHER, source="g1", station_id="wai-ruhu-1", now_ms=0)
    revoke(hub, OTHER)
    assert standing.standing(hub, OTHER) is Standing.REVOKED


def test_a_box_whose_claim_a_restore_has_lost_is_known_by_its_certificate_and_can_be_revoked(hub: Connection) -> None:
    node_certificates.add(hub, node_id=OTHER, key_fingerprint="a" * 64, chain=b"", issued_real_ms=0)
    revoke(hub, OTHER)
    assert boxes.of_database(hub) == Boxes(known=(OTHER,), denied=(OTHER,))


def test_a_live_box_cannot_be_released_and_nothing_happens_without_a_reason(hub: Connection) -> None:
    with pytest.raises(StandingError, match="tidak dikarantina"):
        release(hub)
    with pytest.raises(StandingError, match="--reason"):
        revoke(hub, reason="  ")
    quarantine(hub)
    with pytest.raises(StandingError, match="--reason"):
        release(hub, reason="")


def test_a_box_that_was_only_flagged_before_this_version_is_heard_after_it(tmp_path: Path) -> None:
    connection = database.open(tmp_path / "old.db")
    steps = all_steps()
    steps.apply(Database(connection), stop_before="0012_standings")
    nodes.add(connection, BOX, now_ms=5)
    connection.execute("UPDATE nodes SET is_quarantined = 1, clone_evidence = 'satu konflik' WHERE node_id = ?", (BOX,))
    migrate(connection)
    assert standing.standing(connection, BOX) is Standing.LIVE, "the flag refused nobody, and one power cut set it"
    assert standings.history(connection, BOX) == []
    assert quarantine(connection), "what is seen from now on counts"
