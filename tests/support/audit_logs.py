"""Audit logs in tests, and what somebody who can write to the file does to one."""

from pathlib import Path

import msgspec

from hub.audit import log as audit_log
from hub.audit import new_life
from hub.audit.action import Action
from hub.audit.chain import NOTHING_BEFORE, hash_of
from hub.audit.verification import Verified, verify
from hub.audit.witness_file import Witness
from hub.storage import audit, meta
from hub.storage import connection as database
from hub.storage.audit import Head, Row
from tests.support.databases import new_database

NOW_MS = 1_763_712_000_000


class AuditLog:
    """A database with a log. What damages it drops the guards first and puts them back, as an intruder would."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = new_database(path)
        self.connection.execute("PRAGMA synchronous = OFF")  # a throw-away world need not survive a power cut

    def note(self, *, actor: str = "Sari", subject: str = "A-7K3Q9") -> Head:
        """Add one deed."""
        with database.write(self.connection):
            return audit_log.note(
                self.connection, now_ms=NOW_MS, actor=actor, action=Action.ALERT_ACKNOWLEDGED, subject=subject
            )

    def grow(self, count: int) -> Head:
        """Add some deeds, each of another subject; return the head."""
        heads = [self.note(subject=f"A-{number:05d}") for number in range(count)]
        return heads[-1]

    def rows(self) -> list[Row]:
        """Return every row."""
        return list(audit.all_rows(self.connection))

    def head(self) -> Head:
        """Return the head; there is one."""
        found = audit.head(self.connection)
        assert found is not None
        return found

    def witness(self, node: str = "n-box001") -> Witness:
        """Return the head as a box would keep it."""
        head = self.head()
        return Witness(node=node, at_ms=NOW_MS, db_epoch=meta.db_epoch(self.connection), n=head.n, hash=head.hash)

    def verify(self, *witnesses: Witness) -> Verified:
        """Return what the verification finds."""
        lives = [meta.db_epoch(self.connection)]
        return verify(audit.all_rows(self.connection), witnesses=witnesses, say=lambda _done: None, lives=lives)

    def restore_to(self, n: int, *, now_ms: int = NOW_MS) -> str:
        """Be put back from a copy of when the log had `n` rows, and write that down; return the new epoch."""
        self.put(self.rows()[:n])
        with database.write(self.connection):
            return new_life.begin(self.connection, now_ms=now_ms, actor="hub")

    def put(self, rows: list[Row]) -> None:
        """Put other rows in place of all, whatever they are."""
        guards = self.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        with database.write(self.connection):
            for name, _ in guards:
                self.connection.execute(f"DROP TRIGGER {name}")
            self.connection.execute("DELETE FROM audit")
            for row in rows:
                audit.append(self.connection, row)
            for _, sql in guards:
                self.connection.execute(sql)

    def close(self) -> None:
        """Close the database."""
        self.connection.close()


def renumbered(rows: list[Row]) -> list[Row]:
    """Return the rows with numbers from 1 on and the hashes that they had."""
    return [msgspec.structs.replace(row, n=n) for n, row in enumerate(rows, 1)]


def computed_anew(rows: list[Row]) -> list[Row]:
    """Return the rows with numbers and hashes that fit: what an intruder does who has read the source."""
    fresh: list[Row] = []
    for n, row in enumerate(rows, 1):
        numbered = msgspec.structs.replace(row, n=n)
        before = fresh[-1].hash if fresh else NOTHING_BEFORE
        fresh.append(msgspec.structs.replace(numbered, hash=hash_of(before, numbered)))
    return fresh
