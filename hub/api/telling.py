"""Makes events of changes: reads how the changed things stand now and encodes each once.

`station` carries a WallStation, `view` a WallView, `layout` which of them have tiles, `alarms` all alerts of the wall,
`nodes` the fleet. They come in the order of their newest change.
"""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from contract.clock import Clock
from hub.api.panorama import alarms_of, layout_of, nodes_of, processes_of, views_of, wall_station
from hub.api.shapes.view import View, wall_view
from hub.api.shapes.wall import Layout, Tik
from hub.api.stream import Event, encode
from hub.storage.board import stations
from hub.storage.board.stations import StationRow
from hub.storage.changes import Change
from hub.storage.connection import Connection


class Teller:
    """Turns changes into events, from one connection and by one clock."""

    def __init__(self, connection: Connection, *, clock: Clock, epoch: str, version: str) -> None:
        """Read through `connection`; `epoch` is the database's, `version` that of the static files."""
        self._connection = connection
        self._clock = clock
        self._epoch = epoch
        self._version = version

    def event_id(self, change_id: int) -> str:
        """Return the id of the event that ends with this change."""
        return f"{self._epoch}-{change_id}"

    def tik(self, *, change_id: int) -> Event:
        """Return the sign of life; it has no id, so a replay goes on from the last change."""
        tik = Tik(
            as_of=self.event_id(change_id),
            hub_ms=self._clock.now_ms(),
            rate=self._clock.rate,
            version=self._version,
            processes=processes_of(self._connection, real_ms=self._clock.real_ms()),
        )
        return Event(change_id=0, payload=encode("tik", tik.model_dump_json()))

    def reset(self, *, change_id: int) -> Event:
        """Return the advice to fetch the snapshot again; events go on after `change_id`."""
        event_id = self.event_id(change_id)
        return Event(change_id=change_id, payload=encode("reset", f'{{"as_of":"{event_id}"}}', event_id=event_id))

    def events(self, changes: Sequence[Change]) -> list[Event]:
        """Return what these changes (oldest first) come to, each thing once, as it is now."""
        newest = {_topic(change): change for change in changes}
        if ("hub", "") in newest:
            return [self.reset(change_id=changes[-1].id)]
        now_ms = self._clock.now_ms()
        rows = {row.station_id: row for row in stations.stations(self._connection, now_ms=now_ms)}
        lays_tiles = any(topic in {"station", "view"} for topic, _ in newest)
        found = views_of(self._connection, now_ms=now_ms, rate=self._clock.rate) if lays_tiles else []
        views = {view.id: view for view in found}
        layout = layout_of([*rows.values()], found)
        told = []
        if lays_tiles:
            # Without an id, and first: who loses the connection behind it is told again with the stations and views.
            told.append(Event(change_id=changes[-1].id, payload=encode("layout", layout.model_dump_json())))
        for (topic, ref), change in sorted(newest.items(), key=lambda item: item[1].id):
            if topic == "view":
                told += self._views(change, views)
                continue
            data = self._data(topic, ref, change, rows=rows, layout=layout, now_ms=now_ms)
            if data is not None:
                payload = encode(topic, data.model_dump_json(), event_id=self.event_id(change.id))
                told.append(Event(change_id=change.id, payload=payload))
        return told

    def _views(self, change: Change, views: Mapping[str, View]) -> list[Event]:
        """Return how a view stands now, or all of them where the change names none; none for one that is not there."""
        found = [views[change.ref]] if change.ref in views else [] if change.ref else [*views.values()]
        event_id = self.event_id(change.id)
        return [
            Event(change_id=change.id, payload=encode("view", wall_view(view).model_dump_json(), event_id=event_id))
            for view in found
        ]

    def _data(
        self, topic: str, ref: str, change: Change, *, rows: Mapping[str, StationRow], layout: Layout, now_ms: int
    ) -> BaseModel | None:
        """Return how the thing stands now; None for a station that is not there."""
        rate = self._clock.rate
        if topic == "alarms":
            positions = {station_id: row.position for station_id, row in rows.items()}
            return alarms_of(self._connection, positions=positions, now_ms=now_ms, rate=rate)
        if topic == "nodes":
            return nodes_of(self._connection, now_ms=now_ms, rate=rate)
        if ref not in rows:
            return None
        return wall_station(
            self._connection,
            rows[ref],
            now_ms=now_ms,
            rate=rate,
            has_tile=ref in layout.shown,
            sample_real_ms=change.sample_real_ms,
        )


def _topic(change: Change) -> tuple[str, str]:
    """Return under what a change is told: each station and view by itself, everything else as a whole."""
    if change.kind in {"station", "view"}:
        return (change.kind, change.ref)
    return ({"alert": "alarms", "delivery": "alarms", "node": "nodes", "hub": "hub"}[change.kind], "")
