"""What is otherwise in one drawing than in another, place by place. Pure.

A place that went and one that came with the same outline are one that was given another name.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from contract.views import Line, Outline, View, Zone

P = TypeVar("P", Zone, Line)


class Deed(StrEnum):
    """What was done to a place."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    """Its corners or ends are elsewhere."""
    TURNED = "turned"
    """Start and end of a line were exchanged: forward leads the other way."""
    OF_KIND = "of_kind"
    """A road is a bank now, or a bank a road."""
    SIDES_NAMED = "sides_named"
    """The directions of a line have other names."""


class Change(Struct, frozen=True, kw_only=True):
    """One change of one place."""

    deed: Deed
    kind: str
    """road, bank, line or purpose, as it is after the change."""
    name: str = ""
    was: str = ""
    """The name before, where it was another."""


def changes(before: View | None, after: View) -> tuple[Change, ...]:
    """Return what differs: the purpose, then zones, then lines, each by name."""
    held = before or View()
    return (
        *_of_purpose(held.purpose, after.purpose),
        *_of_places(held.zones, after.zones),
        *_of_places(held.lines, after.lines),
    )


def does_wipe(before: View | None, after: View) -> bool:
    """Answer whether a drawing leaves nothing to count, where there was something, or the box's own file holds."""
    is_bare = not after.zones and not after.lines
    return is_bare and (before is None or bool(before.zones or before.lines))


def _of_purpose(before: Outline | None, after: Outline | None) -> tuple[Change, ...]:
    if before == after:
        return ()
    deed = Deed.ADDED if before is None else Deed.REMOVED if after is None else Deed.MOVED
    return (Change(deed=deed, kind="purpose"),)


def _of_places(before: Mapping[str, P], after: Mapping[str, P]) -> list[Change]:
    gone = {name: place for name, place in before.items() if name not in after}
    found: list[Change] = []
    for name, place in sorted(after.items()):
        if name in before:
            found += _of_one(name, before[name], place)
            continue
        was = next((old for old, one in gone.items() if one == place), "")
        gone.pop(was, None)
        found.append(Change(deed=Deed.RENAMED if was else Deed.ADDED, kind=kind_of(place), name=name, was=was))
    return found + [Change(deed=Deed.REMOVED, kind=kind_of(place), name=name) for name, place in sorted(gone.items())]


def _of_one(name: str, before: Zone | Line, after: Zone | Line) -> list[Change]:
    deeds: list[Deed] = []
    if isinstance(before, Zone) and isinstance(after, Zone):
        deeds += [Deed.OF_KIND] * (before.kind != after.kind) + [Deed.MOVED] * (before.outline != after.outline)
    if isinstance(before, Line) and isinstance(after, Line):
        is_turned = (before.start, before.end) == (after.end, after.start)
        is_same = (before.start, before.end) == (after.start, after.end)
        deeds += [Deed.TURNED if is_turned else Deed.MOVED] * (not is_same)
        deeds += [Deed.SIDES_NAMED] * ((before.forward, before.backward) != (after.forward, after.backward))
    return [Change(deed=deed, kind=kind_of(after), name=name) for deed in deeds]


def kind_of(place: Zone | Line) -> str:
    """Return what a place is."""
    return place.kind.value if isinstance(place, Zone) else "line"
