"""Goes along the audit log once, in bounded memory, and finds the first row that is not as it was written. Pure.

1. The rows are numbered from 1 without a hole, and the first begins the log.
2. Each row has the hash of itself and the row before.
3. A row that a box was shown has the hash that it was shown, and has not gone.

The hashes alone find a change that left later rows as they were. Who can write to the file can also compute every later
hash anew, or cut off the end: only the witnesses of rule 3 find that, and only up to the newest of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from hub.audit.action import Action
from hub.audit.chain import NOTHING_BEFORE, hash_of
from hub.audit.damage import LOOK_AHEAD_ROWS, Damage, DamageKind, damage_at
from hub.audit.witness_file import Witness
from hub.storage.audit import Head, Row

SAY_EVERY_ROWS = 100_000


class Verified(Struct, frozen=True, kw_only=True):
    """What came out."""

    rows: int
    """How many rows are as they were written, counted from the first."""
    head: Head | None
    """The last of these."""
    witnesses: int
    """How many witnesses they agree with."""
    damage: Damage | None = None


def verify(rows: Iterable[Row], *, witnesses: Iterable[Witness], say: Callable[[int], None]) -> Verified:
    """Return how far the log is whole.

    Args:
        rows: of the whole log, by number.
        witnesses: what boxes were shown.
        say: told the number of rows done, every 100,000 rows.
    """
    coming, shown = iter(rows), _by_number(witnesses)
    head = Head(n=0, hash=NOTHING_BEFORE)
    witnessed_n = agreed = 0
    for row in coming:
        damage = _damage(head, row, coming)
        for witness in shown.pop(row.n, ()) if damage is None else ():
            if witness.hash != row.hash:
                damage = Damage(kind=DamageKind.REWRITTEN, first_n=witnessed_n + 1, last_n=row.n, witness=witness)
                break
            witnessed_n, agreed = row.n, agreed + 1
        if damage is not None:
            return _verified(head, agreed, damage)
        head = Head(n=row.n, hash=row.hash)
        if row.n % SAY_EVERY_ROWS == 0:
            say(row.n)
    return _verified(head, agreed, _cut_off(head, shown))


def _damage(head: Head, row: Row, coming: Iterator[Row]) -> Damage | None:
    is_begun = row.n != 1 or row.action == Action.LOG_BEGUN
    if row.n == head.n + 1 and is_begun and row.hash == hash_of(head.hash, row):
        return None
    following = [later for _, later in zip(range(LOOK_AHEAD_ROWS), coming, strict=False)]
    return damage_at(head, row, following)


def _verified(head: Head, agreed: int, damage: Damage | None) -> Verified:
    return Verified(rows=head.n, head=head if head.n else None, witnesses=agreed, damage=damage)


def _by_number(witnesses: Iterable[Witness]) -> dict[int, list[Witness]]:
    shown: dict[int, list[Witness]] = defaultdict(list)
    for witness in witnesses:
        shown[witness.n].append(witness)
    return shown


def _cut_off(head: Head, unseen: dict[int, list[Witness]]) -> Damage | None:
    """Return the damage of a log that ends before a row that a box was shown."""
    if not unseen:
        return None
    last_n = max(unseen)
    return Damage(kind=DamageKind.REMOVED, first_n=head.n + 1, last_n=last_n, witness=unseen[last_n][0])
