"""Blurred pictures of cameras: when each was taken, why, and whether its file is here."""

from msgspec import Struct

from contract.clock import ClockTrust
from contract.records import Still
from hub.storage.connection import Connection
from hub.storage.rows import read

ROWS_A_TIME = 500
DOUBTED = frozenset({ClockTrust.UNSYNCED, ClockTrust.SAVED})


class StillRow(Struct, frozen=True, kw_only=True):
    """One picture whose file is here; times UTC ms."""

    still_no: int
    """Grows with the time of arrival."""
    node_id: str
    source: str
    sha256: str
    """Its address is `/api/v1/blobs/{sha256}`."""
    bytes: int
    width_px: int
    height_px: int
    why: str
    """`hour`, `bank`, `asked`; empty: the box did not say."""
    command_id: str
    at_ms: int
    """When it was taken; where the box's clock was not to be trusted and nobody knows better, when it was heard of."""
    is_at_doubted: bool
    received_ms: int
    arrived_ms: int
    """When the file was here."""
    asked_by: str
    """Who asked for it; empty: nobody."""


_SELECT = (
    "SELECT s.still_no, s.node_id, s.source, s.sha256, f.bytes, s.width_px, s.height_px, s.why, s.command_id,"
    " CASE WHEN s.is_doubted THEN coalesce(b.zero_ms + s.up_ms, s.received_ms) ELSE s.at_ms END AS at_ms,"
    " s.is_doubted AND b.zero_ms IS NULL AS is_at_doubted, s.received_ms, f.received_ms AS arrived_ms,"
    " coalesce(c.issued_by, '') AS asked_by"
    " FROM stills AS s JOIN blobs AS f USING (sha256, node_id) LEFT JOIN boots AS b USING (spool_no, boot)"
    " LEFT JOIN commands AS c ON c.command_id = s.command_id AND c.node_id = s.node_id"
)


def add(connection: Connection, record: Still, *, node_id: str, spool_no: int, now_ms: int) -> None:
    """Write down what a record says of a picture; the same record again changes nothing."""
    connection.execute(
        "INSERT INTO stills (node_id, source, spool_no, seq, boot, up_ms, at_ms, is_doubted, received_ms, sha256,"
        " width_px, height_px, why, command_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (spool_no, seq) DO NOTHING",
        (
            node_id,
            record.source,
            spool_no,
            record.seq,
            record.boot,
            record.up_ms,
            record.at_ms,
            record.clock in DOUBTED,
            now_ms,
            record.sha256,
            record.width_px,
            record.height_px,
            record.why,
            record.command_id,
        ),
    )


def of_camera(
    connection: Connection, node_id: str, source: str, *, from_ms: int, to_ms: int, limit: int
) -> list[StillRow]:
    """Return the newest pictures of a camera taken between two times, newest first; only such as are here.

    Args:
        connection: to read with.
        node_id: of the box.
        source: of the camera.
        from_ms: included.
        to_ms: not included.
        limit: most of them.
    """
    return read(
        connection,
        f"SELECT * FROM ({_SELECT} WHERE s.node_id = ? AND s.source = ?) WHERE at_ms >= ? AND at_ms < ?"  # noqa: S608 - our own names
        " ORDER BY at_ms DESC, still_no DESC LIMIT ?",
        (node_id, source, from_ms, to_ms, limit),
        StillRow,
    )


def of_command(connection: Connection, command_id: str) -> StillRow | None:
    """Return the picture that a command asked for, if it is here."""
    sql = f"{_SELECT} WHERE s.command_id = ? ORDER BY s.still_no LIMIT 1"
    found = read(connection, sql, (command_id,), StillRow)
    return found[0] if found else None


def cameras_of_content(connection: Connection, sha256: str, *, node_id: str) -> list[str]:
    """Return the sources of which a box has told that this is a picture."""
    sql = "SELECT DISTINCT source FROM stills WHERE sha256 = ? AND node_id = ?"
    return [source for (source,) in connection.execute(sql, (sha256, node_id))]


def forget_some(connection: Connection, *, before_ms: int) -> int:
    """Delete some hundred of the oldest rows that came before a time; return how many went. Inside a write."""
    return connection.execute(
        "DELETE FROM stills WHERE still_no IN (SELECT still_no FROM stills ORDER BY still_no LIMIT ?)"
        " AND received_ms < ?",
        (ROWS_A_TIME, before_ms),
    ).rowcount
