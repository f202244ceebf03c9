"""What a spool knows of itself: its names, the next `seq`, and per class how much waits and from where.

The counts are kept in the same transaction as the rows, so that uplink learns its place from one page and not from a
walk through everything; they are counted anew each time the file is opened.
"""

import sqlite3
from dataclasses import dataclass

import msgspec

from edge_agent.outbox.errors import DisorderError
from edge_agent.outbox.schema import CLASSES, FORMAT, lowest_unacked, read_meta, write_meta

TAG_HEX_DIGITS = 7
"""What SQLite's `application_id` holds as a positive number; a box has a handful of spools to tell apart."""


class Queue(msgspec.Struct, kw_only=True):
    """How many unacknowledged rows each class holds, and the lowest `seq` of them (0: none)."""

    unacked: list[int] = msgspec.field(default_factory=lambda: [0] * len(CLASSES))
    low: list[int] = msgspec.field(default_factory=lambda: [0] * len(CLASSES))

    def lowest(self, *, next_seq: int) -> int:
        """Return the lowest unacknowledged `seq` of all classes; `next_seq` if there is none."""
        return min((low for low in self.low if low), default=next_seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose spool this is, and the boot it was last opened in."""

    spool: str
    board: str
    node: str
    kernel_boot: str
    boot: int


class Ledger:
    """The spool's own account, as it stands within the transaction that is open."""

    def __init__(self, *, identity: Identity, next_seq: int, queue: Queue) -> None:
        self.identity = identity
        self.next_seq = next_seq
        self.queue = queue

    def copy(self) -> "Ledger":
        """Return a copy, to go back to when a transaction fails."""
        queue = Queue(unacked=list(self.queue.unacked), low=list(self.queue.low))
        return Ledger(identity=self.identity, next_seq=self.next_seq, queue=queue)

    def added(self, record_class: int) -> None:
        """Take note that the row `next_seq` was added to a class."""
        if self.queue.unacked[record_class] == 0:
            self.queue.low[record_class] = self.next_seq
        self.queue.unacked[record_class] += 1
        self.next_seq += 1

    def left(self, connection: sqlite3.Connection, record_class: int, *, count: int) -> None:
        """Take note that `count` unacknowledged rows of a class were acknowledged or removed."""
        self.queue.unacked[record_class] -= count
        low = lowest_unacked(connection, record_class, from_seq=self.queue.low[record_class])
        self.queue.low[record_class] = low or 0

    def came_back(self, connection: sqlite3.Connection, record_class: int, *, count: int) -> None:
        """Take note that `count` acknowledged rows of a class are unacknowledged again."""
        self.queue.unacked[record_class] += count
        self.queue.low[record_class] = lowest_unacked(connection, record_class, from_seq=0) or 0

    def save(self, connection: sqlite3.Connection) -> None:
        """Write the account into the open transaction."""
        write_meta(connection, next_seq=str(self.next_seq), queue=msgspec.json.encode(self.queue).decode())


def create(connection: sqlite3.Connection, identity: Identity) -> Ledger:
    """Write the account of a new spool and return it."""
    ledger = Ledger(identity=identity, next_seq=1, queue=Queue())
    save_identity(connection, identity)
    write_meta(connection, format=FORMAT)
    ledger.save(connection)
    return ledger


def save_identity(connection: sqlite3.Connection, identity: Identity) -> None:
    """Write whose spool this is."""
    write_meta(
        connection,
        spool=identity.spool,
        board=identity.board,
        node=identity.node,
        kernel_boot=identity.kernel_boot,
        boot=str(identity.boot),
    )
    connection.execute(f"PRAGMA application_id = {spool_tag(identity.spool)}")


def spool_tag(spool: str) -> int:
    """Return the number in the file's first page by which a spool is known though its account be damaged."""
    return int(spool[:TAG_HEX_DIGITS], 16)


def load(connection: sqlite3.Connection) -> Ledger:
    """Return the account as it stands in the file.

    Raises:
        DisorderError: it is not complete.
    """
    meta = read_meta(connection)
    try:
        identity = Identity(
            spool=meta["spool"],
            board=meta["board"],
            node=meta["node"],
            kernel_boot=meta["kernel_boot"],
            boot=int(meta["boot"]),
        )
        queue = msgspec.json.decode(meta["queue"], type=Queue)
        return Ledger(identity=identity, next_seq=int(meta["next_seq"]), queue=queue)
    except (KeyError, ValueError) as problem:  # msgspec's errors are ValueErrors
        raise DisorderError(f"its account is not complete: {problem!r}") from problem


def recount(connection: sqlite3.Connection, ledger: Ledger) -> None:
    """Count every class anew into `ledger`.

    Raises:
        DisorderError: a row's `seq` is one that is still to be given.
    """
    for record_class in CLASSES:
        rows, acked, low, high = connection.execute(
            "SELECT count(*), count(acked_ms), min(CASE WHEN acked_ms IS NULL THEN seq END), max(seq)"  # noqa: S608
            f" FROM class{record_class}"
        ).fetchone()
        ledger.queue.unacked[record_class] = rows - acked
        ledger.queue.low[record_class] = low or 0
        if high is not None and high >= ledger.next_seq:
            raise DisorderError(f"it holds seq {high}, but says that {ledger.next_seq} comes next")
