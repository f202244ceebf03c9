"""What the camera process writes down, as records in its own outbox; the one place that knows their classes.

- counts of a window: class 2. They are many, and the next minute brings new ones.
- a still that waits for the hub: class 2. Its bytes come behind all records anyway.
- a still that a person asked for, and the answer to a command: class 1. Somebody sits before a screen.
- people or a boat at a bank, at once: class 1. Somebody may want to look now.
- a camera or a model that fails: class 1. An operator should hear of it before the counts that it explains; but no
  water rises because a camera is away, nobody is to be woken for it, and no level record waits behind it. Class 0 stays
  with what the contract names there: levels, siren, and tampering, when that is built.

A fault is written when it begins and when it ends, over restarts too; in between only where its text comes to say
something else: who mends a wrong path and meets a wrong password is to read of the password. How it gets to the disk,
and what becomes of it where the disk takes nothing: `outbox_pen`.
"""

import logging
import re
import sqlite3
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from msgspec.structs import replace

from contract.desired import Applied
from contract.records import ClockAnchor, CommandResult, Fault, RecordClass, Sighting
from contract.records import Still as StillRecord
from edge_agent.alarm.commands import Answer
from edge_agent.alarm.desired import Refused, is_news, take_over
from edge_agent.cameras.drawings import Drawings
from edge_agent.cameras.memory import Flows, KeptFlows
from edge_agent.cameras.outbox_pen import OutboxPen
from edge_agent.cameras.view_commands import CommandBook, remember
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.stamp import Stamp
from edge_agent.outbox.errors import OutboxError, SpoolRebornError
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from edge_agent.quota import Quota
from edge_agent.sightings.presence import Appearance
from edge_agent.sightings.window import PlaceSighting
from edge_agent.stills.allowance import Spent
from edge_agent.stills.making import Still

MOST_TEXT = 500
TOLD_AGAIN_MS = 60_000
"""A fault whose text changes is told again, not more often."""

_NUMBERS = re.compile(r"[0-9]+")

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
        self._pen = OutboxPen(outbox=outbox, box_clock=box_clock)
        self._refused: Applied | None = None
        self._told_ms: dict[str, int] = {}
        """When each fault was last told by this process; as many as there are cameras and codes."""
        self._follow_quota()

    @property
    def spool_id(self) -> str:
        """The spool into which it writes."""
        return self._outbox.spool_id

    @property
    def lost(self) -> int:
        """How many records could not be written, ever."""
        return self._pen.memory.lost

    @property
    def stills(self) -> Spent:
        """What was made of stills, also by processes before this one."""
        return self._pen.memory.stills

    @property
    def last_still(self) -> str:
        """SHA-256 of the newest still of which a record was written, also by processes before this one; empty: none."""
        return self._pen.memory.last_still

    @property
    def commands(self) -> CommandBook:
        """Which commands were answered, also by processes before this one."""
        return self._pen.memory.commands

    def faults(self) -> tuple[tuple[str, str], ...]:
        """Return (code, source) of each fault that has begun and not ended."""
        pairs = (name.partition("/") for name in self._pen.memory.faults)
        return tuple((code, source) for code, _, source in pairs)

    def flows(self, source: str, *, within_s: float) -> Flows:
        """Return the traffic states of a camera's last window, if that was no longer ago."""
        kept = self._pen.memory.flows
        is_old = abs(self.stamp().at_ms - kept.at_ms) > 1000 * within_s
        return {} if is_old else kept.by_source.get(source, {})

    def keep_flows(self, source: str, zones: Collection[str]) -> None:
        """Forget how traffic flowed in the other zones of a camera: what is drawn anew begins anew."""
        kept = self._pen.memory.flows
        mine = {zone: flow for zone, flow in kept.by_source.get(source, {}).items() if zone in zones}
        self._pen.memory = replace(self._pen.memory, flows=replace(kept, by_source={**kept.by_source, source: mine}))

    @property
    def drawings(self) -> Drawings:
        """What the hub has drawn for the cameras."""
        return self._pen.memory.drawings

    def note_drawings(self, drawings: Drawings) -> None:
        """Remember what the hub has drawn, on the disk: it holds over a restart without the hub."""
        self._pen.memory = replace(self._pen.memory, drawings=drawings)
        self._pen.write(lambda _transaction: None, 0)

    def stamp(self) -> Stamp:
        """Return the time of now, as records tell it."""
        return self._box_clock.stamp()

    def pass_time(self, *, hub_zero_ms: int | None = None) -> None:
        """Look at the clock; call it about once a second."""
        anchor = self._box_clock.look(hub_zero_ms=hub_zero_ms)
        if anchor is not None:
            step_ms, was = anchor.step_ms, anchor.was

            def write(transaction: Transaction) -> None:
                told = self._pen.envelope(transaction, RecordClass.READING)
                transaction.append(ClockAnchor(**told, step_ms=step_ms, was=was))

            self._pen.write(write, 1)

    def tell_window(
        self, source: str, places: tuple[PlaceSighting, ...], *, model: str, drawing: str = ""
    ) -> None:  # fmt: skip
        """Write down what a window has shown, one record a place, and by which model and drawing (their digests)."""
        flows = {
            place.zone: (place.state, place.since_ms) for place in places if place.state and place.since_ms is not None
        }
        by_source = {**self._pen.memory.flows.by_source, source: flows}
        self._pen.memory = replace(self._pen.memory, flows=KeptFlows(at_ms=self.stamp().at_ms, by_source=by_source))

        def write(transaction: Transaction) -> None:
            for place in places:
                told = self._pen.envelope(transaction, RecordClass.TELEMETRY, source)
                transaction.append(Sighting(**told, model=model, drawing=drawing, **_fields(place)))

        self._pen.write(write, len(places))

    def tell_appearance(
        self, source: str, appearance: Appearance, *, doubts: tuple[str, ...] = (), model: str, drawing: str = ""
    ) -> None:
        """Write down at once that people or a boat have come.

        Args:
            source: of the camera.
            appearance: what was seen.
            doubts: in which the view's counting stands; without them the hub would take this word for a good one.
            model: digest.
            drawing: digest.
        """

        def write(transaction: Transaction) -> None:
            told = self._pen.envelope(transaction, RecordClass.READING, source)
            zone, label, count = appearance.zone, appearance.label, appearance.count
            transaction.append(
                Sighting(**told, zone=zone, label=label, count=count, doubts=doubts, model=model, drawing=drawing)
            )

        self._pen.write(write, 1)

    def tell_still(
        self, source: str, still: Still, *, spent: Spent, why: str = "", answer: Answer | None = None
    ) -> bool:
        """Write down that a still waits, what is spent with it, and what a person who asked is told.

        Args:
            source: of the camera.
            still: whose file is on the disk already.
            spent: with it.
            why: it was made, as the record says it.
            answer: to the command that asked for it.

        Returns:
            Whether all of it is on the disk.
        """
        before = self._pen.memory
        commands = _answered(before.commands, answer)
        self._pen.memory = replace(before, stills=spent, last_still=still.sha256, commands=commands)
        record_class = RecordClass.TELEMETRY if answer is None else RecordClass.READING

        def write(transaction: Transaction) -> None:
            told = self._pen.envelope(transaction, record_class, source)
            record = StillRecord(
                **told,
                sha256=still.sha256,
                size_bytes=len(still.content),
                width_px=still.width_px,
                height_px=still.height_px,
                why=why,
                command_id="" if answer is None else answer.command_id,
            )
            transaction.append(record)
            if answer is not None:
                transaction.append(self._result(transaction, answer))

        if self._pen.write(write, 0):  # nothing lost: another frame will do
            return True
        self._pen.memory = replace(
            self._pen.memory, stills=before.stills, last_still=before.last_still, commands=before.commands
        )
        return False

    def answer(self, answer: Answer) -> bool:
        """Write down what became of a command; return whether that is on the disk."""
        before = self._pen.memory
        self._pen.memory = replace(before, commands=_answered(before.commands, answer))
        if self._pen.write(lambda transaction: transaction.append(self._result(transaction, answer)), 0):
            return True
        self._pen.memory = replace(self._pen.memory, commands=before.commands)
        return False

    def note_stills(self, spent: Spent) -> None:
        """Remember what is spent; it goes to the disk with the next record."""
        self._pen.memory = replace(self._pen.memory, stills=spent)

    def note_fault(
        self,
        code: str,
        *,
        source: str = "",
        is_active: bool,
        text: str,
        record_class: RecordClass = RecordClass.READING,
    ) -> None:
        """Write a fault down when it begins, when what there is to do about it changes, and when it ends."""
        name, text = f"{code}/{source}", text[:MOST_TEXT]
        if (name in self._pen.memory.faults) == is_active and not (is_active and self._is_other(name, text)):
            return
        before = self._pen.memory
        others = tuple(known for known in before.faults if known != name)
        texts = {known: told for known, told in before.fault_texts.items() if known in others}
        self._pen.memory = replace(
            before,
            faults=(*others, name) if is_active else others,
            fault_texts={**texts, name: text} if is_active else texts,
        )

        def write(transaction: Transaction) -> None:
            told = self._pen.envelope(transaction, record_class, source)
            transaction.append(Fault(**told, code=code, active=is_active, text=text))

        if self._pen.write(write, 0):
            self._told_ms[name] = self.stamp().at_ms
        else:  # nothing lost: it is told as soon as the disk takes it
            self._pen.memory = replace(self._pen.memory, faults=before.faults, fault_texts=before.fault_texts)

    def _is_other(self, name: str, text: str) -> bool:
        """Answer whether a text says something else than the one before, numbers aside, and may be told already."""
        if _without_numbers(text) == _without_numbers(self._pen.memory.fault_texts.get(name, "")):
            return False
        told_ms = self._told_ms.get(name)
        return told_ms is None or abs(self.stamp().at_ms - told_ms) >= TOLD_AGAIN_MS

    def take_desired(self, offered: Applied, body: bytes) -> None:
        """Follow the quota of a desired state; one that was taken before costs nothing.

        A document that cannot be read is passed over: on a box with a gauge that one tells it.
        """
        if not is_news(offered, held=self._pen.memory.desired, refused=self._refused):
            return
        taken = take_over(self._pen.memory.desired, offered=offered, body=body)
        if isinstance(taken, Refused):
            log.warning("desired state %s refused: %s. The one before holds.", taken.offered, taken.why)
            self._refused = taken.offered
        elif taken is not None:
            self._pen.memory = replace(self._pen.memory, desired=taken)
            self._pen.write(lambda _transaction: None, 0)
            self._follow_quota()

    def settle(self, marks: Marks | None) -> bool:
        """Let the outbox forget what the hub has; return whether there is more to do at once."""
        try:
            return self._outbox.settle(marks) > 0
        except SpoolRebornError as exc:
            self._pen.begin_anew(exc)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            log.warning("outbox: not settled: %s", exc)
        return False

    def _follow_quota(self) -> None:
        if self._pen.memory.desired is None:
            return
        try:
            self._outbox.set_limit(self._quota.limit_mb(self._pen.memory.desired.quota_mb))
        except SpoolRebornError as exc:
            self._pen.begin_anew(exc)
        except (OutboxError, sqlite3.Error, OSError) as exc:
            log.warning("outbox: the new quota holds from the next start: %s", exc)

    def _result(self, transaction: Transaction, answer: Answer) -> CommandResult:
        told = self._pen.envelope(transaction, RecordClass.READING)
        text = answer.text[:MOST_TEXT]
        return CommandResult(**told, command_id=answer.command_id, result=answer.result, text=text)


def _answered(book: CommandBook, answer: Answer | None) -> CommandBook:
    return book if answer is None else remember(book, answer.command_id)


def _fields(place: PlaceSighting) -> dict[str, Any]:
    return {part.name: getattr(place, part.name) for part in fields(place)}


def _without_numbers(text: str) -> str:
    """Return what a text says but for its numbers: seconds and degrees are no other word."""
    return _NUMBERS.sub("", text)
