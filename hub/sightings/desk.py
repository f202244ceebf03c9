"""Takes sightings from the records into tables for pages, behind the ingest and behind the roll-ups of readings.

1. A mark says up to which record it has come; it moves in the same transaction, so a crash neither loses nor doubles a
   sighting. It never goes beyond the mark of the roll-ups, which knows by then which boots are dated.
2. A window belongs to the step in which its middle lies: the record is written at the end.
3. A sighting of a doubted clock counts once its boot is dated; until then it is the newest of its place all the same,
   at the hour at which it came.
4. One change for each view and portion says that a page must look again.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from contract.clock import Clock
from contract.records import Sighting
from hub.sightings.tally import Tally, added, tally_of
from hub.sightings.where import Eye, unbound_id
from hub.storage import boots, cameras, changes, rollups, sightings
from hub.storage.connection import Connection
from hub.storage.sightings import STEPS_S, Key, PlaceNow, SightingRow

MARK = "sightings"
SIGHTINGS_A_TIME = 120
"""About 6 ms of work: each is written in three steps. A write may take 20 ms, also on a busy machine."""
RECORDS_A_TIME = 5_000
"""Looked through for sightings, 0.1 us each."""
_DECODER = msgspec.json.Decoder(Sighting)
_LOG = logging.getLogger(__name__)


class SightingDesk:
    """Every call stands inside a write."""

    def __init__(self, *, clock: Clock) -> None:
        """Begin; what was done before is in the database."""
        self._clock = clock
        self._nodes: Mapping[int, str] = {}
        self._views: Mapping[Eye, str] = {}
        self._crowded: set[str] = set()

    def take_layout(self, views: Mapping[Eye, str], *, node_of_spool: Mapping[int, str]) -> None:
        """Learn which camera looks at which view now, and whose the spools are."""
        self._views = views
        self._nodes = node_of_spool

    def ref(self, eye: Eye) -> str:
        """Return what a change of this camera is told of."""
        return self._views.get(eye) or unbound_id(eye)

    def work(self, connection: Connection, *, to_id: int) -> int:
        """Take the next sightings among the records up to `to_id`; return how many at most (0: there were none)."""
        late = self._work_late(connection)
        if late:
            return late
        done_id = rollups.mark(connection, MARK)
        if done_id >= to_id:
            return 0
        look_id = min(to_id, done_id + RECORDS_A_TIME)
        rows = sightings.between(connection, done_id, look_id, limit=SIGHTINGS_A_TIME)
        is_cut = len(rows) == SIGHTINGS_A_TIME
        self._take(connection, rows)
        rollups.set_mark(connection, MARK, rows[-1].id if is_cut else look_id)
        return len(rows) or int(look_id < to_id)

    def _take(self, connection: Connection, rows: Sequence[SightingRow]) -> None:
        if not rows:
            return
        zeros = {
            key: boots.zero_ms(connection, key) for key in {(row.spool_no, row.boot) for row in rows if row.is_doubted}
        }
        sums: dict[Key, Tally] = {}
        waiting: list[SightingRow] = []
        told: set[str] = set()
        for row in rows:
            eye = (self._nodes.get(row.spool_no, ""), row.source)
            camera_no = self._number(connection, eye)
            if camera_no is None:
                continue
            sighting = _read(row)
            if sighting is None:
                continue
            zero_ms = zeros.get((row.spool_no, row.boot))
            at_ms = row.at_ms if not row.is_doubted else None if zero_ms is None else zero_ms + row.up_ms
            if at_ms is None:
                waiting.append(row)
            else:
                _add(sums, camera_no, sighting, at_ms=at_ms)
            if sightings.store_if_newer(connection, _now(camera_no, row, sighting, at_ms=at_ms)):
                told.add(self.ref(eye))
        self._store(connection, sums)
        if waiting:
            sightings.wait(connection, waiting)
        changes.add_all(connection, at_ms=self._clock.now_ms(), kind="view", refs=sorted(told))

    def _work_late(self, connection: Connection) -> int:
        """Count sightings whose boot has been dated since they came; return how many at most (0: none waited)."""
        taken = sightings.take_dated(connection, limit=SIGHTINGS_A_TIME)
        sums: dict[Key, Tally] = {}
        for row, zero_ms in taken:
            camera_no = self._number(connection, (self._nodes.get(row.spool_no, ""), row.source))
            sighting = _read(row)
            if camera_no is not None and sighting is not None:
                _add(sums, camera_no, sighting, at_ms=zero_ms + row.up_ms)
        self._store(connection, sums)
        return len(taken)

    def _number(self, connection: Connection, eye: Eye) -> int | None:
        number = cameras.number(connection, *eye, now_ms=self._clock.now_ms())
        if number is None and eye[0] not in self._crowded:
            self._crowded.add(eye[0])
            _LOG.warning("%s names more than %d cameras; %s is in no table", eye[0], cameras.CAMERAS_MOST, eye[1])
        return number

    def _store(self, connection: Connection, sums: Mapping[Key, Tally]) -> None:
        for step_s in STEPS_S:
            sightings.merge(connection, step_s, _coarser(sums.items(), 1000 * step_s))


def _read(row: SightingRow) -> Sighting | None:
    """Return what a row holds; None for one that another version of the hub took in and this one cannot read."""
    try:
        return _DECODER.decode(row.body)
    except msgspec.DecodeError as problem:
        _LOG.warning("record %d cannot be counted, it stays among the records: %s", row.id, problem)
        return None


def _add(sums: dict[Key, Tally], camera_no: int, sighting: Sighting, *, at_ms: int) -> None:
    step_ms = 1000 * STEPS_S[0]
    middle_ms = at_ms - round(500 * (sighting.window_s or 0.0))
    key = (camera_no, middle_ms // step_ms * step_ms, sighting.zone)
    fresh = tally_of(sighting)
    held = sums.get(key)
    sums[key] = fresh if held is None else added(held, fresh)


def _coarser(sums: Iterable[tuple[Key, Tally]], step_ms: int) -> dict[Key, Tally]:
    coarse: dict[Key, Tally] = {}
    for (camera_no, start_ms, place), one in sums:
        key = (camera_no, start_ms // step_ms * step_ms, place)
        held = coarse.get(key)
        coarse[key] = one if held is None else added(held, one)
    return coarse


def _now(camera_no: int, row: SightingRow, sighting: Sighting, *, at_ms: int | None) -> PlaceNow:
    """Return the newest word; what the box dates back, such as `since_ms`, moves with the record's own hour."""
    true_ms = row.received_ms if at_ms is None else at_ms
    since_ms = sighting.since_ms
    return PlaceNow(
        camera_no=camera_no,
        place=sighting.zone,
        spool_no=row.spool_no,
        boot=row.boot,
        up_ms=row.up_ms,
        seq=row.seq,
        at_ms=true_ms,
        is_at_doubted=row.is_doubted,
        received_ms=row.received_ms,
        since_ms=None if since_ms is None else since_ms + true_ms - row.at_ms,
        body=row.body,
    )
