"""A spool in many pieces: what is covered comes back from the database as it was, and a commit has a bounded price."""

import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.seq_ranges import SeqRanges
from hub.ingest.watermarks import WRITTEN_WHOLE, Watermarks
from hub.storage import connection as database
from tests.support.hub_worlds import NODE, SPOOL, HubWorld, reading, record

PIECES = 2_000
WAL_PAGE_BYTES = 4096 + 24


def covered_in_database(hub: HubWorld) -> SeqRanges:
    found = Watermarks()
    found.load(hub.connection, real_ms=0)
    (mark,) = found.of_node(NODE)
    return mark.covered


def cover(hub: HubWorld, seqs: list[int]) -> None:
    """Take numbers in as a commit does."""
    with database.write(hub.connection):
        marks = hub.memory.watermarks
        mark = marks.get(hub.connection, NODE, SPOOL, now_ms=0, real_ms=0)
        mark.cover(seqs)
        marks.touch(mark)
        marks.save(hub.connection)


@given(seed=st.integers(0, 1 << 32), at_once=st.integers(1, 120), restart_every=st.integers(1, 30))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_covered_is_the_same_after_any_restart(
    tmp_path: Path, seed: int, at_once: int, restart_every: int
) -> None:
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    hub, chance = HubWorld(folder), random.Random(seed)
    seqs = [*range(1, 6 * WRITTEN_WHOLE, 2), *chance.sample(range(1, 6 * WRITTEN_WHOLE), 6 * WRITTEN_WHOLE - 2)]
    expected = SeqRanges()
    for turn, start in enumerate(range(0, len(seqs), at_once)):
        chosen = seqs[start : start + at_once]
        cover(hub, chosen)
        expected.update((seq, seq) for seq in chosen)
        if turn % restart_every == 0:
            assert covered_in_database(hub) == expected
            hub.start()
    assert covered_in_database(hub) == expected
    hub.connection.close()


def test_a_spool_that_has_grown_together_again_is_written_in_one_piece(hub: HubWorld) -> None:
    cover(hub, list(range(1, 8 * WRITTEN_WHOLE, 2)))
    cover(hub, list(range(2, 4 * WRITTEN_WHOLE, 2)))
    assert hub.count("covered_since") > 0
    cover(hub, list(range(4 * WRITTEN_WHOLE, 8 * WRITTEN_WHOLE, 2)))
    assert hub.count("covered_since") == 0
    ((covered,),) = hub.rows("SELECT covered FROM spools")
    assert covered == f"[[1,{8 * WRITTEN_WHOLE - 1}]]"


def test_what_lies_beside_never_outgrows_what_it_comes_to(hub: HubWorld) -> None:
    for turn in range(60):
        cover(hub, list(range(1 + 20 * turn, 20 + 20 * turn, 2)))
        assert hub.count("covered_since") <= max(WRITTEN_WHOLE, 10 * (turn + 1))


def test_a_commit_to_a_spool_in_many_pieces_costs_few_pages_of_the_log(hub: HubWorld) -> None:
    cover(hub, list(range(1, 2 * PIECES, 2)))
    hub.connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
    hub.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for turn in range(20):
        cover(hub, [2 * PIECES + 11 + 2 * turn])
    assert hub.path.with_name("hub.db-wal").stat().st_size <= 20 * 8 * WAL_PAGE_BYTES


def test_records_and_tombstones_between_the_pieces_are_covered_after_a_restart(hub: HubWorld) -> None:
    cover(hub, list(range(1, 4 * WRITTEN_WHOLE, 2)))
    expected = covered_in_database(hub)
    tombstone = record(
        9_000, "tombstone", of_class=2, ranges=[[2, 2], [4, 4]], count=2, reason="quota", first_at_ms=1, last_at_ms=2
    )
    hub.batch([reading(6), tombstone], low=6, following=9_001)
    hub.batch([reading(6), reading(8)], low=6, following=9_001)
    hub.start()
    expected.update([(2, 2), (4, 4), (6, 6), (8, 8), (9_000, 9_000)])
    assert covered_in_database(hub) == expected
