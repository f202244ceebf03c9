"""The newest word on each fault of a box. The records hold the history."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read


class FaultNow(Struct, frozen=True, kw_only=True):
    """One fault of one source (empty: the whole box), active or over. The last four fields say which record told it."""

    node_id: str
    source: str
    code: str
    is_active: bool
    text: str
    at_ms: int
    """When it began or ended; another text of one that stands does not move it."""
    spool_no: int
    boot: int
    up_ms: int
    seq: int


_SELECT = f"SELECT {columns_of(FaultNow)} FROM faults"  # noqa: S608 - our own column names


def of_node(connection: Connection, node_id: str) -> list[FaultNow]:
    """Return the faults of a node, active ones first."""
    return read(connection, f"{_SELECT} WHERE node_id = ? ORDER BY is_active DESC, at_ms DESC", (node_id,), FaultNow)


def all_active(connection: Connection) -> list[FaultNow]:
    """Return what is wrong now in the whole fleet."""
    return read(connection, f"{_SELECT} WHERE is_active = 1 ORDER BY at_ms DESC", (), FaultNow)


def store_if_newer(connection: Connection, fault: FaultNow) -> bool:
    """Write down the word on a fault unless a newer one is known; answer whether it was written."""
    cursor = connection.execute(
        f"INSERT INTO faults ({columns_of(FaultNow)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - as above
        " ON CONFLICT (node_id, source, code) DO UPDATE SET is_active = excluded.is_active, text = excluded.text,"
        " at_ms = CASE WHEN is_active AND excluded.is_active AND boot = excluded.boot"
        " THEN at_ms ELSE excluded.at_ms END,"
        " spool_no = excluded.spool_no, boot = excluded.boot, up_ms = excluded.up_ms,"
        " seq = excluded.seq WHERE (excluded.spool_no, excluded.boot, excluded.up_ms, excluded.seq)"
        " > (faults.spool_no, faults.boot, faults.up_ms, faults.seq)",
        [getattr(fault, name) for name in FaultNow.__struct_fields__],
    )
    return cursor.rowcount > 0


def end(connection: Connection, *, node_id: str, code: str) -> None:
    """Write down that a fault of a node is over for all its sources; a newer word raises it again."""
    connection.execute("UPDATE faults SET is_active = 0 WHERE node_id = ? AND code = ?", (node_id, code))
