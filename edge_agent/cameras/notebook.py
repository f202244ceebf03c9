"""What the camera process writes down, as records in its own outbox; the one place that knows their classes.

- counts of a window: class 2. They are many, and the next minute brings new ones.
- a still that waits for the hub: class 2. Its bytes come behind all records anyway.
- people or a boat at a bank, at once: class 1. Somebody may want to look now.
- a camera or a model that fails: class 1. An operator should hear of it before the counts that it explains; but no
  water rises because a camera is away, nobody is to be woken for it, and no level record waits behind it. Class 0 stays
  with what the contract names there: levels, siren, and tampering, when that is built.

A fault is written when it begins and when it ends, and not in between, over restarts too. While the outbox cannot be
written, records are counted and lost: unlike a gauge, a camera has no refuge in memory, because no siren hangs on it
and its counts are not worth the box's memory. The next record that can be written says how many are missing.
"""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import msgspec
from msgspec.structs import replace

from contract.desired import Applied
from contract.records import ClockAnchor, Fault, RecordClass, Sighting
from contract.records import Still as StillRecord
from edge_agent.alarm.desired import Refused, is_news, take_over
from edge_agent.cameras import memory as memories
from edge_agent.cameras.memory import Flows, KeptFlows
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.stamp import Envelope, Stamp, envelope
from edge_agent.outbox.errors import OutboxError, SpoolRebornError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from edge_agent.quota import Quota
from edge_agent.sightings.presence import Appearance
from edge_agent.sightings.window import PlaceSighting
from edge_agent.stills.allowance import Spent
from edge_agent.stills.making import Still

STORAGE_FAILED = "camera_storage_failed"
"""Not the gauge's `storage_failed`: the end of the one must not end the other."""
MOST_TEXT = 500

Write = Callable[[Transaction], None]

log = logging.getLogger(__name__)


class Notebook:
    """Writes one outbox. Used by the one thread of the camera process."""

    def __init__(self, *, outbox: Outbox, box_clock: BoxClock, quota: Quota) -> None:
        """Take up what the last process of this outbox left.

        Args:
            outbox: of the camera process.
            box_clock: stamps records.
            quota: this outbox's part of what the hub allows the box.
        """
        self._outbox = outbox
        self._box_clock = box_clock
        self._quota = quota
        self._memory = memories.load(outbox.state)
        self._kept: dict[str, object] = {}
        self._refused: Applied | None = None
        self._lost_here = 0
        """Since the outbox was last written."""
        self._follow_quota()

    @property
    def spool_id(self) -> str:
        """The spool into which it writes."""
        return self._outbox.spool_id

    @property
    def lost(self) -> int:
        """How many records could not be written, ever."""
        return self._memory.lost

    @property
    def stills(self) -> Spent:
        """What was made of stills, also by processes before this one."""
        return self._memory.stills

    def faults(self) -> tuple[tuple[str, str], ...]:
        """Return (code, source) of each fault that has begun and not ended."""
        pairs = (name.partition("/") for name in self._memory.faults)
        return tuple((code, source) for code, _, source in pairs)

    def flows(self, source: str, *, within_s: float) -> Flows:
        """Return the traffic states of a camera's last window, if that was no longer ago."""
        kept = self._memory.flows
        is_old = abs(self.stamp().at_ms - kept.at_ms) > 1000 * within_s
        return {} if is_old else kept.by_source.get(source, {})

    def stamp(self) -> Stamp:
        """Return the time of now, as records tell it."""
        return self._box_clock.stamp()

    def pass_time(self, *, hub_zero_ms: int | None = None) -> None:
        """Look at the clock; call it about once a second."""
        anchor = self._box_clock.look(hub_zero_ms=hub_zero_ms)
        if anchor is not None:
            step_ms, was = anchor.step_ms, anchor.was
            self._write(
                lambda t: t.append(ClockAnchor(**self._envelope(t, RecordClass.READING), step_ms=step_ms, was=was)), 1
            )

    def tell_window(self, source: str, places: tuple[PlaceSighting, ...], *, model: str) -> None:
        """Write down what a window has shown, one record a place."""
        flows = {
            place.zone: (place.state, place.since_ms) for place in places if place.state and place.since_ms is not None
        }
        by_source = {**self._memory.flows.by_source, source: flows}
        self._memory = replace(self._memory, flows=KeptFlows(at_ms=self.stamp().at_ms, by_source=by_source))

        def write(transaction: Transaction) -> None:
            for place in places:
                told = self._envelope(transaction, RecordClass.TELEMETRY, source)
                transaction.append(Sighting(**told, model=model, **_fields(place)))

        self._write(write, len(places))

    def tell_appearance(self, source: str, appearance: Appearance, *, model: str) -> None:
        """Write down at once that people or a boat have come."""

        def write(transaction: Transaction) -> None:
            told = self._envelope(transaction, RecordClass.READING, source)
            label, count = appearance.label, appearance.count
            transaction.append(Sighting(**told, zone=appearance.zone, label=label, count=count, model=model))

        self._write(write, 1)

    def tell_still(self, source: str, still: Still, *, spent: Spent) -> bool:
        """Write down that a still waits, and what is spent with it; return whether that is on the disk."""
        before = self._memory
        self._memory = replace(before, stills=spent)

        def write(transaction: Transaction) -> None:
            told = self._envelope(transaction, RecordClass.TELEMETRY, source)
            size_bytes, width_px, height_px = len(still.content), still.width_px, still.height_px
            transaction.append(
                StillRecord(**told, sha256=still.sha256, size_bytes=size_bytes, width_px=width_px, height_px=height_px)
            )

        if self._write(write, 0):  # nothing lost: another frame will do
            return True
        self._memory = replace(self._memory, stills=before.stills)
        return False

    def note_stills(self, spent: Spent) -> None:
        """Remember what is spent; it goes to the disk with the next record."""
        self._memory = replace(self._memory, stills=spent)

    def note_fault(
        self,
        code: str,
        *,
        source: str = "",
        is_active: bool,
        text: str,
        record_class: RecordClass = RecordClass.READING,
    ) -> None:
        """Write a fault down when it begins and when it ends, and not in between."""
        name = f"{code}/{source}"
        if (name in self._memory.faults) == is_active:
            return
        before = self._memory
        others = tuple(known for known in before.faults if known != name)
        self._memory = replace(before, faults=(*others, name) if is_active else others)

        def write(transaction: Transaction) -> None:
            told = self._envelope(transaction, record_class, source)
            transaction.append(Fault(**told, code=code, active=is_active, text=text[:MOST_TEXT]))

        if not self._write(write, 0):  # nothing lost: it is told as soon as the disk takes it
            self._memory = replace(self._memory, faults=before.faults)

    def take_desired(self, offered: Applied, body: bytes) -> None:
        """Follow the quota of a desired state; one that was taken before costs nothing.

        A document that cannot be read is passed over: on a box with a gauge that one tells it.
        """
        if not is_news(offered, held=self._memory.desired, refused=self._refused):
            return
        taken = take_over(self._memory.desired, offered=offered, body=body)
        if isinstance(taken, Refused):
            log.warning("desired state %s refused: %s. The one before holds.", taken.offered, taken.why)
            self._refused = taken.offered
        elif taken is not None:
            self._memory = replace(self._memory, desired=taken)
            self._write(lambda _transaction: None, 0)
            self._follow_quota()

    def settle(self, marks: Marks | None) -> bool:
        """Let the outbox forget what the hub has; return whether there is more to do at once."""
        try:
            return self._outbox.settle(marks) > 0
        except SpoolRebornError as exc:
            self._begin_anew(exc)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            log.warning("outbox: not settled: %s", exc)
        return False

    def _follow_quota(self) -> None:
        if self._memory.desired is None:
            return
        try:
            self._outbox.set_limit(self._quota.limit_mb(self._memory.desired.quota_mb))
        except SpoolRebornError as exc:
            self._begin_anew(exc)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            log.warning("outbox: the new quota holds from the next start: %s", exc)

    def _begin_anew(self, problem: SpoolRebornError) -> None:
        """Write what is remembered into the spool that now stands there."""
        log.warning("outbox: %s", problem)
        self._kept = {}
        self._write(lambda _transaction: None, 0)

    def _write(self, write: Write, records: int) -> bool:
        """Write in one transaction, again if the outbox had to begin a new spool; return whether it is on the disk."""
        try:
            try:
                self._commit(write)
            except SpoolRebornError as exc:
                log.warning("outbox: %s", exc)
                self._kept = {}
                self._commit(write)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            self._note_lost(records, exc)
            return False
        self._lost_here = 0
        return True

    def _commit(self, write: Write) -> None:
        with self._outbox.transaction() as transaction:
            write(transaction)
            self._catch_up(transaction)
            kept = self._keep(transaction)
        self._kept = kept

    def _catch_up(self, transaction: Transaction) -> None:
        """Say what was lost before: its beginning and its end now, since neither could be told in time."""
        if self._lost_here == 0:
            return
        text = f"Penyimpanan kamera bekerja lagi; {self._lost_here} catatan tidak tersimpan"
        log.info("outbox: written again; %d records were lost", self._lost_here)
        for is_active in (True, False):
            told = self._envelope(transaction, RecordClass.READING)
            transaction.append(Fault(**told, code=STORAGE_FAILED, active=is_active, text=text))

    def _keep(self, transaction: Transaction) -> dict[str, object]:
        """Write every part of the memory that has changed since it was last on the disk."""
        kept = dict(memories.parts(self._memory))
        for key, part in kept.items():
            if key not in self._kept or self._kept[key] is not part:
                transaction.set_state(key, msgspec.json.encode(part))
        transaction.set_state("clock", self._box_clock.remembered())
        return kept

    def _note_lost(self, records: int, problem: Exception) -> None:
        level = logging.DEBUG if self._lost_here else logging.WARNING
        log.log(level, "outbox: %d records not written: %s. The cameras go on.", records, problem)
        self._lost_here += records
        self._memory = replace(self._memory, lost=self._memory.lost + records)

    def _envelope(self, transaction: Transaction, record_class: RecordClass, source: str = "") -> Envelope:
        return envelope(self.stamp(), seq=transaction.next_seq, record_class=record_class.value, source=source)


def _fields(place: PlaceSighting) -> dict[str, Any]:
    return {part.name: getattr(place, part.name) for part in fields(place)}
