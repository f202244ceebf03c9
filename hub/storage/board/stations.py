"""Stations as they stand now: place, thresholds in force, and what is known of the water."""

from msgspec import Struct

from contract.desired import Sampling
from hub.storage.connection import Connection
from hub.storage.rows import read

_SQL = """
SELECT s.station_id, s.name, s.river, s.kelurahan, s.lat, s.lon, s.position, s.offset_cm, s.sampling, s.sop, s.siren,
       n.severity, iif(n.is_since_doubted, n.since_hub_ms, n.since_ms) AS since_ms,
       coalesce(n.is_since_doubted, 0) AS is_since_doubted, n.stage_cm, n.flag, coalesce(n.reason, '') AS reason,
       iif(n.is_at_doubted, n.at_hub_ms, n.at_ms) AS at_ms, coalesce(n.is_at_doubted, 0) AS is_at_doubted,
       n.received_ms, n.interval_s, n.rise_cm, n.rise_in_s, coalesce(n.is_stale, 0) AS is_stale,
       coalesce(n.is_suspect, 0) AS is_suspect, coalesce(n.is_silent, 0) AS is_silent, n.silent_since_ms, n.clock,
       n.node_id, n.source, coalesce((
           SELECT standing FROM standings WHERE node_id = n.node_id ORDER BY standing_id DESC LIMIT 1
       ), 'live') AS box_standing, n.box_threshold_version, n.decision_id, coalesce(n.why, '') AS why, n.rule_error,
       t.version AS threshold_version, t.raise_cm, t.clear_cm, t.valid_from_ms, t.author, t.reason AS threshold_reason
FROM stations AS s
LEFT JOIN station_now AS n USING (station_id)
LEFT JOIN thresholds AS t ON t.station_id = s.station_id AND t.version = (
    SELECT max(version) FROM thresholds WHERE station_id = s.station_id AND valid_from_ms <= ?)
"""


_JSON = ("sampling", "raise_cm", "clear_cm")


class StationRow(Struct, frozen=True, kw_only=True):
    """One station, joined; times UTC ms by the hub's clock, lengths cm, intervals scaled seconds.

    A doubted hour is the hub's reckoning, for the box's clock was not to be trusted; None with a value beside it:
    nobody knows.
    """

    station_id: str
    name: str
    river: str
    kelurahan: str
    lat: float | None
    lon: float | None
    position: int
    offset_cm: float
    sampling: Sampling
    sop: str
    siren: bool
    severity: int | None
    since_ms: int | None
    is_since_doubted: bool
    stage_cm: float | None
    flag: int | None
    reason: str
    at_ms: int | None
    is_at_doubted: bool
    received_ms: int | None
    interval_s: float | None
    rise_cm: float | None
    rise_in_s: float | None
    is_stale: bool
    is_suspect: bool
    is_silent: bool
    silent_since_ms: int | None
    clock: str | None
    node_id: str | None
    source: str | None
    box_standing: str
    """How the box that spoke for it last stands with the hub: live, quarantined or revoked."""
    box_threshold_version: int | None
    decision_id: str | None
    why: str
    rule_error: str | None
    threshold_version: int | None
    raise_cm: tuple[float, ...] | None
    """Of Waspada, Siaga and Awas; None where no thresholds are in force."""
    clear_cm: tuple[float, ...] | None
    valid_from_ms: int | None
    author: str | None
    threshold_reason: str | None

    def peace_interval_s(self) -> float:
        """Return the slowest interval, scaled seconds, at which the station is to be read."""
        return max(self.sampling.peace, self.interval_s or 0.0)


def stations(connection: Connection, *, now_ms: int) -> list[StationRow]:
    """Return every station in the order in which the city lists them, with the thresholds in force at `now_ms`."""
    return read(connection, f"{_SQL} ORDER BY s.position, s.station_id", (now_ms,), StationRow, json=_JSON)


def some_stations(connection: Connection, station_ids: list[str], *, now_ms: int) -> list[StationRow]:
    """Return those of `station_ids` that exist, in the order of the city's list."""
    marks = ",".join("?" * len(station_ids))
    sql = f"{_SQL} WHERE s.station_id IN ({marks}) ORDER BY s.position, s.station_id"
    return read(connection, sql, (now_ms, *station_ids), StationRow, json=_JSON)


def station(connection: Connection, station_id: str, *, now_ms: int) -> StationRow | None:
    """Return one station, or None."""
    return next(iter(some_stations(connection, [station_id], now_ms=now_ms)), None)
