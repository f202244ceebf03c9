"""What can be read of a file that is damaged or not this box's.

Reading takes the newest rows of each class, class 0 first, until a page does not make sense; then it tries from the
oldest on. Rows get a new `seq` in the new spool, so what stays behind matters:

1. Tombstones: they speak of numbers of the old spool.
2. Rows that the hub has by the marks in the inbox, though the owner had not settled them yet: under a new `seq` the hub
   could not tell that it has them. Only marks of the hub's newest epoch count.
3. Not left behind is what the hub has committed without the box having heard of it: twice is better than never.
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from contract.seq_ranges import SeqRanges
from edge_agent.outbox.errors import OutboxError
from edge_agent.outbox.guest import guest
from edge_agent.outbox.inbox_rows import read_hub, read_marks
from edge_agent.outbox.ledger import Identity, Ledger, load, spool_tag
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.schema import CLASSES, Row, each_unacked
from edge_agent.outbox.tombstones import as_tombstone

INBOX = "inbox.db"
"""Beside the outboxes, in the box's home."""

SALVAGED_ROWS = 10_000
"""Per file: a week of a gauge in peace, read and written again in under a second."""


@dataclass(slots=True)
class Salvage:
    """What could be read of a file."""

    identity: Identity | None = None
    state: dict[str, bytes] = field(default_factory=dict)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    """Rows that the hub does not have as far as the box knows, with their class, in order of `seq`."""


def salvage(real: Path, *, given_from: int | None = None) -> Salvage:
    """Return what can be read of the file `real`, whose owner has closed it.

    Args:
        real: the file.
        given_from: the first `seq` given since the owner opened the file; None: it could not be opened.
    """
    found = Salvage()
    ledger: Ledger | None = None
    try:
        with guest(real) as connection:
            ledger = load(connection)
            found.identity = ledger.identity
    except OutboxError:
        ledger = None
    try:
        with guest(real) as connection:
            found.state = dict(connection.execute("SELECT key, value FROM state"))
    except OutboxError:
        found.state = {}
    at_hub = _at_hub(real, ledger, given_from=given_from)
    for record_class in CLASSES:
        rows = _readable(real, record_class, at_hub=at_hub, limit=SALVAGED_ROWS - len(found.rows))
        found.rows += ((record_class, row) for row in rows)
    found.rows.sort(key=lambda entry: entry[1].seq)
    return found


def _at_hub(real: Path, ledger: Ledger | None, *, given_from: int | None) -> SeqRanges:
    """Return which numbers of the file the hub has, as the uplink has laid it down."""
    try:
        tag = spool_tag(ledger.identity.spool) if ledger is not None else _tag(real)
        marks = _marks(real.parent / INBOX, tag)
    except OutboxError:
        return SeqRanges()
    if marks is None:
        return SeqRanges()
    spans = marks.spans()
    newest = max((last for _, last in spans), default=0)
    if ledger is not None and given_from is not None and newest >= ledger.next_seq:
        # The file is older than the marks: what was written since it was opened bears numbers that the hub knows
        # for other records.
        spans = [(first, min(last, given_from - 1)) for first, last in spans if first < given_from]
    return SeqRanges(spans)


def _tag(real: Path) -> int:
    """Return what the first page calls the spool; the account, on another page, may be damaged."""
    with guest(real) as connection:
        return int(connection.execute("PRAGMA application_id").fetchone()[0])


def _marks(inbox: Path, tag: int) -> Marks | None:
    """Return the marks of the spool of a tag, if they are of the epoch that the hub is in."""
    with guest(inbox) as connection:
        spools = [spool for (spool,) in connection.execute("SELECT spool FROM marks")]
        marks = next((read_marks(connection, spool) for spool in spools if spool_tag(spool) == tag), None)
        epoch = read_hub(connection).get("db_epoch")
    return marks if marks is not None and epoch in (None, marks.db_epoch) else None


def _readable(real: Path, record_class: int, *, at_hub: SeqRanges, limit: int) -> list[Row]:
    """Return the newest readable rows of a class that are not at the hub.

    From the newest back to a damaged page, then from the oldest on.
    """
    rows: dict[int, Row] = {}
    for newest_first in (True, False):
        try:
            with guest(real) as connection:
                for row in each_unacked(connection, record_class, newest_first=newest_first):
                    if len(rows) >= limit or row.seq in rows:
                        return list(rows.values())
                    if row.seq not in at_hub and as_tombstone(row) is None:
                        rows[row.seq] = row
            break
        except OutboxError:
            continue  # a damaged page: what lies before it is in `rows`
    return list(rows.values())


def with_seq(body: bytes, seq: int) -> bytes | None:
    """Return the record `body` with another `seq`, or None if it is no JSON object."""
    try:
        record = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return msgspec.json.encode({**record, "seq": seq})
