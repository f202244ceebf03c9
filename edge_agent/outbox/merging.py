"""Merging of level records when class 0 fills even its reserve.

Pure. Of the level records of one rise the first (when it began) and the newest (how it stands) stay as they are; those
between become one, the gravest of them, which counts how many it stands for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from contract.errors import MessageError
from contract.records import Level, decode_record
from edge_agent.outbox.schema import Row

LEAST_REPEATS = 2


@dataclass(frozen=True, slots=True)
class Merger:
    """Rows of one rise, and the one record that takes their place (its `seq` is to be given)."""

    removed: list[Row]
    merged: Level


def plan_mergers(page: Sequence[Row]) -> list[Merger]:
    """Return what can be merged among these rows of class 0, in order of `seq`."""
    rises: dict[tuple[str, str | None], list[tuple[Row, Level]]] = {}
    for row in page:
        try:
            record = decode_record(row.body)
        except MessageError:
            continue
        if isinstance(record, Level):
            rises.setdefault((record.source, record.decision_id), []).append((row, record))
    between = (rise[1:-1] for rise in rises.values())
    return [_merge(repeats) for repeats in between if len(repeats) >= LEAST_REPEATS]


def _merge(repeats: Sequence[tuple[Row, Level]]) -> Merger:
    levels = [level for _, level in repeats]
    gravest = max(levels, key=_gravity)
    stands_for = sum(max(1, level.repeats) for level in levels)
    return Merger(removed=[row for row, _ in repeats], merged=replace(gravest, repeats=stands_for))


def _gravity(level: Level) -> tuple[int, float]:
    severity = -1 if level.severity is None else level.severity
    return severity, -1e9 if level.stage_cm is None else level.stage_cm
