"""Sums readings up into roll-ups, behind the ingest, from the records themselves.

A mark says up to which record the roll-ups go; it moves in the same transaction, so a crash neither loses nor
doubles a reading. A reading belongs to the station at which its gauge stood when it was measured; one from before
the gauge was first bound, to its first station; one from when it stood nowhere, to none. One whose hour nobody knows
yet is passed over, and added when its boot has been dated. `hub.storage.board.series` has the same rule.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from contract.quality import is_usable
from hub.rivers.dating import Dating
from hub.rivers.layout import Gauge, Layout
from hub.sightings.desk import SightingDesk
from hub.storage import records, rollups
from hub.storage.bindings import Binding
from hub.storage.connection import Connection
from hub.storage.records import ReadingForRollup
from hub.storage.rollups import STEPS_S, Bucket

MARK = "rollups"
RECORDS_A_TIME = 1_000
"""About 5 ms of work."""
LATE_A_TIME = 250
"""Readings dated afterwards: about as long, for each is written again."""


class _Thinned(Struct, frozen=True, gc=False):
    """Of the body of a reading that stands for several."""

    mean_of: int = 1
    min_cm: float | None = None
    max_cm: float | None = None


_THINNED = msgspec.json.Decoder(_Thinned)
_ALONE = _Thinned()


class _Sum:
    """One bucket while it is filled."""

    __slots__ = ("count", "max_cm", "min_cm", "total_cm", "worst_flag")

    def __init__(self) -> None:
        self.count = 0
        self.total_cm = 0.0
        self.min_cm = float("inf")
        self.max_cm = float("-inf")
        self.worst_flag = 0

    def add_reading(self, reading: ReadingForRollup) -> None:
        self.worst_flag = max(self.worst_flag, reading.flag)
        stage_cm = reading.stage_cm
        if stage_cm is None or not is_usable(reading.flag):
            return
        whole = _ALONE if reading.thinned is None else _THINNED.decode(reading.thinned)
        self.count += whole.mean_of
        self.total_cm += stage_cm * whole.mean_of
        self.min_cm = min(self.min_cm, stage_cm if whole.min_cm is None else whole.min_cm)
        self.max_cm = max(self.max_cm, stage_cm if whole.max_cm is None else whole.max_cm)

    def add_sum(self, other: "_Sum") -> None:
        self.worst_flag = max(self.worst_flag, other.worst_flag)
        self.count += other.count
        self.total_cm += other.total_cm
        self.min_cm = min(self.min_cm, other.min_cm)
        self.max_cm = max(self.max_cm, other.max_cm)

    def bucket(self, station_id: str, start_ms: int) -> Bucket:
        has_any = self.count > 0
        return Bucket(
            station_id=station_id,
            start_ms=start_ms,
            count=self.count,
            mean_cm=self.total_cm / self.count if has_any else None,
            min_cm=self.min_cm if has_any else None,
            max_cm=self.max_cm if has_any else None,
            worst_flag=self.worst_flag,
        )


_Key = tuple[str, int]
"""Station id and start of the bucket, UTC ms."""


class RollupDesk:
    """Works through the records in portions."""

    def __init__(self, *, sightings: SightingDesk) -> None:
        """Begin; what was done before is in the database. `sightings` follows with what cameras counted."""
        self._sightings = sightings
        self._gauges: dict[int, str] = {}
        self._bindings: dict[Gauge, list[Binding]] = {}
        self._dating = Dating()

    def take_layout(self, layout: Layout, *, node_of_spool: dict[int, str]) -> None:
        """Learn which gauge stood where, and whose the spools are."""
        self._gauges = node_of_spool
        self._sightings.take_layout(layout.views, node_of_spool=node_of_spool)
        self._bindings = {}
        for binding in layout.bindings:
            self._bindings.setdefault((binding.node_id, binding.source), []).append(binding)

    def work(self, connection: Connection) -> int:
        """Sum up the next portion, inside a write; return how many records it held at most (0: all is done)."""
        done_id = rollups.mark(connection, MARK)
        late = self._dating.date_waiting(connection, to_id=done_id, limit=LATE_A_TIME)
        if late is not None:
            self._add(connection, late)
            return LATE_A_TIME
        counted = self._sightings.work(connection, to_id=done_id)
        if counted:
            return counted
        readings, looked_id = records.readings_after(connection, done_id, limit=RECORDS_A_TIME)
        if looked_id == done_id:
            return 0
        self._dating.learn(connection, done_id, looked_id)
        self._add(connection, self._dating.date(connection, readings))
        rollups.set_mark(connection, MARK, looked_id)
        return looked_id - done_id

    def _add(self, connection: Connection, readings: Iterable[ReadingForRollup]) -> None:
        sums = self._sum(readings)
        for step_s in STEPS_S:
            coarse = _coarser(sums, step_s * 1000)
            rollups.merge(connection, step_s, [one.bucket(*key) for key, one in coarse.items()])

    def _sum(self, readings: Iterable[ReadingForRollup]) -> dict[_Key, _Sum]:
        finest_ms = 1000 * STEPS_S[0]
        sums: dict[_Key, _Sum] = {}
        for reading in readings:
            station_id = self._station_of(reading)
            if station_id is None:
                continue
            key = (station_id, reading.at_ms // finest_ms * finest_ms)
            one = sums.get(key)
            if one is None:
                one = sums[key] = _Sum()
            one.add_reading(reading)
        return sums

    def _station_of(self, reading: ReadingForRollup) -> str | None:
        held = self._bindings.get((self._gauges.get(reading.spool_no, ""), reading.source))
        if held is None:
            return None
        for binding in reversed(held):
            if binding.bound_ms <= reading.at_ms and (binding.ended_ms is None or reading.at_ms < binding.ended_ms):
                return binding.station_id
        return held[0].station_id if reading.at_ms < held[0].bound_ms else None


def _coarser(sums: dict[_Key, _Sum], step_ms: int) -> dict[_Key, _Sum]:
    coarse: dict[_Key, _Sum] = {}
    for (station_id, start_ms), one in sums.items():
        key = (station_id, start_ms // step_ms * step_ms)
        held = coarse.get(key)
        if held is None:
            held = coarse[key] = _Sum()
        held.add_sum(one)
    return coarse
