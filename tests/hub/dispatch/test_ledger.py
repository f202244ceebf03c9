from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.alerting import desk, people
from hub.alerting.alert import AlertKind
from hub.alerting.life_cycle import blank
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Role
from hub.dispatch import receipts
from hub.dispatch.delivery import DeliveryState
from hub.dispatch.ledger import HopName, alert_with_ledger, ledger_of
from hub.storage import alerts, deliveries
from hub.storage.connection import write
from tests.support.alerts import START_MS, change, hub_database, person

POLICY = AlertPolicy()
RATE = 60.0


def test_the_way_of_an_awas_from_the_sample_to_a_person(tmp_path: Path) -> None:
    connection = hub_database(tmp_path, person("petugas", Role.OFFICER))
    with write(connection):
        desk.on_station_change(connection, change(3), policy=POLICY)
    alert = alerts.list_open(connection)[0]
    (delivery,) = deliveries.of_alert(connection, alert.alert_id)
    with write(connection):
        deliveries.begin(connection, delivery.delivery_id, next_try_real_ms=0)
        deliveries.move(connection, delivery.delivery_id, DeliveryState.HANDED, at_ms=START_MS + 6_000)
        receipts.read(connection, delivery.token, now_ms=START_MS + 606_000)
        people.acknowledge(connection, alert.alert_id, seen_version=1, by="Sari", now_ms=START_MS + 300_000)
    found = alert_with_ledger(connection, alert.alert_id, rate=RATE)
    assert found is not None
    assert [(hop.name.value, hop.seconds) for hop in found.ledger.hops] == [
        ("sample", None),
        ("decided", 0.003),
        ("committed", 0.005),
        ("handed", 0.1),
        ("read", 10.0),
        ("acknowledged", 5.0),
    ]
    assert (found.ledger.waiting, found.ledger.handed, found.ledger.read, found.ledger.failed) == (0, 1, 1, 0)
    assert (len(found.events), len(found.decisions), len(found.deliveries)) == (2, 1, 1)


def test_a_hop_that_was_not_reached_is_shown_missing(tmp_path: Path) -> None:
    connection = hub_database(tmp_path, person("petugas", Role.OFFICER))
    with write(connection):
        desk.on_station_change(connection, change(3), policy=POLICY)
    alert = alerts.list_open(connection)[0]
    ledger = ledger_of(alert, deliveries.of_alert(connection, alert.alert_id), rate=RATE)
    missing = [hop.name for hop in ledger.hops if hop.at_ms is None]
    assert missing == [HopName.HANDED, HopName.READ, HopName.ACKNOWLEDGED]
    assert ledger.waiting == 1


def test_messages_of_an_earlier_rise_do_not_count(tmp_path: Path) -> None:
    connection = hub_database(tmp_path, person("petugas", Role.OFFICER))
    with write(connection):
        desk.on_station_change(connection, change(2), policy=POLICY)
    alert = alerts.list_open(connection)[0]
    (first,) = deliveries.of_alert(connection, alert.alert_id)
    with write(connection):
        deliveries.move(connection, first.delivery_id, DeliveryState.HANDED, at_ms=START_MS + 1000)
        desk.on_station_change(connection, change(3, at_ms=START_MS + 60_000), policy=POLICY)
    found = alert_with_ledger(connection, alert.alert_id, rate=1.0)
    assert found is not None
    hops = {hop.name: hop for hop in found.ledger.hops}
    assert hops[HopName.COMMITTED].at_ms == START_MS + 60_000
    assert hops[HopName.HANDED].at_ms is None


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=4, max_size=4))
def test_no_hop_is_ever_made_up(times: list[int | None]) -> None:
    fresh = blank(alert_id="A-7K3Q9", kind=AlertKind.LEVEL, station_id="wai-ruhu-1", now_ms=0)
    alert = replace(fresh, sample_ms=times[0], decided_ms=times[1], committed_ms=times[2], acknowledged_ms=times[3])
    for hop in ledger_of(alert, [], rate=2.0).hops:
        if hop.at_ms is None:
            assert hop.seconds is None
