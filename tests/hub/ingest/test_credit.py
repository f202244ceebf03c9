"""5,000 records a second are shared among those with a backlog, never under 10 each."""

from contract.flow import CREDIT_FLOOR_RPS, CREDIT_SHARED_RPS
from hub.ingest.credit import BACKLOG_RECORDS, SILENT_AFTER_REAL_MS, Credit

BACKLOG = BACKLOG_RECORDS + 1


def test_alone_a_box_may_have_all() -> None:
    credit = Credit()
    assert credit.rps("a") == CREDIT_SHARED_RPS
    credit.note("a", outstanding=BACKLOG, real_ms=0)
    assert credit.rps("a") == CREDIT_SHARED_RPS


def test_boxes_with_a_backlog_share_alike() -> None:
    credit = Credit()
    for number in range(10):
        credit.note(str(number), outstanding=BACKLOG, real_ms=0)
    assert credit.rps("0") == CREDIT_SHARED_RPS // 10
    assert credit.rps("one without") == CREDIT_SHARED_RPS // 11


def test_nobody_gets_less_than_the_floor() -> None:
    credit = Credit()
    for number in range(1000):
        credit.note(str(number), outstanding=BACKLOG, real_ms=0)
    assert credit.rps("0") == CREDIT_FLOOR_RPS


def test_who_has_caught_up_leaves_its_share() -> None:
    credit = Credit()
    credit.note("a", outstanding=BACKLOG, real_ms=0)
    credit.note("b", outstanding=BACKLOG, real_ms=0)
    credit.note("b", outstanding=BACKLOG_RECORDS, real_ms=0)
    assert credit.rps("a") == CREDIT_SHARED_RPS


def test_who_falls_silent_leaves_its_share() -> None:
    credit = Credit()
    credit.note("a", outstanding=BACKLOG, real_ms=0)
    credit.note("b", outstanding=BACKLOG, real_ms=SILENT_AFTER_REAL_MS)
    credit.forget_silent(real_ms=SILENT_AFTER_REAL_MS + 1)
    assert credit.rps("b") == CREDIT_SHARED_RPS
