"""Boxes that are not renewed are told of while there is time, and no longer than that."""

import logging
from pathlib import Path

import pytest

from hub.alerting import desk
from hub.alerting.alert import CERTIFICATE_CODE
from hub.alerting.policy import AlertPolicy
from hub.fleet import standing
from hub.fleet.authority.shelf import Authority
from hub.ingest.endings import A_TICK, EVERY_MS, Endings
from hub.storage import alerts, claims, node_certificates, sites
from hub.storage import connection as database
from hub.storage.sites import Site
from provisioning.identity import box_key
from tests.support.authorities import NOW, make_authority
from tests.support.clocks import FakeClock
from tests.support.databases import new_database
from tests.support.desks import RecordingDesk
from tests.support.new_hubs import SITES
from tests.support.renewals import DAY_MS, LIFE_DAYS, issued, known

BEGIN_MS = round(NOW.timestamp() * 1000)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


class Hub:
    """The part of ingest that looks at certificates, hour by hour."""

    def __init__(self, authority: Authority) -> None:
        self.authority, self.clock = authority, FakeClock(now_ms=BEGIN_MS)
        self.connection = new_database()
        with database.write(self.connection) as writer:
            sites.save(writer, Site(site_id=SITES[0], name=SITES[0]))
        self.box = known(self.connection, authority=authority, at_ms=BEGIN_MS)
        self.endings = Endings(clock=self.clock, real=self.clock, desk=desk, policy=AlertPolicy())

    def on_day(self, day: float) -> list[str]:
        """Let it be that day; return the names of the boxes that people are told of."""
        self.clock.advance((BEGIN_MS + day * DAY_MS - self.clock.now_ms()) / 1000)
        with database.write(self.connection) as writer:
            self.endings.look(writer)
        found = alerts.open_fault(
            self.connection, node_id=self.box.node_id, station_id=None, code=CERTIFICATE_CODE
        )  # fmt: skip
        return [] if found is None else [self.box.node_id]


@pytest.fixture
def hub(authority: Authority) -> Hub:
    return Hub(authority)


def test_people_are_told_sixty_days_before_the_end_and_once(hub: Hub) -> None:
    assert hub.on_day(LIFE_DAYS - 61) == []
    assert hub.on_day(LIFE_DAYS - 59) == [hub.box.node_id]
    assert hub.on_day(LIFE_DAYS + 5) == [hub.box.node_id]
    assert hub.connection.execute("SELECT count(*) FROM alerts").fetchone() == (1,)


def test_it_is_over_when_the_box_has_come_with_the_next_certificate_and_not_when_it_was_given(hub: Hub) -> None:
    hub.on_day(LIFE_DAYS - 50)
    key, at_ms = box_key.new_key(), hub.clock.now_ms()
    with database.write(hub.connection) as writer:
        node_certificates.add(
            writer, node_id=hub.box.node_id, key_fingerprint="a" * 64, issued_real_ms=at_ms,
            chain=issued(key, hub.box.node_id, authority=hub.authority, at_ms=at_ms),
        )  # fmt: skip
    assert hub.on_day(LIFE_DAYS - 49) == [hub.box.node_id]
    with database.write(hub.connection) as writer:
        node_certificates.note_used(writer, "a" * 64, now_real_ms=at_ms)
    assert hub.on_day(LIFE_DAYS - 48) == []


def test_it_is_over_when_the_box_is_revoked(hub: Hub) -> None:
    hub.on_day(LIFE_DAYS - 50)
    with database.write(hub.connection) as writer:
        standing.revoke(writer, hub.box.node_id, reason="dicuri", now_ms=hub.clock.now_ms(), actor="uji")
    assert hub.on_day(LIFE_DAYS - 49) == []


def test_a_box_whose_claim_a_restore_has_lost_is_looked_at_by_its_certificate(hub: Hub) -> None:
    with database.write(hub.connection) as writer:
        writer.execute("DELETE FROM claims")
        node_certificates.add(
            writer, node_id=hub.box.node_id, key_fingerprint=hub.box.presented.key_fingerprint,
            chain=hub.box.presented.pem, issued_real_ms=BEGIN_MS, used_real_ms=BEGIN_MS,
        )  # fmt: skip
    assert hub.on_day(LIFE_DAYS - 59) == [hub.box.node_id]


def test_a_damaged_certificate_is_complained_about_once_and_takes_no_other_box_its_alert(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = known(hub.connection, authority=hub.authority, at_ms=BEGIN_MS)
    with database.write(hub.connection) as writer:
        writer.execute("UPDATE claims SET certificate = x'00' WHERE node_id = ?", (damaged.node_id,))
    for day in (LIFE_DAYS - 59, LIFE_DAYS - 58, LIFE_DAYS - 57):
        assert hub.on_day(day) == [hub.box.node_id]
    said = [row for row in caplog.records if row.levelno >= logging.WARNING]
    assert [damaged.node_id in row.getMessage() for row in said] == [True]
    with database.write(hub.connection) as writer:
        claims.keep_certificate(writer, claims.all_claims(writer)[-1].claim_id, damaged.chain)
    hub.on_day(LIFE_DAYS - 56)
    told = "SELECT count(*) FROM alerts WHERE node_id = ?"
    assert hub.connection.execute(told, (damaged.node_id,)).fetchone() == (1,), "once it can be read it counts again"


def test_an_alert_of_an_earlier_run_ends_too(hub: Hub) -> None:
    hub.on_day(LIFE_DAYS - 50)
    hub.endings = Endings(clock=hub.clock, real=FakeClock(now_ms=BEGIN_MS), desk=desk, policy=AlertPolicy())
    assert hub.on_day(LIFE_DAYS - 49) == []


def test_a_second_has_work_for_a_few_boxes_only_and_each_is_looked_at_within_the_hour(
    authority: Authority, tmp_path: Path
) -> None:
    clock, told = FakeClock(now_ms=BEGIN_MS + LIFE_DAYS * DAY_MS), RecordingDesk()
    connection = new_database(tmp_path / "hub.db")
    with database.write(connection) as writer:
        sites.save(writer, Site(site_id=SITES[0], name=SITES[0]))
    boxes = {known(connection, authority=authority, at_ms=BEGIN_MS).node_id for _ in range(2 * A_TICK + 1)}
    endings = Endings(clock=clock, real=clock, desk=told, policy=AlertPolicy())
    counts = []
    for _ in range(4):
        endings.look(connection)
        counts.append(len(told.told("fault")))
    assert counts == [A_TICK, 2 * A_TICK, 2 * A_TICK + 1, 2 * A_TICK + 1]
    assert {said["node_id"] for said in told.told("fault")} == boxes
    clock.advance(EVERY_MS / 1000)
    endings.look(connection)
    assert len(told.told("fault")) == len(boxes), "what is told is told once"
