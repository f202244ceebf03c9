"""Witnesses that the audit log does not agree with, sorted by the life of the database that they speak of. Pure.

1. A witness of a life that this log names contradicts it: the log was rewritten or cut off, or that box says what is
   not so. Which of both is told by the other boxes: who agrees with a later row agrees with all rows before it.
2. A restore that is written down explains a witness of the life before it, from the row of the restore on, if the box
   kept it before the restore. Whoever rewrites the log can write down a restore too, so people are told of it.
3. A witness of a life that this log never heard of is of another hub; or the log's first row was written anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct

from hub.audit.action import Action
from hub.audit.damage import Damage
from hub.audit.witness_file import HUB_ITSELF, Witness
from hub.storage.audit import Row

CLOCKS_APART_MS = 24 * 3600 * 1000
"""By how much a box's clock may be ahead of the hub's, in a witness of before a restore."""


class Origin(StrEnum):
    """Of which life of the database a witness speaks."""

    THIS_LOG = "this_log"
    BEFORE_RESTORE = "before_restore"
    UNKNOWN = "unknown"


class Restore(Struct, frozen=True, kw_only=True):
    """A restore as the log has it: row, time, the lives that ended with it, and the one that began."""

    n: int
    at_ms: int
    before: frozenset[str]
    begun: str

    def explains(self, witness: Witness) -> bool:
        """Answer whether the row that was witnessed may have gone with this restore."""
        is_in_time = witness.at_ms <= self.at_ms + CLOCKS_APART_MS
        return witness.db_epoch in self.before and witness.n >= self.n and is_in_time


class Dissent(Struct, frozen=True, kw_only=True):
    """Witnesses of one origin; the damage tells the first of them."""

    origin: Origin
    damage: Damage
    witnesses: int
    nodes: int
    """Boxes that have kept them, the hub itself not counted."""
    agreeing_nodes: int
    """Boxes that agree with the log at this row or a later one, and with that also at this."""
    restore: Restore | None = None


class _Detail(Struct):
    before: str = ""
    marked: str = ""


_DETAIL = msgspec.json.Decoder(_Detail)


def restore_of(row: Row) -> Restore | None:
    """Return the restore that a row tells of, or None."""
    if row.action != Action.LOG_RESTORED:
        return None
    try:
        row = msgspec.convert(msgspec.structs.asdict(row), Row)  # what was written past us need not be of these types
        detail = _DETAIL.decode(row.detail)
    except msgspec.DecodeError:
        return None
    before = frozenset({detail.before, detail.marked} - {""})
    return Restore(n=row.n, at_ms=row.at_ms, before=before, begun=row.subject)


def dissents(
    found: Iterable[Damage], *, agreed: Iterable[Witness], lives: Iterable[str], restores: Sequence[Restore]
) -> tuple[Dissent, ...]:
    """Return the witnesses that disagree, by origin.

    Args:
        found: one a witness, each with its witness.
        agreed: the witnesses that the log agrees with.
        lives: epochs that the log or its database calls its own.
        restores: as the log has them.
    """
    known = {*lives, *(life for restore in restores for life in {*restore.before, restore.begun})}
    agreed_n: dict[str, int] = {}
    for witness in agreed:
        if witness.node == HUB_ITSELF:
            continue
        agreed_n[witness.node] = max(witness.n, agreed_n.get(witness.node, 0))
    groups: dict[Origin, list[tuple[Damage, Witness, Restore | None]]] = defaultdict(list)
    for damage in found:
        if damage.witness is not None:
            restore = next((restore for restore in restores if restore.explains(damage.witness)), None)
            groups[_origin(damage.witness, restore, known)].append((damage, damage.witness, restore))
    return tuple(_told(origin, groups[origin], agreed_n) for origin in Origin if origin in groups)


def _origin(witness: Witness, restore: Restore | None, known: set[str]) -> Origin:
    if restore is not None:
        return Origin.BEFORE_RESTORE
    return Origin.THIS_LOG if witness.db_epoch in known else Origin.UNKNOWN


def _told(
    origin: Origin, group: list[tuple[Damage, Witness, Restore | None]], agreed_n: dict[str, int]
) -> Dissent:  # fmt: skip
    damage, first, restore = min(group, key=lambda one: (one[1].n, one[1].node == HUB_ITSELF))
    last_n = max(one.last_n for one, _, _ in group if one.kind is damage.kind)
    nodes = {witness.node for _, witness, _ in group} - {HUB_ITSELF}
    return Dissent(
        origin=origin,
        damage=msgspec.structs.replace(damage, last_n=last_n if damage.is_removal else damage.last_n),
        witnesses=len(group),
        nodes=len(nodes),
        agreeing_nodes=sum(n >= first.n for n in agreed_n.values()),
        restore=restore,
    )
