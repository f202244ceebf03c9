"""Goes along the audit log once, in bounded memory, and finds the first row that is not as it was written. Pure.

1. The rows are numbered from 1 without a hole, and the first begins the log.
2. Each row has the hash of itself and the row before.
3. A row that was witnessed has the hash of then, and has not gone, unless a restore explains it. One witness that
   disagrees ends nothing: the chain and the other witnesses are looked at all the same.

The hashes alone find a change that left later rows as they were. Who can write to the file can also compute every later
hash anew, or cut off the end: only the witnesses of rule 3 find that, and only up to the newest of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from hub.audit.action import Action
from hub.audit.chain import NOTHING_BEFORE, hash_of
from hub.audit.damage import LOOK_AHEAD_ROWS, Damage, DamageKind, damage_at
from hub.audit.dissent import Dissent, Origin, Restore, dissents, restore_of
from hub.audit.witness_file import HUB_ITSELF, Witness
from hub.storage.audit import Head, Row

SAY_EVERY_ROWS = 100_000


class Verified(Struct, frozen=True, kw_only=True):
    """What came out."""

    rows: int
    """How many rows are as they were written, counted from the first."""
    head: Head | None
    """The last of these."""
    witnesses: int
    """How many witnesses of boxes they agree with."""
    unreached: int = 0
    """How many witnesses speak of rows behind the damage: nothing can be said of them."""
    damage: Damage | None = None
    """The first row where the chain is broken."""
    dissents: tuple[Dissent, ...] = ()
    """Witnesses that disagree, those of this log first."""

    @property
    def is_whole(self) -> bool:
        """Answer whether nothing is damaged and nobody disagrees, but for what a restore explains."""
        return self.damage is None and all(one.origin is Origin.BEFORE_RESTORE for one in self.dissents)


class _Walk:
    """What is known so far."""

    def __init__(self, witnesses: Iterable[Witness]) -> None:
        self.head = Head(n=0, hash=NOTHING_BEFORE)
        self.unseen: dict[int, list[Witness]] = defaultdict(list)
        for witness in witnesses:
            self.unseen[witness.n].append(witness)
        self.agreed: list[Witness] = []
        self.disagreed: list[Damage] = []
        self.lives: list[str] = []
        self.restores: list[Restore] = []

    def pass_row(self, row: Row) -> None:
        """Take a row that follows the head."""
        if row.action == Action.LOG_BEGUN and row.n == 1:
            self.lives.append(row.subject)
        restore = restore_of(row)
        if restore is not None:
            self.restores.append(restore)
        shown = self.unseen.pop(row.n, ())
        self.agreed += [witness for witness in shown if witness.hash == row.hash]
        first_n = min(self.agreed[-1].n + 1, row.n) if self.agreed else 1
        self.disagreed += [
            Damage(kind=DamageKind.REWRITTEN, first_n=first_n, last_n=row.n, witness=witness)
            for witness in shown
            if witness.hash != row.hash
        ]
        self.head = Head(n=row.n, hash=row.hash)

    def end(self) -> None:
        """Take every witness of a row behind the last as one of a row that was removed."""
        for n, shown in sorted(self.unseen.items()):
            for witness in shown:
                gone = Damage(kind=DamageKind.REMOVED, first_n=self.head.n + 1, last_n=n, witness=witness)
                self.disagreed.append(gone)
        self.unseen.clear()


def verify(
    rows: Iterable[Row], *, witnesses: Iterable[Witness], say: Callable[[int], None], lives: Sequence[str] = ()
) -> Verified:
    """Return how far the log is whole.

    Args:
        rows: of the whole log, by number.
        witnesses: what boxes were shown; their numbers are 1 or more.
        say: told the number of rows done, every 100,000 rows.
        lives: epochs that are the log's own beside those that it names: the one that the database has now.
    """
    coming, walk = iter(rows), _Walk(witnesses)
    damage = None
    for row in coming:
        damage = _damage(walk.head, row, coming)
        if damage is not None:
            break
        walk.pass_row(row)
        if row.n % SAY_EVERY_ROWS == 0:
            say(row.n)
    unreached = sum(map(len, walk.unseen.values()))
    if damage is None:
        walk.end()
        unreached = 0
    return Verified(
        rows=walk.head.n,
        head=walk.head if walk.head.n else None,
        witnesses=sum(witness.node != HUB_ITSELF for witness in walk.agreed),
        unreached=unreached,
        damage=damage,
        dissents=dissents(
            walk.disagreed, agreed=walk.agreed, lives=[*walk.lives, *lives], restores=walk.restores
        ),
    )  # fmt: skip


def _damage(head: Head, row: Row, coming: Iterator[Row]) -> Damage | None:
    is_begun = row.n != 1 or row.action == Action.LOG_BEGUN
    if row.n == head.n + 1 and is_begun and row.hash == hash_of(head.hash, row):
        return None
    following = [later for _, later in zip(range(LOOK_AHEAD_ROWS), coming, strict=False)]
    return damage_at(head, row, following)
