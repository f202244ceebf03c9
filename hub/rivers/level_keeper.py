"""Keeps the level of every station in memory, as the database has it.

Nothing here writes: `apply` and `judge_again` return what would change, `keep` makes it so once the database has it.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from contract.clock import Clock
from hub.rivers.held import Held, Run, load_held
from hub.rivers.layout import Layout, Place
from hub.rivers.silence import is_silent, is_stale
from hub.rivers.walk import Moved, Walk
from hub.storage.connection import Connection
from hub.storage.station_now import StationNow


class LevelKeeper:
    """The levels of all stations, in memory, as the database has them."""

    def __init__(self, *, clock: Clock) -> None:
        """Begin with nothing; `load` follows."""
        self._clock = clock
        self._held: dict[str, Held] = {}

    def load(self, connection: Connection, layout: Layout, *, spool_ids: dict[int, str]) -> None:
        """Forget everything and take what the database has; when each station was heard is kept from before."""
        before = self._held
        self._held = load_held(connection, layout, spool_ids=spool_ids, real_ms=self._clock.real_ms())
        for station_id, held in self._held.items():
            if station_id in before:
                held.heard_real_ms = before[station_id].heard_real_ms

    def add_stations(self, layout: Layout) -> None:
        """Take in stations that are new in the layout; drop those that are gone."""
        real_ms = self._clock.real_ms()
        self._held = {
            station_id: self._held.get(station_id)
            or Held(station_id=station_id, now=StationNow(station_id=station_id), heard_real_ms=real_ms)
            for station_id in layout.places
        }

    def now(self, station_id: str) -> StationNow:
        """Return what is known of a station."""
        return self._held[station_id].now

    def apply(self, place: Place, runs: Iterable[Run]) -> Moved:
        """Return what these runs do to the station at `place`."""
        walk = Walk(self._held[place.station_id].copy(), place, committed_ms=self._clock.now_ms())
        for run in runs:
            walk.follow(run)
        return walk.end(real_ms=self._clock.real_ms(), rate=self._clock.rate)

    def judge_again(self, place: Place) -> Moved | None:
        """Return what the settings now in force at `place` make of what is remembered; None if there is nothing."""
        held = self._held[place.station_id].copy()
        if place.settings is None or not held.node_id:
            return None
        walk = Walk(held, place, committed_ms=self._clock.now_ms())
        walk.judge_again(place.settings)
        return walk.end(real_ms=held.heard_real_ms, rate=self._clock.rate)

    def age(self, station_id: str, *, listening_real_ms: int | None) -> StationNow | None:
        """Return what the passing of time alone makes of a station, or None if nothing."""
        held = self._held[station_id]
        now = held.now
        if now.at_ms is None:
            return None
        now_ms, real_ms, rate = self._clock.now_ms(), self._clock.real_ms(), self._clock.rate
        stale = held.state.is_stale or is_stale(now, now_ms=now_ms, rate=rate)
        silent = now.is_silent or is_silent(
            now, heard_real_ms=held.heard_real_ms, listening_real_ms=listening_real_ms, real_ms=real_ms, rate=rate
        )
        if (stale, silent) == (now.is_stale, now.is_silent):
            return None
        since_ms = (now.silent_since_ms or now.received_ms) if silent else None
        return replace(now, is_stale=stale, is_silent=silent, silent_since_ms=since_ms)

    def keep(self, moved: Moved) -> None:
        """Make it so: the database has it."""
        self._held[moved.held.station_id] = moved.held

    def keep_now(self, now: StationNow, *, is_heard: bool = False) -> None:
        """Remember what pages show, and that the station was heard if it was: the database has it."""
        held = self._held[now.station_id]
        held.now = now
        if is_heard:
            held.heard_real_ms = self._clock.real_ms()
