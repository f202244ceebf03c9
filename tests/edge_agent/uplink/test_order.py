"""Which rows go next."""

from hypothesis import given
from hypothesis import strategies as st

from contract.flow import BATCH_MAX_BYTES, BATCH_MAX_RECORDS
from contract.seq_ranges import SeqRanges
from edge_agent.uplink.order import BACKLOG_LANES, Desk, backlog, fitting, live, newest_hour_from_ms
from edge_agent.uplink.spools import untaken
from tests.support.clocks import FakeClock
from tests.support.uplink_world import GAUGE, UPLINK, MemoryRow, MemorySpool

ALERTS, HOUR, REST, TELEMETRY, _ = BACKLOG_LANES


def desk(*spools: MemorySpool, taken: SeqRanges | None = None, live_from: int = 1_000_000) -> Desk:
    return Desk(
        spools={spool.spool_id: spool for spool in spools},
        taken={spool.spool_id: taken or SeqRanges() for spool in spools},
        live_from={spool.spool_id: live_from for spool in spools},
    )


def test_a_lane_takes_the_spool_whose_next_row_comes_first_by_wall_time() -> None:
    clock = FakeClock()
    gauge, uplink = (MemorySpool(spool_id=name, clock=clock) for name in (GAUGE, UPLINK))
    gauge.write(2)
    clock.advance(60)
    uplink.write(2)
    pick = backlog(desk(gauge, uplink), TELEMETRY, hour_from_ms=0)
    assert pick is not None
    assert pick.spool_id == GAUGE
    gauge.write(0)
    clock.advance(60)
    uplink.write(0)
    pick = backlog(desk(gauge, uplink), ALERTS, hour_from_ms=0)
    assert pick is not None
    assert pick.spool_id == UPLINK


def test_the_newest_hour_ends_where_the_rest_begins() -> None:
    clock = FakeClock()
    gauge = MemorySpool(spool_id=GAUGE, clock=clock)
    for _ in range(90):
        gauge.write(1)
        clock.advance(60)
    table = desk(gauge)
    pick = backlog(table, HOUR, hour_from_ms=newest_hour_from_ms(table))
    assert pick is not None
    assert [row.seq for row in pick.rows] == list(range(30, 91))
    done = SeqRanges([(30, 90)])
    assert backlog(desk(gauge, taken=done), HOUR, hour_from_ms=newest_hour_from_ms(table)) is None
    rest = backlog(desk(gauge, taken=done), REST, hour_from_ms=newest_hour_from_ms(table))
    assert rest is not None
    assert [row.seq for row in rest.rows] == list(range(1, 30))


def test_live_rows_are_no_backlog_and_backlog_is_not_live() -> None:
    gauge = MemorySpool(spool_id=GAUGE, clock=FakeClock())
    for _ in range(5):
        gauge.write(1)
    table = desk(gauge, live_from=4)
    old, new = backlog(table, REST, hour_from_ms=1 << 60), live(table, GAUGE, 1)
    assert old is not None
    assert new is not None
    assert [[row.seq for row in pick.rows] for pick in (old, new)] == [[1, 2, 3], [4, 5]]


@given(sizes=st.lists(st.integers(1, 70_000), min_size=1, max_size=150))
def test_a_batch_is_the_longest_beginning_that_fits_and_at_least_one_row(sizes: list[int]) -> None:
    rows = [MemoryRow(seq=seq, at_ms=0, body=b"x" * size) for seq, size in enumerate(sizes, start=1)]
    chosen = fitting(rows)
    assert chosen == rows[: len(chosen)]
    assert 1 <= len(chosen) <= BATCH_MAX_RECORDS
    assert len(chosen) == 1 or sum(len(row.body) + 1 for row in chosen) <= BATCH_MAX_BYTES


@given(
    classes=st.lists(st.sampled_from([0, 1, 1, 2]), max_size=80),
    taken=st.sets(st.integers(1, 80)),
    after=st.integers(0, 40),
    before=st.none() | st.integers(30, 90),
    newest_first=st.booleans(),
    limit=st.integers(1, 30),
)
def test_untaken_rows_are_those_of_the_spool_without_the_taken_ones(
    *, classes: list[int], taken: set[int], after: int, before: int | None, newest_first: bool, limit: int
) -> None:
    spool = MemorySpool(spool_id=GAUGE, clock=FakeClock())
    for record_class in classes:
        spool.write(record_class)
    found = untaken(
        spool,
        1,
        taken=SeqRanges((seq, seq) for seq in taken),
        newest_first=newest_first,
        limit=limit,
        after_seq=after,
        before_seq=before,
    )
    end = before if before is not None else 1 << 40
    expected = [
        seq for seq, kind in enumerate(classes, start=1) if kind == 1 and after < seq < end and seq not in taken
    ]
    assert [row.seq for row in found] == sorted(expected, reverse=newest_first)[:limit]
