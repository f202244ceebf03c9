"""Holds what a box has committed against what the hub has: nothing lost, nothing doubled, nothing changed on the way.

The hub's own book-keeping is not trusted: rows are counted, and bodies are compared with those in the outbox file and
with what the producer said of them when it committed them.
"""

import json
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from contract.seq_ranges import SeqRanges
from edge_agent.outbox.errors import FileUnreadableError
from edge_agent.outbox.guest import guest
from edge_agent.outbox.reader import OutboxReader, SpoolView
from hub.storage import connection as hub_database
from tests.support.processes import wait_until
from tests.support.producer import Told, digest_of
from tests.support.town import Town


def view_of(outbox: Path) -> SpoolView | None:
    """Return where an outbox stands, None if it is away this moment."""
    try:
        return OutboxReader.open(outbox).view()
    except FileUnreadableError:
        return None


def wait_for_view(outbox: Path) -> SpoolView:
    """Return where an outbox stands, as soon as it can be read."""
    view = wait_until(lambda: view_of(outbox), what=f"{outbox} to be readable")
    assert view is not None
    return view


def rows_in(outbox: Path) -> dict[int, tuple[int, bytes]]:
    """Return seq to (class, body) of all that an outbox file holds, acknowledged or not."""
    with guest(outbox) as connection:
        return {
            seq: (record_class, body)
            for record_class in range(4)
            for seq, body in connection.execute(f"SELECT seq, body FROM class{record_class}")  # noqa: S608
        }


def bodies_at_hub(town: Town, spool_id: str) -> dict[int, bytes]:
    """Return seq to body of all records of a spool at the hub; a `seq` that stands there twice fails."""
    with closing(hub_database.read_only(town.database)) as connection:
        rows = connection.execute(
            "SELECT seq, body FROM records JOIN spools USING (spool_no) WHERE spool_id = ?", (spool_id,)
        ).fetchall()
    twice = [seq for seq, count in Counter(seq for seq, _ in rows).items() if count > 1]
    assert not twice, f"records of spool {spool_id} that stand there twice: {twice}"
    return dict(rows)


def named_at_hub(town: Town, spool_id: str) -> SeqRanges:
    """Return what tombstones that have arrived stand for, read from the records themselves."""
    rows = town.rows(
        "SELECT body FROM records JOIN spools USING (spool_no) WHERE spool_id = ? AND kind = 'tombstone'", spool_id
    )
    named = SeqRanges()
    for (body,) in rows:
        named.update(json.loads(body)["ranges"])
    return named


def has_all(town: Town, view: SpoolView) -> bool:
    """Answer whether the hub says that it has all that a spool had given out when it was looked at."""
    found = town.value("SELECT covered FROM spools WHERE spool_id = ?", view.spool)
    return not SeqRanges(json.loads(found or "[]")).holes(1, view.next - 1)


def verify_all_arrived(town: Town, *outboxes: Path, told: Iterable[Told] = (), deadline_s: float = 60) -> int:
    """Wait until the hub says it has all that lies in these outboxes now, and hold both against each other.

    Fails unless all that was ever committed there is at the hub exactly once and unchanged.

    Args:
        town: whose hub.
        outboxes: their producers may go on; what they add meanwhile is not looked at.
        told: what producers said of their commits.
        deadline_s: real seconds until all must have arrived.

    Returns:
        How many records that are.
    """
    views = [(outbox, wait_for_view(outbox)) for outbox in outboxes]
    for outbox, view in views:
        wait_until(
            lambda: has_all(town, view),  # noqa: B023 - asked within this turn
            what=f"the hub to have all of {outbox}",
            deadline_s=deadline_s,
            poll_s=0.1,
        )
    for outbox, view in views:
        _verify_same(town, outbox, view, [line for line in told if line.spool == view.spool and line.seq < view.next])
    return sum(view.next - 1 for _, view in views)


def _verify_same(town: Town, outbox: Path, view: SpoolView, told: Iterable[Told]) -> None:
    stored, named = bodies_at_hub(town, view.spool), named_at_hub(town, view.spool)
    kept = rows_in(outbox)
    missing = [seq for seq in range(1, view.next) if seq not in stored and seq not in named]
    assert not missing, f"{outbox.name}: committed and not at the hub: {missing[:20]} ({len(missing)})"
    strangers = [seq for seq in stored if seq >= view.next and seq not in kept]
    assert not strangers, f"{outbox.name}: at the hub and never committed: {strangers[:20]}"
    changed = [seq for seq, (_, body) in kept.items() if seq in stored and stored[seq] != body]
    assert not changed, f"{outbox.name}: changed on the way: {changed[:20]}"
    for line in told:
        if line.seq in stored:
            assert digest_of(stored[line.seq]) == line.digest, f"{outbox.name}: record {line.seq} is another one"
        else:
            assert line.record_class > 0, f"{outbox.name}: class 0 record {line.seq} was promised and dropped"


def verify_no_incident(town: Town) -> None:
    """Fail if the hub believes that anything was lost, changed or unreadable."""
    assert town.rows("SELECT * FROM gaps WHERE kind <> 'policy'") == []
    assert town.rows("SELECT sum(lost_count) FROM spools") == [(0,)]
    assert town.rows("SELECT node_id, spool_id, seq FROM conflicts") == []
    assert town.rows("SELECT reason, error FROM dead_letters") == []
    assert town.rows("SELECT node_id, standing, reason FROM standings") == []
