"""Views: what a camera is there to see. What is drawn on one stands in `outlines`, its camera in `view_bindings`."""

from msgspec import Struct

from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read


class CityView(Struct, frozen=True, kw_only=True):
    """One place of a camera and its purpose, as the city calls it."""

    view_id: str
    name: str
    kelurahan: str = ""
    lat: float | None = None
    lon: float | None = None
    position: int = 0
    """Place in lists and on the wall, small numbers first."""


_COLUMNS = CityView.__struct_fields__
_SELECT = f"SELECT {columns_of(CityView)} FROM views"  # noqa: S608 - our own column names
_SAVE = (
    f"INSERT INTO views ({columns_of(CityView)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - as above
    f" ON CONFLICT (view_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


def all_views(connection: Connection) -> list[CityView]:
    """Return every view in the order of the lists."""
    return read(connection, f"{_SELECT} ORDER BY position, view_id", (), CityView)


def save(connection: Connection, view: CityView) -> None:
    """Add the view, or replace what is known of it."""
    connection.execute(_SAVE, [getattr(view, name) for name in _COLUMNS])
    meta.bump_layout(connection)
