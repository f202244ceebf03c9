"""What was done to the audit log where the chain breaks. Pure.

That it breaks, and where, is certain. The kind is read from the rows behind: they still carry the hashes of when they
were written. Where these do not say, it is called touched.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from hub.audit.chain import follows, hash_of
from hub.audit.witness_file import Witness
from hub.storage.audit import Head, Row

LOOK_AHEAD_ROWS = 200
"""How far behind the break rows are looked for; more that were put in or taken out at once count as touched."""


class DamageKind(StrEnum):
    """What was done."""

    TOUCHED = "touched"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    """All hashes fit, and a box was shown another row: the log was computed anew from some row on."""


class Damage(Struct, frozen=True, kw_only=True):
    """The first damage: rows `first_n` to `last_n`, both included; of a rewriting, it began at one of these."""

    kind: DamageKind
    first_n: int
    last_n: int
    witness: Witness | None = None

    @property
    def is_removal(self) -> bool:
        """Answer whether rows are not there."""
        return self.kind is DamageKind.REMOVED


def damage_at(head: Head, row: Row, following: Sequence[Row]) -> Damage:
    """Return what was done between `head`, the last row that is whole, and `row`.

    Args:
        head: number and hash of the last good row.
        row: that should follow it and does not.
        following: the rows after `row`, up to `LOOK_AHEAD_ROWS`.
    """
    n = head.n + 1
    if row.n > n:
        return Damage(kind=DamageKind.REMOVED, first_n=n, last_n=row.n - 1)
    if row.n < n:
        return Damage(kind=DamageKind.INSERTED, first_n=row.n, last_n=row.n)
    rows = [row, *following]
    ahead = next((ahead for ahead, later in enumerate(rows) if ahead and follows(head.hash, later, n=n)), None)
    if ahead is not None:
        if _are_of_the_log(rows, ahead, n):
            return Damage(kind=DamageKind.REORDERED, first_n=n, last_n=rows[ahead].n)
        return Damage(kind=DamageKind.INSERTED, first_n=n, last_n=n + ahead - 1)
    return _touched_or_removed(head, row, following)


def _are_of_the_log(rows: Sequence[Row], ahead: int, n: int) -> bool:
    """Answer whether the rows before the one that belongs here are old rows in a wrong place, and none put in."""
    right = rows[ahead]
    if any(follows(right.hash, displaced, n=n + 1) for displaced in rows[:ahead]):
        return True
    return any(follows(displaced.hash, later) for displaced in rows[:ahead] for later in rows[ahead + 1 :])


def _touched_or_removed(head: Head, row: Row, following: Sequence[Row]) -> Damage:
    touched = Damage(kind=DamageKind.TOUCHED, first_n=row.n, last_n=row.n)
    if not following:
        return touched
    after = following[0]
    if follows(row.hash, after) or follows(hash_of(head.hash, row), after):
        return touched
    for count in range(1, LOOK_AHEAD_ROWS + 1):
        if follows(row.hash, after, n=after.n + count):
            return Damage(kind=DamageKind.REMOVED, first_n=row.n, last_n=row.n + count - 1)
    return touched
