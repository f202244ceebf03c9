"""Which camera looked at which view, and when. Pure.

A camera's sightings from before it was first bound belong to its first view; those from when it was bound nowhere, to
none. `hub.rivers.rollup_desk` has the same rule for gauges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.storage.view_bindings import ViewBinding

Eye = tuple[str, str]
"""Node id and source of a camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A camera at a view from a time to a time, UTC ms."""

    eye: Eye
    from_ms: int
    to_ms: int


def unbound_id(eye: Eye) -> str:
    """Return under what a camera without a view is shown; no view can be called so, for the dot."""
    return f"{eye[0]}.{eye[1]}"


def stretches(bindings: Sequence[ViewBinding], view_id: str, *, from_ms: int, to_ms: int) -> list[Stretch]:
    """Return who looked at a view between two times, oldest binding first.

    Args:
        bindings: all of them, oldest first.
        view_id: of the view.
        from_ms: included.
        to_ms: not included.
    """
    firsts: dict[Eye, int] = {}
    found = []
    for one in bindings:
        eye = (one.node_id, one.source)
        begin_ms = 0 if firsts.setdefault(eye, one.id) == one.id else one.bound_ms
        begin_ms = max(begin_ms, from_ms)
        end_ms = to_ms if one.ended_ms is None else min(one.ended_ms, to_ms)
        if one.view_id == view_id and begin_ms < end_ms:
            found.append(Stretch(eye=eye, from_ms=begin_ms, to_ms=end_ms))
    return found


def view_at(bindings: Sequence[ViewBinding], eye: Eye, at_ms: int) -> str | None:
    """Return the view at which a camera looked at a time; `bindings` oldest first."""
    of_eye = [one for one in bindings if (one.node_id, one.source) == eye]
    for one in reversed(of_eye):
        if one.bound_ms <= at_ms and (one.ended_ms is None or at_ms < one.ended_ms):
            return one.view_id
    return of_eye[0].view_id if of_eye and at_ms < of_eye[0].bound_ms else None
