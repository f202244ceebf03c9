"""Sites: places where one box hangs. What its gauges measure stands in `stations` and `bindings`."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one


class Site(Struct, frozen=True, kw_only=True):
    """One place."""

    site_id: str
    name: str
    lat: float | None = None
    lon: float | None = None


_SELECT = f"SELECT {columns_of(Site)} FROM sites"  # noqa: S608 - our own column names


def all_sites(connection: Connection) -> list[Site]:
    """Return every site, by id."""
    return read(connection, f"{_SELECT} ORDER BY site_id", (), Site)


def one(connection: Connection, site_id: str) -> Site | None:
    """Return the site, or None."""
    return read_one(connection, f"{_SELECT} WHERE site_id = ?", (site_id,), Site)


def save(connection: Connection, site: Site) -> None:
    """Add the site, or replace what is known of it."""
    connection.execute(
        f"INSERT INTO sites ({columns_of(Site)}) VALUES (?, ?, ?, ?)"  # noqa: S608 - our own column names
        " ON CONFLICT (site_id) DO UPDATE SET name = excluded.name, lat = excluded.lat, lon = excluded.lon",
        (site.site_id, site.name, site.lat, site.lon),
    )
