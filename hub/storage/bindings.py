"""Which gauge of which box stands at which station. The newest open binding of a gauge, and of a station, counts."""

from msgspec import Struct

from hub.storage import meta
from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read


class Binding(Struct, frozen=True, kw_only=True):
    """One gauge at one station, from a time to a time (None: still)."""

    id: int
    node_id: str
    source: str
    station_id: str
    bound_ms: int
    ended_ms: int | None


_SELECT = f"SELECT {columns_of(Binding)} FROM bindings"  # noqa: S608 - our own column names


def all_bindings(connection: Connection) -> list[Binding]:
    """Return every binding, also ended ones, oldest first."""
    return read(connection, f"{_SELECT} ORDER BY id", (), Binding)


def of_station(connection: Connection, station_id: str) -> list[Binding]:
    """Return the bindings of one station, also ended ones, oldest first."""
    return read(connection, f"{_SELECT} WHERE station_id = ? ORDER BY id", (station_id,), Binding)


def counting(bindings: list[Binding]) -> dict[tuple[str, str], Binding]:
    """Return (node, source) to the binding that counts: the newest open one of both its gauge and its station."""
    of_gauge = {(binding.node_id, binding.source): binding for binding in bindings if binding.ended_ms is None}
    of_place = {binding.station_id: binding for binding in bindings if binding.ended_ms is None}
    return {gauge: binding for gauge, binding in of_gauge.items() if of_place[binding.station_id] is binding}


def bind(connection: Connection, *, node_id: str, source: str, station_id: str, now_ms: int) -> None:
    """Bind a gauge to a station and end what stood in the way; a binding that counts already stays."""
    held = counting(all_bindings(connection)).get((node_id, source))
    if held is not None and held.station_id == station_id:
        return
    connection.execute(
        "UPDATE bindings SET ended_ms = ? WHERE ended_ms IS NULL AND ((node_id = ? AND source = ?) OR station_id = ?)",
        (now_ms, node_id, source, station_id),
    )
    connection.execute(
        "INSERT INTO bindings (node_id, source, station_id, bound_ms) VALUES (?, ?, ?, ?)",
        (node_id, source, station_id, now_ms),
    )
    meta.bump_layout(connection)


def end(connection: Connection, *, node_id: str, source: str, now_ms: int) -> None:
    """End the open bindings of a gauge."""
    connection.execute(
        "UPDATE bindings SET ended_ms = ? WHERE ended_ms IS NULL AND node_id = ? AND source = ?",
        (now_ms, node_id, source),
    )
    meta.bump_layout(connection)


def end_all(connection: Connection, *, node_id: str, now_ms: int) -> None:
    """End the open bindings of all gauges of a box."""
    connection.execute("UPDATE bindings SET ended_ms = ? WHERE ended_ms IS NULL AND node_id = ?", (now_ms, node_id))
    meta.bump_layout(connection)
