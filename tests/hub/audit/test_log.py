"""The log grows with the deeds, and by nothing else."""

import sqlite3

import pytest

from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.storage import audit
from hub.storage import connection as database
from tests.support.audit_logs import NOW_MS, AuditLog


def test_a_row_and_its_deed_are_kept_together_or_not_at_all(log: AuditLog) -> None:
    before = log.head()

    def fail_after_the_row() -> None:
        with database.write(log.connection):
            audit_log.note(log.connection, now_ms=NOW_MS, actor="Sari", action=Action.USER_SAVED, subject="rina")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_the_row()
    assert log.head() == before
    assert log.verify().damage is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'Yan' WHERE n = 4",
        "UPDATE OR REPLACE audit SET n = 5 WHERE n = 4",
        "DELETE FROM audit WHERE n = 4",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT n, 0, actor, action, subject, detail, hash FROM audit WHERE n = 4",
        "REPLACE INTO audit SELECT n, 0, actor, action, subject, detail, hash FROM audit WHERE n = 10",
        "INSERT INTO audit SELECT n + 20, 0, actor, action, subject, detail, hash FROM audit WHERE n = 4",
        "INSERT INTO audit SELECT NULL, 0, actor, action, subject, detail, hash FROM audit WHERE n = 4",
        "INSERT INTO audit SELECT 0, 0, actor, action, subject, detail, hash FROM audit WHERE n = 4",
    ],
)
def test_the_database_refuses_every_other_change(log: AuditLog, statement: str) -> None:
    before = log.rows()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        log.connection.execute(statement)
    assert log.rows() == before


def test_secrets_numbers_and_endless_words_do_not_get_in(log: AuditLog) -> None:
    with database.write(log.connection):
        audit_log.note(
            log.connection,
            now_ms=NOW_MS,
            actor="Sari",
            action=Action.USER_SAVED,
            subject="0812-3456-7890",
            detail={"password": "sungai naik", "why": "x" * 30 + " " + "y z" * 1_000, "minutes": 5},
        )
    row = log.rows()[-1]
    assert row.subject == "***890"
    assert '"password":"***"' in row.detail
    assert len(row.detail) < 2 * audit_log.TEXT_LONGEST
    assert log.verify().damage is None


def test_rows_are_found_by_time_actor_and_deed(log: AuditLog) -> None:
    log.note(actor="Yan")
    with database.write(log.connection):
        audit_log.note(log.connection, now_ms=NOW_MS + 5, actor="Yan", action=Action.USER_SAVED, subject="rina")

    def count(**wanted: object) -> int:
        return len(list(audit.rows(log.connection, audit.Wanted(**wanted))))  # type: ignore[arg-type]

    assert [count(), count(actor="Yan"), count(since_ms=NOW_MS + 1)] == [12, 2, 1]
    assert [count(action="alert"), count(action="alert.acknowledged"), count(action="aler")] == [10, 10, 0]


def test_more_rows_than_one_portion_are_read_whole_and_in_order(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ROWS_A_TIME", 3)
    assert [row.n for row in log.rows()] == list(range(1, 11))


def test_half_a_pair_of_characters_undoes_no_deed(log: AuditLog) -> None:
    with database.write(log.connection):
        audit_log.note(
            log.connection,
            now_ms=NOW_MS,
            actor="rina\ud800",
            action=Action.USER_SAVED,
            subject="s\udfff",
            detail={"why\ud800": "x\ud800"},
        )
    row = log.rows()[-1]
    assert (row.actor, row.subject, row.detail) == ("rina?", "s?", '{"why?":"x?"}')
    assert log.verify().damage is None
