from msgspec.structs import replace

from hub.alerting.routing import Role
from hub.storage import recipients
from hub.storage.connection import write
from tests.support.alerts import STATION, hub_database, person


def test_people_stand_on_the_lists_of_their_stations_and_of_all() -> None:
    connection = hub_database(None, person("regu", Role.LEAD), person("rt", Role.RT))
    with write(connection):
        recipients.save(connection, person("lain", Role.RT), station_ids=["wai-tomu"])
    assert [one.recipient_id for one in recipients.of_station(connection, STATION)] == ["regu", "rt"]
    assert [one.recipient_id for one in recipients.of_station(connection, "wai-tomu")] == ["lain", "regu"]


def test_saving_again_replaces_person_and_list() -> None:
    connection = hub_database(None, person("rt", Role.RT))
    moved = replace(person("rt", Role.RT), target="http://new", min_severity=3)
    with write(connection):
        recipients.save(connection, moved, station_ids=["wai-tomu"])
    assert recipients.one(connection, "rt") == moved
    assert recipients.stations_of(connection, "rt") == ["wai-tomu"]
    assert recipients.all_recipients(connection) == [moved]


def test_who_is_not_active_stands_on_no_list() -> None:
    connection = hub_database(None, person("rt", Role.RT, is_active=False))
    assert recipients.of_station(connection, STATION) == []
