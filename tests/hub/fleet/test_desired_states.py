"""What a box should be follows from stations, thresholds and bindings; a version is made only when it differs."""

from pathlib import Path

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from contract.desired import Applied, Desired
from contract.messages import decode_message
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.storage import bindings, quotas, stations
from hub.storage import connection as database
from hub.storage.stations import Station
from tests.support.hub_worlds import NODE, STATION, HubWorld, version_of


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)


def waiting(hub: HubWorld, node_id: str = NODE) -> list[Desired]:
    rows = hub.rows("SELECT payload FROM downlink WHERE leaf = 'desired' AND node_id = ? ORDER BY id", node_id)
    return [decode_message(Desired, payload) for (payload,) in rows]


def test_a_box_is_told_what_its_gauge_needs_to_know(hub: HubWorld) -> None:
    hub.add_station(siren=True, rise_cm=12.0, hold_s=900.0)
    (document,) = waiting(hub)
    source = document.sources["g1"]
    assert (document.db_epoch, document.version) == (hub.memory.db_epoch, 1)
    assert (source.station, source.name, source.offset_cm, source.siren) == (STATION, "Wai Ruhu 1", 300.0, True)
    assert source.thresholds == version_of(STATION, 1).values()
    assert (source.rise.cm, source.hold_s) == (12.0, 900.0)


def test_no_change_makes_no_version(hub: HubWorld) -> None:
    hub.add_station()
    for _ in range(3):
        hub.start()
    assert [one.version for one in waiting(hub)] == [1]


def test_a_change_that_concerns_no_box_makes_no_version(hub: HubWorld) -> None:
    hub.add_station()
    with database.write(database.open(hub.path)) as other:
        stations.save(other, Station(station_id=STATION, name="Wai Ruhu 1", offset_cm=300.0, sop="baru"))
    hub.tick(seconds=1)
    hub.tick(seconds=1)
    assert [one.version for one in waiting(hub)] == [1]


def test_another_datum_makes_a_new_version(hub: HubWorld) -> None:
    hub.add_station()
    with database.write(database.open(hub.path)) as other:
        stations.save(other, Station(station_id=STATION, name="Wai Ruhu 1", offset_cm=310.0))
    hub.tick(seconds=1)
    (document,) = waiting(hub)
    assert (document.version, document.sources["g1"].offset_cm) == (2, 310.0)


def test_two_gauges_of_a_box_stand_in_one_document(hub: HubWorld) -> None:
    hub.add_station()
    hub.add_station("wai-tomu-1", source="g2", name="Wai Tomu 1")
    (document,) = waiting(hub)
    assert {source: one.station for source, one in document.sources.items()} == {"g1": STATION, "g2": "wai-tomu-1"}


def test_a_box_whose_gauge_moved_away_is_told_so(hub: HubWorld) -> None:
    hub.add_station()
    with database.write(database.open(hub.path)) as other:
        bindings.bind(other, node_id="n-box002", source="g1", station_id=STATION, now_ms=5)
    hub.tick(seconds=1)
    assert [(one.version, dict(one.sources)) for one in waiting(hub)] == [(2, {})]
    assert list(waiting(hub, "n-box002")[0].sources) == ["g1"]


def test_a_box_that_was_never_bound_keeps_what_its_own_config_says(hub: HubWorld) -> None:
    hub.hello()
    hub.tick(seconds=1)
    assert waiting(hub) == []


def test_versions_go_on_after_a_new_start(hub: HubWorld) -> None:
    hub.add_station()
    hub.start()
    assert not hub.memory.desired.is_owed(NODE, Applied(db_epoch=hub.memory.db_epoch, version=1))
    assert hub.memory.desired.is_owed(NODE, Applied(db_epoch="other", version=1))
    assert not hub.memory.desired.is_owed("n-unknown", Applied())


def set_quota(hub: HubWorld, quota_mb: int, node_id: str = NODE) -> None:
    with database.write(database.open(hub.path)) as other:
        quotas.save(other, node_id, quota_mb=quota_mb)
    hub.tick(seconds=1)


def test_another_quota_makes_a_new_version_and_the_same_one_none(hub: HubWorld) -> None:
    hub.add_station()
    told = []
    for quota_mb in (256, 64, 64, 256, 256):
        set_quota(hub, quota_mb)
        (document,) = waiting(hub)  # a newer one takes the place of one that has not gone out
        told.append((document.version, document.quota_mb))
        assert list(document.sources) == ["g1"]
    assert told == [(1, 256), (2, 64), (2, 64), (3, 256), (3, 256)]


def test_a_box_with_a_quota_and_no_station_is_told_the_quota_alone(hub: HubWorld) -> None:
    set_quota(hub, 32, "n-box002")
    assert [(one.version, one.quota_mb, dict(one.sources)) for one in waiting(hub, "n-box002")] == [(1, 32, {})]


DAY_S = 24 * 3600.0


def sent(hub: HubWorld, node_id: str = NODE) -> list[Desired]:
    """Return what would be sent, and take it for sent."""
    found = waiting(hub, node_id)
    hub.connection.execute("DELETE FROM downlink")
    return found


def note(hub: HubWorld) -> None:
    """Let somebody do something."""
    with database.write(hub.connection):
        audit_log.note(
            hub.connection, now_ms=hub.clock.now_ms(), actor="Sari", action=Action.USER_SAVED, subject="rina"
        )


def test_once_a_day_the_head_of_the_audit_log_goes_to_every_box_in_the_version_that_it_has(hub: HubWorld) -> None:
    hub.add_station()
    hub.add_station("wai-tomu-1", node_id="n-box002", name="Wai Tomu 1")
    hub.tick()
    (other,), first = waiting(hub, "n-box002"), sent(hub)[-1]
    assert first.audit is not UNSET
    assert (first.version, first.audit.n, other.audit) == (1, 1, first.audit)
    for _ in range(3):
        note(hub)
        hub.tick(seconds=DAY_S / 4)
    assert sent(hub) == []
    hub.tick(seconds=DAY_S / 4)
    (second,) = sent(hub)
    assert second.audit is not UNSET
    assert (second.version, second.audit.n) == (1, 4)
    assert replace(second, audit=UNSET) == replace(first, audit=UNSET)


def test_a_day_without_a_deed_sends_nothing(hub: HubWorld) -> None:
    hub.add_station()
    hub.tick()
    sent(hub)
    for _ in range(3):
        hub.tick(seconds=DAY_S)
    assert sent(hub) == []


def test_after_a_restart_the_same_head_is_shown_for_the_rest_of_its_day(hub: HubWorld) -> None:
    hub.add_station()
    hub.tick()
    note(hub)
    sent(hub)
    hub.start()
    hub.tick(seconds=60)
    assert sent(hub) == []
    (document,) = hub.memory.desired.documents().values()
    assert document.audit is not UNSET
    assert document.audit.n == 1
