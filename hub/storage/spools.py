"""Spools (outbox files of boxes) and how much of each has arrived.

`covered`: committed, tombstoned or kept as a dead letter. It only grows, so of a spool in many pieces the new ranges
are written beside it. `lost`: gone from the box without a word.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from contract.seq_ranges import Range
from hub.storage.connection import Connection
from hub.storage.rows import read, to_json


class Spool(Struct, frozen=True, kw_only=True):
    """One outbox file of one box; `spool_no` is its short name inside the database and orders spools by first sight."""

    spool_no: int
    node_id: str
    spool_id: str
    producer: str
    """`gauge`, `camera`, `uplink`; empty until a hello has named it."""
    first_ms: int
    low: int
    next: int
    covered: list[Range]
    lost: list[Range]
    lost_count: int
    superseded: bool
    inherited_next: int
    """What was `next` when this life of the database first heard of the spool; 1: it was new then, 0: not heard yet."""
    news_written: int = 0
    """How many of the ranges of `covered`, which may overlap, were written beside it."""


_COLUMNS = ", ".join(name for name in Spool.__struct_fields__ if name != "news_written")


class Marks(Struct, frozen=True, kw_only=True, gc=False):
    """What changes of a spool with a batch."""

    spool_no: int
    producer: str
    low: int
    next: int
    covered: list[list[int]] | None
    """All of it; None: `news` comes to what is written already."""
    news: list[list[int]]
    had_news: bool
    """News of before is written, which `covered` takes the place of."""
    lost: list[list[int]]
    lost_count: int
    superseded: bool
    inherited_next: int


def all_spools(connection: Connection) -> list[Spool]:
    """Return every spool in the order of first sight."""
    found = read(connection, f"SELECT {_COLUMNS} FROM spools ORDER BY spool_no", (), Spool, json=("covered", "lost"))  # noqa: S608
    news: dict[int, list[Range]] = {}
    for spool_no, first, last in connection.execute("SELECT spool_no, first_seq, last_seq FROM covered_since"):
        news.setdefault(spool_no, []).append((first, last))
    return [_with_news(spool, news.get(spool.spool_no, [])) for spool in found]


def _with_news(spool: Spool, news: list[Range]) -> Spool:
    return replace(spool, covered=spool.covered + news, news_written=len(news)) if news else spool


def add(connection: Connection, *, node_id: str, spool_id: str, now_ms: int) -> int:
    """Write down a spool seen for the first time; return its number."""
    cursor = connection.execute(
        "INSERT INTO spools (node_id, spool_id, first_ms) VALUES (?, ?, ?)", (node_id, spool_id, now_ms)
    )
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT that did not raise has one
    return cursor.lastrowid


def save(connection: Connection, marks: Iterable[Marks]) -> None:
    """Write down where these spools stand now."""
    all_marks = list(marks)
    connection.executemany(
        "UPDATE spools SET producer = ?, low = ?, next = ?, covered = ifnull(?, covered), lost = ?, lost_count = ?,"
        " superseded = ?, inherited_next = ? WHERE spool_no = ?",
        [
            (
                mark.producer,
                mark.low,
                mark.next,
                None if mark.covered is None else to_json(mark.covered),
                to_json(mark.lost),
                mark.lost_count,
                mark.superseded,
                mark.inherited_next,
                mark.spool_no,
            )
            for mark in all_marks
        ],
    )
    whole = [(mark.spool_no,) for mark in all_marks if mark.had_news and mark.covered is not None]
    connection.executemany("DELETE FROM covered_since WHERE spool_no = ?", whole)
    connection.executemany(
        "INSERT INTO covered_since VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(mark.spool_no, first, last) for mark in all_marks for first, last in mark.news],
    )


def begin_new_life(connection: Connection) -> None:
    """Forget what boxes have told of their spools: the database was put back, and is to hear it anew."""
    connection.execute("UPDATE spools SET inherited_next = 0")
