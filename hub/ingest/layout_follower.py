"""Takes in other stations, thresholds, views and bindings while the hub runs, also versions that wait for a time."""

from contract.clock import Clock
from hub.ingest.memory import Memory
from hub.ingest.station_moves import StationMoves
from hub.storage import changes, meta
from hub.storage.connection import Connection, data_version


class LayoutFollower:
    """Looks each second, which costs nothing while no other process has written."""

    def __init__(self, memory: Memory, stations: StationMoves, *, clock: Clock) -> None:
        """Take what is kept up to date."""
        self._memory = memory
        self._stations = stations
        self._clock = clock
        self._seen_data_version = -1

    def look(self, connection: Connection) -> None:
        """Bring layout, levels and desired states up to date, inside a write."""
        now_ms = self._clock.now_ms()
        version = self._memory.layout.version
        seen = data_version(connection)
        if seen != self._seen_data_version:
            version = meta.layout_version(connection)
        if self._memory.layout.is_outdated(version=version, now_ms=now_ms):
            self._take(connection, now_ms=now_ms)
        self._seen_data_version = seen

    def look_again(self) -> None:
        """Look at the next call whatever happened: this very process has changed the layout."""
        self._seen_data_version = -1

    def _take(self, connection: Connection, *, now_ms: int) -> None:
        was = self._memory.read_layout_again(connection)
        before, layout = was.places, self._memory.layout
        if (was.city_views, was.views) != (layout.city_views, layout.views):
            changes.add(connection, at_ms=now_ms, kind="view", ref="")
        for station_id, place in layout.places.items():
            old = before.get(station_id)
            if old == place:
                continue
            changes.add(connection, at_ms=now_ms, kind="station", ref=station_id)
            if old is not None and old.settings != place.settings:
                self._stations.judge_again(connection, place)
        self._memory.desired.refresh(connection, self._memory.layout, now_ms=now_ms)
