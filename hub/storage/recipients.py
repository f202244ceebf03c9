"""Who is told: named people with their channel and the stations on whose lists they stand."""

from collections.abc import Iterable

from hub.alerting.routing import ALL_STATIONS, Recipient
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one

_COLUMNS = Recipient.__struct_fields__
_SELECT = f"SELECT {columns_of(Recipient)} FROM recipients"  # noqa: S608 - our own column names
_SAVE = (
    f"INSERT INTO recipients ({columns_of(Recipient)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - as above
    f" ON CONFLICT (recipient_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_OF_STATION = (
    f"{_SELECT} WHERE is_active = 1 AND recipient_id IN"  # noqa: S608 - as above
    " (SELECT recipient_id FROM recipient_stations WHERE station_id IN (?, ?)) ORDER BY recipient_id"
)


def save(connection: Connection, recipient: Recipient, *, station_ids: Iterable[str]) -> None:
    """Add a recipient or replace what is known; `station_ids` becomes the whole list, `*` means all stations."""
    connection.execute(_SAVE, [getattr(recipient, name) for name in _COLUMNS])
    connection.execute("DELETE FROM recipient_stations WHERE recipient_id = ?", (recipient.recipient_id,))
    connection.executemany(
        "INSERT INTO recipient_stations (recipient_id, station_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(recipient.recipient_id, station_id) for station_id in station_ids],
    )


def one(connection: Connection, recipient_id: str) -> Recipient | None:
    """Return the recipient, or None."""
    return read_one(connection, f"{_SELECT} WHERE recipient_id = ?", (recipient_id,), Recipient)


def all_recipients(connection: Connection) -> list[Recipient]:
    """Return every recipient, by id."""
    return read(connection, f"{_SELECT} ORDER BY recipient_id", (), Recipient)


def stations_of(connection: Connection, recipient_id: str) -> list[str]:
    """Return the stations on whose lists a recipient stands; `*` means all."""
    rows = connection.execute(
        "SELECT station_id FROM recipient_stations WHERE recipient_id = ? ORDER BY station_id", (recipient_id,)
    )
    return [str(station_id) for (station_id,) in rows]


def of_station(connection: Connection, station_id: str) -> list[Recipient]:
    """Return the active recipients on a station's list, by id."""
    return read(connection, _OF_STATION, (station_id, ALL_STATIONS), Recipient)
