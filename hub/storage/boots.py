"""Boots of boxes whose true hour is known: by the first record of a good clock that came of each."""

from collections.abc import Iterable

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.records import UNDATED

Key = tuple[int, int]
"""spool_no and boot."""


_ADD = (
    "INSERT INTO boots (spool_no, boot, zero_ms, is_waiting)"  # noqa: S608 - our own words
    f" SELECT ?, ?, ?, EXISTS (SELECT 1 FROM records WHERE spool_no = ? AND boot = ? AND {UNDATED})"
    " WHERE true ON CONFLICT (spool_no, boot) DO NOTHING"
)


class Boot(Struct, frozen=True, gc=False, array_like=True):
    """One boot of a box as one of its spools tells it."""

    spool_no: int
    boot: int
    zero_ms: int
    """Wall time, UTC ms, at which the boot clock stood at 0."""

    @property
    def key(self) -> Key:
        """Return what names it."""
        return self.spool_no, self.boot


def told_between(connection: Connection, after_id: int, to_id: int) -> list[Boot]:
    """Return the boots that the records with `after_id < id <= to_id` date, each by its first of a good clock."""
    rows = connection.execute(
        "SELECT spool_no, boot, at_ms - up_ms, min(seq) FROM records WHERE id > ? AND id <= ?"
        " AND clock NOT IN ('unsynced', 'saved') GROUP BY spool_no, boot",
        (after_id, to_id),
    )
    return [Boot(*row[:3]) for row in rows]


def before(connection: Connection, boot: Boot, *, from_ms: int) -> list[Boot]:
    """Return the boots without an hour before `boot` as their newest reading dates them, by a clock that follows NTP.

    The hub did not believe it then. Only those whose hours lie between `from_ms` and when `boot` began: the two clocks
    agree since. Newest is what the boot clock says: of a backlog the newest came first.
    """
    rows = connection.execute(
        "SELECT spool_no, boot, at_ms - up_ms FROM ("  # noqa: S608 - our own words
        "  SELECT spool_no, boot, max(up_ms) AS up_ms, at_ms, body FROM records"
        f" WHERE spool_no = ? AND boot < ? AND {UNDATED} GROUP BY boot)"
        " WHERE at_ms BETWEEN ? AND ? AND json_extract(CAST(body AS TEXT), '$.clock') = 'ntp'",
        (boot.spool_no, boot.boot, from_ms, boot.zero_ms),
    )
    return [Boot(*row) for row in rows]


def zero_ms(connection: Connection, key: Key) -> int | None:
    """Return when the boot clock of a boot stood at 0, UTC ms, or None while nobody knows."""
    row = connection.execute("SELECT zero_ms FROM boots WHERE spool_no = ? AND boot = ?", key).fetchone()
    return None if row is None else int(row[0])


def add(connection: Connection, boot: Boot) -> None:
    """Keep the hour of a boot; one that is kept already stands. It waits while readings of it have no hour."""
    connection.execute(_ADD, (boot.spool_no, boot.boot, boot.zero_ms, boot.spool_no, boot.boot))


def waiting(connection: Connection) -> Boot | None:
    """Return a boot whose hour is known and whose early readings have none yet."""
    row = connection.execute("SELECT spool_no, boot, zero_ms FROM boots WHERE is_waiting = 1 LIMIT 1").fetchone()
    return None if row is None else Boot(*row)


def date(connection: Connection, hours: Iterable[tuple[int, int]]) -> None:
    """Give records their hour: pairs of record id and UTC ms."""
    connection.executemany("UPDATE records SET dated_ms = ? WHERE id = ?", [(at_ms, number) for number, at_ms in hours])


def set_dated(connection: Connection, boot: Boot) -> None:
    """Note that every early reading of a boot has its hour."""
    connection.execute("UPDATE boots SET is_waiting = 0 WHERE spool_no = ? AND boot = ?", boot.key)
