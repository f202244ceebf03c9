"""Takes batches in, inside one transaction: rows, duplicates, conflicts, dead letters.

Rules:

1. A number that is new is inserted, and its record then does what its kind does.
2. A number that is covered already is compared with what is stored: the same is a duplicate and only counted; other
   content is kept as a conflict, and the box is one of two, or corrupted.
3. A record that cannot be read but whose number can is kept as a dead letter, and its number is covered.
4. Whatever is covered is acknowledged, also duplicates and conflicts: the box must not send it for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.clock import ClockTrust
from contract.records import (
    KNOWN_KINDS,
    AnyRecord,
    CommandResult,
    Fault,
    KnownRecord,
    Level,
    Reading,
    Still,
    Tombstone,
    UnknownRecord,
)
from hub.fleet import retirement
from hub.ingest.dead_letter_box import DeadLetterBox
from hub.ingest.decode import Offer
from hub.ingest.watermarks import SpoolMark
from hub.stills import hearing
from hub.storage import commands, conflicts, gaps, records
from hub.storage.conflicts import Conflict
from hub.storage.connection import Connection
from hub.storage.dead_letters import DeadLetter
from hub.storage.gaps import Gap
from hub.storage.records import ROWS_PER_INSERT, NewRow

Gauged = dict[str, list[Reading | Level]]
"""Source to its readings and level records, in the order in which they came."""

_CLOCK_TEXT = {trust: str(trust.value) for trust in ClockTrust}
_KIND_TEXT: dict[type, str] = {kind: str(kind.__struct_config__.tag) for kind in KnownRecord.__args__}
assert set(_KIND_TEXT.values()) == KNOWN_KINDS  # noqa: S101 - a kind without a name could not be stored

_Pair = tuple[AnyRecord, bytes]


@dataclass(slots=True, kw_only=True)
class Taken:
    """What one spool brought in one transaction."""

    mark: SpoolMark
    seqs: list[int] = field(default_factory=list)
    """Every number offered that is covered now."""
    faults: list[Fault] = field(default_factory=list)
    conflicts: int = 0
    is_contradicted: bool = False
    """A conflict was not known before."""


class Intake:
    """One transaction's worth of batches; `finish` before the commit."""

    def __init__(self, connection: Connection, *, dead_letters: DeadLetterBox, now_ms: int, real_ms: int) -> None:
        """Begin inside a write."""
        self._connection = connection
        self._dead_letters = dead_letters
        self._now_ms = now_ms
        self._real_ms = real_ms
        self._rows: list[NewRow] = []
        self.taken: dict[int, Taken] = {}
        """By spool number."""
        self.committed = 0
        self.duplicates = 0

    def take(self, offer: Offer, mark: SpoolMark) -> Gauged:
        """Take a batch; return what is new of each gauge."""
        taken = self.taken.get(mark.spool_no)
        if taken is None:
            taken = self.taken[mark.spool_no] = Taken(mark=mark)
        seqs = [record.seq for record in offer.records]
        if mark.is_all_new(seqs):
            mark.cover(seqs)
            fresh: Iterable[_Pair] = zip(offer.records, offer.bodies, strict=True)
            mark.moved_real_ms = self._real_ms
        else:
            fresh = self._sort_out(offer, taken)
        gauged = self._store(fresh, taken)
        taken.seqs.extend(seqs)
        for letter in offer.broken:
            self._put_away(letter, taken)
        mark.note(offer.low, offer.next)
        return gauged

    def finish(self) -> None:
        """Insert what still waits."""
        rows, self._rows = self._rows, []
        inserted = records.insert(self._connection, rows)
        self.committed += inserted
        if inserted < len(rows):
            self._compare_rows(rows, missing=len(rows) - inserted)

    def _store(self, fresh: Iterable[_Pair], taken: Taken) -> Gauged:
        """Make a row of each record and let it do what its kind does."""
        gauged: Gauged = {}
        add_row, received_ms, spool_no = self._rows.append, self._now_ms, taken.mark.spool_no
        for record, body in fresh:
            stage_cm = flag = None
            # The exact type is asked, which is cheaper than isinstance: this is the innermost loop of the hub.
            if type(record) is Reading or type(record) is Level:
                stage_cm, flag = record.stage_cm, record.flag
                gauged.setdefault(record.source, []).append(record)
                kind = _KIND_TEXT[type(record)]
            elif type(record) is UnknownRecord:
                kind = record.kind
            else:
                kind = _KIND_TEXT[type(record)]
                self._act(record, taken)
            add_row(
                (
                    spool_no,
                    record.seq,
                    kind,
                    record.record_class,
                    record.source,
                    record.boot,
                    record.up_ms,
                    record.at_ms,
                    _CLOCK_TEXT[record.clock],
                    record.err_ms,
                    received_ms,
                    stage_cm,
                    flag,
                    body,
                )
            )
        if len(self._rows) >= ROWS_PER_INSERT:
            self.finish()
        return gauged

    def _act(self, record: AnyRecord, taken: Taken) -> None:
        if isinstance(record, Fault):
            taken.faults.append(record)
        elif isinstance(record, Tombstone):
            self._bury(record, taken.mark)
        elif isinstance(record, Still):
            mark = taken.mark
            hearing.take_record(
                self._connection, record, node_id=mark.node_id, spool_no=mark.spool_no, now_ms=self._now_ms
            )  # fmt: skip
        elif isinstance(record, CommandResult):
            commands.set_result(
                self._connection,
                record.command_id,
                node_id=taken.mark.node_id,
                result=record.result,
                text=record.text,
                now_ms=self._now_ms,
            )
            retirement.take_answer(
                self._connection,
                taken.mark.node_id,
                record.command_id,
                result=record.result,
                now_ms=self._now_ms,
            )
            hearing.take_answer(self._connection, record, node_id=taken.mark.node_id, now_ms=self._now_ms)

    def _bury(self, tombstone: Tombstone, mark: SpoolMark) -> None:
        """Cover what a tombstone stands for, and say which numbers will not come and why."""
        missing = [piece for first, last in tombstone.ranges for piece in mark.covered.holes(first, last)]
        mark.cover_ranges([list(piece) for piece in missing])
        gaps.add(
            self._connection,
            [
                Gap(
                    node_id=mark.node_id,
                    spool_id=mark.spool_id,
                    first_seq=first,
                    last_seq=last,
                    kind="policy",
                    reason=tombstone.reason,
                    found_ms=self._now_ms,
                )
                for first, last in missing
            ],
        )

    def _put_away(self, letter: DeadLetter, taken: Taken) -> None:
        """Keep a record that cannot be read; one whose number is covered has been kept before."""
        if letter.seq is not None:
            taken.seqs.append(letter.seq)
            if letter.seq in taken.mark.covered:
                self.duplicates += 1
                return
            taken.mark.cover([letter.seq])
        self._dead_letters.put(self._connection, letter)

    def _sort_out(self, offer: Offer, taken: Taken) -> list[_Pair]:
        """Return what is new of a batch in which not everything is; count and compare the rest."""
        mark = taken.mark
        fresh: list[_Pair] = []
        seen: list[_Pair] = []
        for pair in zip(offer.records, offer.bodies, strict=True):
            seq = pair[0].seq
            if seq in mark.covered:
                seen.append(pair)
            else:
                mark.cover([seq])
                fresh.append(pair)
        if fresh:
            mark.moved_real_ms = self._real_ms
        if seen:
            # A number twice in one batch: its first body is among `fresh` and must be there to be compared with.
            stored = {record.seq: body for record, body in fresh}
            self.finish()
            stored |= records.bodies(self._connection, mark.spool_no, [record.seq for record, _ in seen])
            fresh += [pair for pair in seen if not self._is_known(pair, stored.get(pair[0].seq), taken)]
        return fresh

    def _is_known(self, pair: _Pair, stored: bytes | None, taken: Taken) -> bool:
        """Answer whether the number is stored; what a tombstone or a dead letter stood for may come after all."""
        record, offered = pair
        if stored is None:
            return False
        if stored == offered:
            self.duplicates += 1
        else:
            self._conflict(record.seq, stored, offered, taken)
        return True

    def _conflict(self, seq: int, stored: bytes, offered: bytes, taken: Taken) -> None:
        taken.conflicts += 1
        is_new = conflicts.add(
            self._connection,
            Conflict(
                node_id=taken.mark.node_id,
                spool_id=taken.mark.spool_id,
                seq=seq,
                stored=stored,
                offered=offered,
                received_ms=self._now_ms,
            ),
        )
        taken.is_contradicted = taken.is_contradicted or is_new

    def _compare_rows(self, rows: list[NewRow], *, missing: int) -> None:
        """Find out why rows were not inserted though their numbers were not known: same content or other."""
        self.duplicates += missing
        for row in rows:
            spool_no, seq, body = row[0], row[1], row[-1]
            stored = records.bodies(self._connection, spool_no, [seq])[seq]
            if stored != body:
                self.duplicates -= 1
                self._conflict(seq, stored, body, self.taken[spool_no])
