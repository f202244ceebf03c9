"""Stations: places on a river with a datum. Thresholds stand in `thresholds`, gauges in `bindings`."""

from msgspec import Struct

from contract.desired import Sampling
from contract.level.settings import HOLD_S, Persistence, Rise
from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one, to_json


class Station(Struct, frozen=True, kw_only=True):
    """One place. Lengths in cm above its datum, times in s."""

    station_id: str
    name: str
    river: str = ""
    kelurahan: str = ""
    lat: float | None = None
    lon: float | None = None
    position: int = 0
    """Place in lists and on the wall, small numbers first."""
    offset_cm: float
    """Stage of a target at distance zero."""
    hold_s: float = HOLD_S
    rise_cm: float = Rise().cm
    rise_in_s: float = Rise().in_s
    persistence: Persistence = Persistence()
    sampling: Sampling = Sampling()
    siren: bool = False
    sop: str = ""
    """What the city does at each level, shown beside an alert."""


_COLUMNS = Station.__struct_fields__
_SELECT = f"SELECT {columns_of(Station)} FROM stations"  # noqa: S608 - our own column names
_JSON = ("persistence", "sampling")
_SAVE = (
    f"INSERT INTO stations ({columns_of(Station)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - as above
    f" ON CONFLICT (station_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


def all_stations(connection: Connection) -> list[Station]:
    """Return every station in the order of the lists."""
    return read(connection, f"{_SELECT} ORDER BY position, station_id", (), Station, json=_JSON)


def one(connection: Connection, station_id: str) -> Station | None:
    """Return the station, or None."""
    return read_one(connection, f"{_SELECT} WHERE station_id = ?", (station_id,), Station, json=_JSON)


def save(connection: Connection, station: Station) -> None:
    """Add the station, or replace what is known of it."""
    values = [getattr(station, name) for name in _COLUMNS]
    connection.execute(_SAVE, [to_json(item) if isinstance(item, Struct) else item for item in values])
    meta.bump_layout(connection)
