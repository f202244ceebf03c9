"""Thresholds of stations, in versions that are added and never changed: each alert keeps the version it used."""

from msgspec import Struct

from contract.clock import aware
from contract.level.settings import Thresholds
from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.errors import VersionTakenError
from hub.storage.rows import columns_of, read, to_json


class ThresholdVersion(Struct, frozen=True, kw_only=True):
    """One version: raise and clear values in cm above the datum, from when, by whom and why."""

    station_id: str
    version: int
    raise_cm: tuple[float, float, float]
    clear_cm: tuple[float, float, float]
    valid_from_ms: int
    author: str = ""
    reason: str = ""

    def values(self) -> Thresholds:
        """Return what the level rule is told.

        Raises:
            ValueError: the values could never work.
        """
        return Thresholds(version=self.version, raise_cm=self.raise_cm, clear_cm=self.clear_cm)


_COLUMNS = columns_of(ThresholdVersion)
_SELECT = f"SELECT {_COLUMNS} FROM thresholds"  # noqa: S608 - our own column names
_JSON = ("raise_cm", "clear_cm")


def all_versions(connection: Connection) -> list[ThresholdVersion]:
    """Return every version of every station, by station and version."""
    return read(connection, f"{_SELECT} ORDER BY station_id, version", (), ThresholdVersion, json=_JSON)


def of_station(connection: Connection, station_id: str) -> list[ThresholdVersion]:
    """Return the versions of one station, oldest first."""
    return read(
        connection, f"{_SELECT} WHERE station_id = ? ORDER BY version", (station_id,), ThresholdVersion, json=_JSON
    )


def in_force(versions: list[ThresholdVersion], *, now_ms: int) -> ThresholdVersion | None:
    """Return the highest version that is valid at `now_ms`, or None."""
    valid = [version for version in versions if version.valid_from_ms <= now_ms]
    return max(valid, key=lambda version: version.version, default=None)


def add(connection: Connection, version: ThresholdVersion) -> None:
    """Add a version; adding the very same again does nothing.

    Raises:
        VersionTakenError: the station has something else under this version: values, time, author or reason.
        ValueError: the values could never work.
    """
    version.values()
    held = next((one for one in of_station(connection, version.station_id) if one.version == version.version), None)
    if held is not None:
        if held != version:
            raise VersionTakenError(
                f"thresholds of {version.station_id}: version {version.version} is taken by {_said(held)}; "
                f"given was {_said(version)}. A version never changes: use the next number."
            )
        return
    connection.execute(
        f"INSERT INTO thresholds ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own column names
        (
            version.station_id,
            version.version,
            to_json(version.raise_cm),
            to_json(version.clear_cm),
            version.valid_from_ms,
            version.author,
            version.reason,
        ),
    )
    meta.bump_layout(connection)


def _said(version: ThresholdVersion) -> str:
    return (
        f"raise_cm {list(version.raise_cm)}, clear_cm {list(version.clear_cm)}, valid from "
        f"{aware(version.valid_from_ms).isoformat()}, author {version.author!r}, reason {version.reason!r}"
    )
