"""Gives readings of a doubted clock their true hour, behind the ingest, a portion at a time.

The rules:

1. The first record of a good clock that comes of a (spool, boot) says when its boot clock stood at 0. That stands: a
   later one says the same to within the drift of a clock.
2. A reading of a doubted clock (`unsynced`, `saved`) has the hour that its boot clock then gives. What the box wrote
   stays beside it.
3. Until its boot is dated such a reading has no hour, and is in no roll-up; so a roll-up need never be taken apart.
4. A boot of which nothing with a good clock ever comes stays undated: of its readings nobody knows the hour.
5. But a hub whose own clock was behind did not believe clocks that were good. When a later boot of the spool is dated,
   an earlier one that followed NTP is dated by its own word, if its hours are of the ten years before it.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from hub.rivers.believable_hours import BEHIND_MS
from hub.storage import boots, counters, records
from hub.storage.boots import Key
from hub.storage.connection import Connection
from hub.storage.counters import READINGS_DATED
from hub.storage.records import ReadingForRollup


class Dating:
    """Dates boots and their readings; every call stands inside a write."""

    def __init__(self) -> None:
        """Begin; what was done before is in the database."""
        self._known: set[Key] = set()

    def learn(self, connection: Connection, after_id: int, to_id: int) -> None:
        """Take from the records with `after_id < id <= to_id` which boots they date (rule 1)."""
        for boot in boots.told_between(connection, after_id, to_id):
            if boot.key in self._known:
                continue
            if boots.zero_ms(connection, boot.key) is None:
                earlier = boots.before(connection, boot, from_ms=boot.zero_ms - BEHIND_MS)
                for one in (boot, *earlier):
                    boots.add(connection, one)
            else:  # remembered only once it was read back: this write may yet fail
                self._known.add(boot.key)

    def date(self, connection: Connection, readings: Sequence[ReadingForRollup]) -> list[ReadingForRollup]:
        """Return the readings that have an hour, each at its own (rules 2 and 3)."""
        doubted = {(one.spool_no, one.boot) for one in readings if one.is_undated}
        if not doubted:
            return list(readings)
        zeros = {key: boots.zero_ms(connection, key) for key in doubted}
        found: list[ReadingForRollup] = []
        hours: list[tuple[int, int]] = []
        for reading in readings:
            if not reading.is_undated:
                found.append(reading)
                continue
            zero_ms = zeros[reading.spool_no, reading.boot]
            if zero_ms is not None:
                at_ms = zero_ms + reading.up_ms
                hours.append((reading.id, at_ms))
                found.append(replace(reading, at_ms=at_ms))
        if hours:
            boots.date(connection, hours)
            counters.add(connection, {(READINGS_DATED, ""): len(hours)})
        return found

    def date_waiting(self, connection: Connection, *, to_id: int, limit: int) -> list[ReadingForRollup] | None:
        """Return readings passed over before whose boot has been dated since, up to record `to_id`; None: none wait."""
        boot = boots.waiting(connection)
        if boot is None:
            return None
        readings = records.undated_readings(connection, boot.key, to_id=to_id, limit=limit)
        if len(readings) < limit:
            boots.set_dated(connection, boot)
        return self.date(connection, readings)
