"""Whatever is done to the log is found, and the first row of it is named."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.audit import new_life
from hub.audit.chain import NOTHING_BEFORE, hash_of
from hub.audit.damage import DamageKind
from hub.audit.dissent import CLOCKS_APART_MS, Origin
from hub.audit.verification import verify
from hub.audit.witness_file import Witness
from hub.storage import connection as database
from hub.storage import meta
from hub.storage.audit import Row
from tests.support.audit_logs import NOW_MS, AuditLog, computed_anew, renumbered

TOUCHED, REMOVED, INSERTED = DamageKind.TOUCHED, DamageKind.REMOVED, DamageKind.INSERTED
REORDERED, REWRITTEN = DamageKind.REORDERED, DamageKind.REWRITTEN


def found(log: AuditLog) -> tuple[DamageKind, int, int] | None:
    damage = log.verify().damage
    return None if damage is None else (damage.kind, damage.first_n, damage.last_n)


def contradicted(log: AuditLog, *witnesses: Witness) -> tuple[DamageKind, int, int]:
    (dissent,) = log.verify(*witnesses).dissents
    assert not log.verify(*witnesses).is_whole
    return dissent.damage.kind, dissent.damage.first_n, dissent.damage.last_n


def test_a_log_that_nobody_touched_is_whole_and_begins_with_the_epoch(log: AuditLog) -> None:
    verified = log.verify(log.witness())
    assert (verified.damage, verified.rows, verified.witnesses) == (None, 10, 1)
    assert verified.head == log.head()
    epoch = log.connection.execute("SELECT value FROM meta WHERE key = 'db_epoch'").fetchone()[0]
    assert (log.rows()[0].action, log.rows()[0].subject) == ("log.begun", epoch)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "Yan"},
        {"at_ms": 1},
        {"action": "alert.commented"},
        {"subject": ""},
        {"detail": '{"x":1}'},
        {"hash": "0" * 64},
        {"actor": b"\xff"},
        {"at_ms": "kemarin"},
    ],
)
def test_a_row_that_was_touched_is_named(log: AuditLog, change: dict[str, object]) -> None:
    rows = log.rows()
    rows[4] = replace(rows[4], **change)
    log.put(rows)
    assert found(log) == (TOUCHED, 5, 5)


def test_the_newest_row_touched_is_found_too(log: AuditLog) -> None:
    rows = log.rows()
    log.put([*rows[:-1], replace(rows[-1], actor="Yan")])
    assert found(log) == (TOUCHED, 10, 10)


def test_a_row_touched_together_with_its_hash_breaks_the_next(log: AuditLog) -> None:
    rows = log.rows()
    forged = replace(rows[4], actor="Yan")
    rows[4] = replace(forged, hash=hash_of(rows[3].hash, forged))
    log.put(rows)
    assert found(log) == (TOUCHED, 6, 6)


@pytest.mark.parametrize(("first_n", "last_n"), [(1, 1), (3, 3), (4, 8)])
def test_rows_that_were_removed_are_named(log: AuditLog, first_n: int, last_n: int) -> None:
    rows = log.rows()
    log.put([row for row in rows if not first_n <= row.n <= last_n])
    assert found(log) == (REMOVED, first_n, last_n)


def test_rows_removed_and_the_rest_numbered_anew_are_found(log: AuditLog) -> None:
    rows = log.rows()
    log.put(renumbered(rows[:3] + rows[5:]))
    assert found(log) == (REMOVED, 4, 5)


@pytest.mark.parametrize("place", [0, 3, 9])
def test_a_row_that_was_inserted_is_named(log: AuditLog, place: int) -> None:
    rows = log.rows()
    forged = replace(rows[2], actor="Yan", subject="A-00000")
    before = rows[place - 1].hash if place else NOTHING_BEFORE
    forged = replace(forged, hash=hash_of(before, forged, n=place + 1), actor="Yan2")
    log.put(renumbered([*rows[:place], forged, *rows[place:]]))
    assert found(log) == (INSERTED, place + 1, place + 1)


def test_a_row_before_the_first_is_inserted(log: AuditLog) -> None:
    log.put([replace(log.rows()[0], n=0), *log.rows()])
    assert found(log) == (INSERTED, 0, 0)


@pytest.mark.parametrize(("one", "other"), [(3, 4), (8, 9), (2, 7)])
def test_rows_that_changed_places_are_named_by_the_first(log: AuditLog, one: int, other: int) -> None:
    rows = log.rows()
    rows[one], rows[other] = rows[other], rows[one]
    log.put(renumbered(rows))
    assert found(log) == (REORDERED, one + 1, other + 1)


def test_a_log_without_its_first_row_made_to_fit_is_found(log: AuditLog) -> None:
    log.put(computed_anew(log.rows()[1:]))
    damage = log.verify().damage
    assert damage is not None
    assert damage.first_n == 1


def test_a_log_cut_off_at_its_end_is_found_by_a_witness_only(log: AuditLog) -> None:
    witness = log.witness()
    log.put(log.rows()[:6])
    assert found(log) is None
    (dissent,) = log.verify(witness).dissents
    assert contradicted(log, witness) == (REMOVED, 7, 10)
    assert (dissent.damage.witness, dissent.agreeing_nodes) == (witness, 0)


def test_a_log_computed_anew_is_found_by_a_witness_only_between_it_and_the_one_before(log: AuditLog) -> None:
    early = log.witness()
    log.grow(10)
    late = log.witness()
    rows = log.rows()
    rows[14] = replace(rows[14], actor="Yan")
    log.put(computed_anew(rows))
    assert found(log) is None
    assert log.verify(early).is_whole
    assert contradicted(log, early, late) == (REWRITTEN, 11, 20)


def test_all_rows_gone_are_found_by_a_witness(log: AuditLog) -> None:
    witness = log.witness()
    log.put([])
    assert contradicted(log, witness) == (REMOVED, 1, 10)


def test_two_boxes_that_were_shown_different_rows_of_one_number_never_both_agree(log: AuditLog) -> None:
    honest = log.witness()
    log.put(computed_anew([*log.rows()[:5], *log.rows()[6:], log.rows()[5]]))
    (dissent,) = log.verify(log.witness("n-box002"), honest).dissents
    assert (dissent.damage.first_n, dissent.damage.last_n) == (10, 10), "never from a row behind it"
    assert (dissent.witnesses, dissent.nodes, dissent.agreeing_nodes) == (1, 1, 1)


@pytest.mark.parametrize("is_first", [True, False])
def test_one_witness_that_lies_ends_nothing(log: AuditLog, is_first: bool) -> None:  # noqa: FBT001
    honest = [log.witness(f"n-box00{number}") for number in range(2, 5)]
    liar = replace(log.witness(), n=7, hash="f" * 64)
    log.grow(5)
    honest.append(log.witness("n-box005"))
    verified = log.verify(*([liar, *honest] if is_first else [*honest, liar]))
    (dissent,) = verified.dissents
    assert (verified.rows, verified.witnesses, verified.damage, verified.is_whole) == (15, 4, None, False)
    assert (dissent.origin, dissent.agreeing_nodes) == (Origin.THIS_LOG, 4)
    assert contradicted(log, liar, *honest) == (REWRITTEN, 1, 7)


def test_behind_a_witness_that_lies_real_damage_is_found_first(log: AuditLog) -> None:
    liar, late = replace(log.witness(), n=2, hash="f" * 64), log.witness()
    rows = log.rows()
    rows[5] = replace(rows[5], actor="Yan")
    log.put(rows)
    assert found(log) == (TOUCHED, 6, 6)
    verified = log.verify(liar, late)
    assert (verified.damage is not None, len(verified.dissents), verified.unreached) == (True, 1, 1)


def test_an_honest_restore_that_is_written_down_explains_the_witnesses_before_it(log: AuditLog) -> None:
    kept, lost = replace(log.witness(), n=4, hash=log.rows()[3].hash), log.witness()
    epoch = log.restore_to(6)
    log.grow(8)
    fresh = log.witness("n-box002")
    verified = log.verify(kept, lost, fresh)
    (dissent,) = verified.dissents
    assert (verified.is_whole, verified.witnesses, dissent.origin) == (True, 2, Origin.BEFORE_RESTORE)
    assert dissent.restore is not None
    assert (dissent.restore.n, dissent.restore.begun) == (7, epoch)
    assert (log.rows()[6].action, log.rows()[6].detail) == (
        "log.restored",
        f'{{"before":"{lost.db_epoch}","head_n":6}}',
    )


def test_a_restore_explains_nothing_before_its_row_in_its_own_life_or_long_after_it(log: AuditLog) -> None:
    lost = log.witness()
    epoch = log.restore_to(6)
    log.grow(8)
    early = replace(lost, n=5)
    own = replace(lost, db_epoch=epoch)
    late = replace(lost, at_ms=lost.at_ms + CLOCKS_APART_MS + 1)
    for witness in (early, own, late):
        (dissent,) = log.verify(witness).dissents
        assert dissent.origin is Origin.THIS_LOG
        assert not log.verify(witness).is_whole


def test_the_same_copy_put_back_twice_explains_both_lives(log: AuditLog) -> None:
    first = log.witness()
    log.restore_to(6)
    log.grow(8)
    second = log.witness()
    log.put(log.rows()[:6])
    with database.write(log.connection):
        meta.set_value(log.connection, "db_epoch", first.db_epoch)
        new_life.begin(log.connection, now_ms=NOW_MS, actor="hub", marked_epoch=second.db_epoch, marked_n=second.n)
    (dissent,) = log.verify(first, second).dissents
    assert (dissent.origin, dissent.witnesses) == (Origin.BEFORE_RESTORE, 2)


def test_a_witness_of_a_database_that_the_log_never_heard_of_is_told_apart(log: AuditLog) -> None:
    ours, foreign = log.witness(), replace(log.witness("n-box009"), db_epoch="elsewhere", hash="f" * 64)
    verified = log.verify(ours, foreign)
    assert (verified.witnesses, verified.is_whole) == (1, False)
    assert [one.origin for one in verified.dissents] == [Origin.UNKNOWN]


@pytest.mark.parametrize("change", [{"at_ms": "kemarin"}, {"detail": 5}, {"detail": "rusak"}])
def test_a_restore_that_was_written_past_us_ends_no_verification(log: AuditLog, change: dict[str, object]) -> None:
    lost = log.witness()
    log.restore_to(6)
    rows = log.rows()
    rows[6] = replace(rows[6], **change)
    log.put(computed_anew(rows))
    assert not log.verify(lost).is_whole


def test_a_row_of_the_least_number_there_is_is_not_passed_over(log: AuditLog) -> None:
    log.put([replace(log.rows()[0], n=-(2**63)), *log.rows()])
    assert found(log) == (INSERTED, -(2**63), -(2**63))


@given(
    count=st.integers(2, 30),
    data=st.data(),
)
@settings(max_examples=150, deadline=None)
def test_any_list_of_rows_but_the_right_one_is_damaged_at_or_before_the_first_that_differs(
    count: int, data: st.DataObject
) -> None:
    blank = Row(n=0, at_ms=0, actor="a", action="log.begun", subject="", detail="{}", hash="")
    right = computed_anew([replace(blank, subject=str(number)) for number in range(count)])
    wrong = list(right)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(wrong) - 1))
        match data.draw(st.sampled_from(["drop", "swap", "touch", "double"])):
            case "drop" if len(wrong) > 1:
                del wrong[place]
            case "swap":
                other = data.draw(st.integers(0, len(wrong) - 1))
                wrong[place], wrong[other] = wrong[other], wrong[place]
            case "touch":
                wrong[place] = replace(wrong[place], subject=wrong[place].subject + "!")
            case "double":
                wrong.insert(place, wrong[place])
    wrong = renumbered(wrong)
    verified = verify(wrong, witnesses=(), say=lambda _done: None)
    same = next((n for n, (a, b) in enumerate(zip(right, wrong, strict=False)) if a != b), min(len(right), len(wrong)))
    assert verified.rows == same
    assert (verified.damage is None) == (wrong == right[: len(wrong)])


def test_progress_is_told_every_hundred_thousand_rows() -> None:
    told: list[int] = []

    def growing() -> Iterator[Row]:
        row = Row(n=0, at_ms=0, actor="a", action="log.begun", subject="", detail="{}", hash=NOTHING_BEFORE)
        for n in range(1, 200_001):
            fresh = replace(row, n=n)
            row = replace(fresh, hash=hash_of(row.hash, fresh))
            yield row

    assert verify(growing(), witnesses=(), say=told.append).rows == 200_000
    assert told == [100_000, 200_000]
