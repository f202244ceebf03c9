from contract.records import Level, encode_record
from edge_agent.outbox.merging import plan_mergers
from edge_agent.outbox.schema import Row
from tests.support.clocks import FakeClock
from tests.support.outbox_records import fault, level


def rows(*records: Level) -> list[Row]:
    return [Row(record.seq, record.at_ms, encode_record(record)) for record in records]


def test_what_lies_between_the_first_and_the_newest_of_a_rise_becomes_one_counted() -> None:
    clock = FakeClock()
    severities = (1, 1, 3, 2, 2)
    (merger,) = plan_mergers(rows(*(level(n + 1, clock, severity=s) for n, s in enumerate(severities))))
    assert [row.seq for row in merger.removed] == [2, 3, 4]
    assert (merger.merged.severity, merger.merged.repeats) == (3, 3)


def test_what_was_merged_before_counts_for_all_it_stands_for() -> None:
    clock = FakeClock()
    (merger,) = plan_mergers(
        rows(level(1, clock), level(2, clock, repeats=7), level(3, clock), level(4, clock, stage_cm=300.0))
    )
    assert merger.merged.repeats == 8


def test_rises_and_gauges_do_not_mix() -> None:
    clock = FakeClock()
    records = [
        level(n, clock, decision_id=f"rise-{n % 2}", source="g1" if n < 9 else "g2", stage_cm=float(n))
        for n in range(1, 17)
    ]
    mergers = plan_mergers(rows(*records))
    assert sorted(tuple(row.seq for row in merger.removed) for merger in mergers) == [
        (3, 5),
        (4, 6),
        (11, 13),
        (12, 14),
    ]


def test_a_rise_of_three_has_nothing_to_merge_and_faults_are_left_alone() -> None:
    clock = FakeClock()
    page = rows(*(level(n, clock) for n in (1, 2, 3)))
    page += [Row(n, clock.now_ms(), encode_record(fault(n, clock))) for n in range(4, 9)]
    page.append(Row(9, clock.now_ms(), b"{broken"))
    assert plan_mergers(page) == []
