"""What happens to a file that is damaged or not this box's: set apart for a technician, and read as far as it goes.

The newest three are kept. Reading takes the newest rows of each class, class 0 first, until a page does not make
sense; then it tries from the oldest on. Rows get a new `seq` in the new spool; tombstones speak of numbers of the old
one and stay behind.
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from edge_agent.outbox.errors import OutboxError
from edge_agent.outbox.guest import guest
from edge_agent.outbox.ledger import Identity, load
from edge_agent.outbox.place import SUFFIXES
from edge_agent.outbox.schema import CLASSES, Row, each_unacked
from edge_agent.outbox.tombstones import as_tombstone

FOLDER = "quarantine"
KEPT_FILES = 3
SALVAGED_ROWS = 10_000
"""Per file: a week of a gauge in peace, read and written again in under a second."""


@dataclass(slots=True)
class Salvage:
    """What could be read of a file."""

    identity: Identity | None = None
    state: dict[str, bytes] = field(default_factory=dict)
    rows: list[tuple[int, Row]] = field(default_factory=list)
    """Unacknowledged rows with their class, in order of `seq`."""


def salvage(real: Path) -> Salvage:
    """Return what can be read of the file `real`, whose owner has closed it."""
    found = Salvage()
    try:
        with guest(real) as connection:
            found.identity = load(connection).identity
    except OutboxError:
        found.identity = None
    try:
        with guest(real) as connection:
            found.state = dict(connection.execute("SELECT key, value FROM state"))
    except OutboxError:
        found.state = {}
    for record_class in CLASSES:
        rows = _readable(real, record_class, limit=SALVAGED_ROWS - len(found.rows))
        found.rows += ((record_class, row) for row in rows)
    found.rows.sort(key=lambda entry: entry[1].seq)
    return found


def _readable(real: Path, record_class: int, *, limit: int) -> list[Row]:
    """Return the newest readable rows of a class: from the newest back to a damaged page, then from the oldest on."""
    rows: dict[int, Row] = {}
    for newest_first in (True, False):
        try:
            with guest(real) as connection:
                for row in each_unacked(connection, record_class, newest_first=newest_first):
                    if len(rows) >= limit or row.seq in rows:
                        return list(rows.values())
                    if as_tombstone(row) is None:
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


def set_apart(real: Path) -> Path:
    """Move a file with its log into the quarantine folder beside it, and keep only the newest there.

    The name begins with the time of its last write, ms, so that names sort by age.
    """
    folder = real.parent / FOLDER
    folder.mkdir(exist_ok=True)
    kept = folder / f"{real.stat().st_mtime_ns // 1_000_000:013d}-{real.name}"
    for suffix in SUFFIXES:
        source = Path(f"{real}{suffix}")
        if source.exists():
            source.replace(f"{kept}{suffix}")
    for old in kept_files(real.parent)[:-KEPT_FILES]:
        drop(old)
    return kept


def kept_files(home: Path) -> list[Path]:
    """Return the files set apart under `home`, oldest first."""
    return sorted((home / FOLDER).glob("*.db"))


def drop_oldest(home: Path) -> bool:
    """Delete the oldest file that was set apart; answer False if there is none."""
    kept = kept_files(home)
    for old in kept[:1]:
        drop(old)
    return bool(kept)


def drop(kept: Path) -> None:
    """Delete one file that was set apart."""
    for suffix in SUFFIXES:
        Path(f"{kept}{suffix}").unlink(missing_ok=True)
