"""A new spool in place of a file that cannot be trusted: with what could be read of it, and a fault that says so."""

import logging
import sqlite3
from pathlib import Path

from contract.records import Fault, RecordClass
from edge_agent.outbox.keeper import Keeper
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.place import Place, delete
from edge_agent.outbox.quarantine import set_apart
from edge_agent.outbox.room import Limits
from edge_agent.outbox.salvage import Salvage, salvage, with_seq
from edge_agent.outbox.schema import delete_meta, read_meta, write_meta
from edge_agent.outbox.spool import Spool
from edge_agent.outbox.transaction import OwnStamp, Transaction

CHUNK_ROWS = 200
TEXT_CHARACTERS = 500

REBORN_CODE = "spool_reborn"
REBORN_KEY = "reborn"
"""In `meta`: the `seq` of the fault that told of it, until its end is told."""

_log = logging.getLogger(__name__)


def replace_file(
    place: Place,
    old: Path,
    *,
    why: str,
    limits: Limits,
    keeper: Keeper,
    own_stamp: OwnStamp,
    given_from: int | None = None,
) -> Spool:
    """Begin a new spool with what can be read of `old`, publish it, and set `old` apart.

    Wherever the power is cut, either the old file stands at its place or the new one, complete.

    Args:
        place: where the files stand.
        old: the file that cannot be trusted; closed.
        why: what is wrong with it, for people.
        limits: of the quota.
        keeper: whose the new spool is. Rows of another node are not taken over.
        own_stamp: dates the fault.
        given_from: the first `seq` given since `old` was opened; None: it could not be opened.

    Raises:
        sqlite3.Error: the disk takes no more; nothing has changed.
    """
    found = salvage(old, given_from=given_from)
    if found.identity is not None and found.identity.node != keeper.node:
        found = Salvage(identity=found.identity)
    spool = Spool.begin(place, limits=limits, keeper=keeper, own_stamp=own_stamp, last=found.identity)
    try:
        taken = _take_over(spool, found)
        with spool.writing() as transaction:
            write_meta(transaction.connection, **{REBORN_KEY: str(transaction.next_seq)})
            text = f"Antrean baru dimulai, {taken} catatan lama diselamatkan. Sebab: {why}"
            _tell(transaction, text, is_active=True)
        spool.publish()
    except BaseException:
        spool.file.close()
        delete(spool.file.real)
        raise
    set_apart(old)
    _log.warning("%s: %s; new spool %s with %d old records", place.path, why, spool.ledger.identity.spool, taken)
    return spool


def _take_over(spool: Spool, found: Salvage) -> int:
    taken = 0
    with spool.writing() as transaction:
        for key, value in found.state.items():
            transaction.set_state(key, value)
    for start in range(0, len(found.rows), CHUNK_ROWS):
        with spool.writing() as transaction:
            for record_class, row in found.rows[start : start + CHUNK_ROWS]:
                body = with_seq(row.body, transaction.next_seq)
                if body is not None:
                    transaction.add(record_class, at_ms=row.at_ms, body=body)
                    taken += 1
        spool.upkeep()
    return taken


def is_over(connection: sqlite3.Connection, marks: Marks) -> bool:
    """Answer whether the hub has a record written after the fault, whose end is still to be told."""
    told = read_meta(connection).get(REBORN_KEY)
    return told is not None and any(last > int(told) for _, last in marks.spans())


def tell_end(transaction: Transaction) -> None:
    """Write that the new spool has shown itself to work."""
    _tell(transaction, "Antrean baru bekerja; catatan sesudahnya sudah sampai", is_active=False)
    delete_meta(transaction.connection, REBORN_KEY)


def _tell(transaction: Transaction, text: str, *, is_active: bool) -> None:
    transaction.append(
        Fault(
            **transaction.own_envelope(RecordClass.ALERT),
            code=REBORN_CODE,
            active=is_active,
            text=text[:TEXT_CHARACTERS],
        )
    )
