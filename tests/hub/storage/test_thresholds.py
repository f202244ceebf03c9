"""Versions of thresholds are added, never changed; the highest valid one is in force."""

from typing import Any

import pytest
from msgspec.structs import replace

from hub.storage import connection as database
from hub.storage import meta, thresholds
from hub.storage.connection import Connection
from hub.storage.errors import VersionTakenError
from tests.support.hub_worlds import version_of


def test_a_version_never_changes(connection: Connection) -> None:
    with database.write(connection):
        thresholds.add(connection, version_of("a", 1))
        thresholds.add(connection, version_of("a", 1))
    with pytest.raises(VersionTakenError, match="next number"), database.write(connection):
        thresholds.add(connection, version_of("a", 1, above_cm=1.0))
    assert thresholds.of_station(connection, "a") == [version_of("a", 1)]


@pytest.mark.parametrize("other", [{"valid_from_ms": 5}, {"author": "orang lain"}, {"reason": "lain"}])
def test_nor_does_its_time_nor_who_set_it(connection: Connection, other: dict[str, Any]) -> None:
    with database.write(connection):
        thresholds.add(connection, version_of("a", 1))
    with pytest.raises(VersionTakenError, match="next number"), database.write(connection):
        thresholds.add(connection, replace(version_of("a", 1), **other))


def test_thresholds_that_could_never_work_are_refused(connection: Connection) -> None:
    upside_down = thresholds.ThresholdVersion(
        station_id="a", version=1, raise_cm=(3.0, 2.0, 1.0), clear_cm=(1.0, 1.5, 2.0), valid_from_ms=0
    )
    with pytest.raises(ValueError, match="must rise"), database.write(connection):
        thresholds.add(connection, upside_down)


def test_the_highest_version_whose_time_has_come_is_in_force() -> None:
    versions = [version_of("a", 1), version_of("a", 2, valid_from_ms=100), version_of("a", 3, valid_from_ms=50)]
    found = [thresholds.in_force(versions, now_ms=now_ms) for now_ms in (10, 60, 200)]
    assert [one.version if one else None for one in found] == [1, 3, 3]
    assert thresholds.in_force([version_of("a", 1, valid_from_ms=5)], now_ms=4) is None


def test_a_new_version_shows_in_the_layout(connection: Connection) -> None:
    before = meta.layout_version(connection)
    with database.write(connection):
        thresholds.add(connection, version_of("a", 1))
    assert meta.layout_version(connection) > before
