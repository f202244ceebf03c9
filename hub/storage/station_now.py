"""What is known of each station now: one row that pages read and ingest writes."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one


class StationNow(Struct, frozen=True, kw_only=True):
    """The newest of a station. Stage in cm above datum; times UTC ms.

    `since_ms` and `at_ms` are as the box wrote them, `received_ms` and `*_hub_ms` by the hub's clock.
    """

    station_id: str
    severity: int | None = None
    """None: nothing was ever known. A level that went stale keeps its severity."""
    since_ms: int | None = None
    since_hub_ms: int | None = None
    """The hub's reckoning of a doubted `since_ms`; None there: nobody knows."""
    is_since_doubted: bool = False
    """`since_ms` came from a clock that is not to be trusted."""
    stage_cm: float | None = None
    flag: int | None = None
    reason: str = ""
    at_ms: int | None = None
    """None: no reading ever came."""
    at_hub_ms: int | None = None
    """The hub's reckoning of a doubted `at_ms`; None there: nobody knows."""
    is_at_doubted: bool = False
    """As with `since_ms`."""
    received_ms: int | None = None
    interval_s: float | None = None
    rise_cm: float | None = None
    """Change over the last `rise_in_s`; negative when falling."""
    rise_in_s: float | None = None
    is_stale: bool = False
    is_suspect: bool = False
    is_silent: bool = False
    silent_since_ms: int | None = None
    clock: str | None = None
    node_id: str | None = None
    source: str | None = None
    box_threshold_version: int | None = None
    """What the box last reported to use; until it equals `threshold_version` box and hub may differ."""
    threshold_version: int | None = None
    decision_id: str | None = None
    why: str = ""
    rule_error: str | None = None
    """The level rule failed on the newest record it was given: "aturan gagal"."""


_COLUMNS = StationNow.__struct_fields__
_SELECT = f"SELECT {columns_of(StationNow)} FROM station_now"  # noqa: S608 - our own column names
_SAVE = (
    f"INSERT INTO station_now ({columns_of(StationNow)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - as above
    f" ON CONFLICT (station_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)


def all_now(connection: Connection) -> list[StationNow]:
    """Return what is known of every station that ever had something to say."""
    return read(connection, _SELECT, (), StationNow)


def one(connection: Connection, station_id: str) -> StationNow | None:
    """Return what is known of a station, or None."""
    return read_one(connection, f"{_SELECT} WHERE station_id = ?", (station_id,), StationNow)


def save(connection: Connection, now: StationNow) -> None:
    """Write down what is known of a station."""
    connection.execute(_SAVE, [getattr(now, name) for name in _COLUMNS])
