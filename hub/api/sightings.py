"""What cameras counted over time, read in pieces; the same as JSON and as CSV.

A CSV has one line for each step of each zone or line; the classes of the contract have a column each.
"""

from collections.abc import Iterator, Sequence

from contract.clock import aware
from hub import spreadsheet
from hub.api.shapes.sighting import SightingStep, SightingStepName
from hub.sightings import tally as tallies
from hub.sightings.where import Eye, stretches, view_at
from hub.storage import cameras, outlines, sightings, view_bindings
from hub.storage.connection import Connection
from hub.storage.sightings import StepRow
from hub.storage.view_bindings import ViewBinding
from hub.wall.view_standing import CANNOT_SEE, ROAD_STATES, TOO_SLOW

CHUNK_STEPS = 1_000
LABELS = ("motorcycle", "car", "bus", "truck", "bicycle", "person", "boat")
DOUBTS = (TOO_SLOW, CANNOT_SEE)
_HEAD = ("time", "node", "source", "view", "zone", "kind", "count", "mean", "forward", "backward", *LABELS, "other",
         "occupied", "stopped", "longest_stop_s", *(f"{state}_s" for state in ROAD_STATES), "windows", "seconds",
         "frames", *DOUBTS)  # fmt: skip


def steps(
    connection: Connection,
    *,
    step: SightingStepName,
    from_ms: int,
    to_ms: int,
    view_id: str | None = None,
    node_id: str | None = None,
    source: str | None = None,
    zone: str | None = None,
) -> Iterator[SightingStep]:
    """Yield the series by camera, each oldest first; no read stays open for long.

    Args:
        connection: to read with.
        step: seconds.
        from_ms: UTC ms, included.
        to_ms: UTC ms, not included.
        view_id: only what was counted there, whichever camera looked at it.
        node_id: only of this box.
        source: only of cameras of this name.
        zone: only of zones and lines of this name.
    """
    bindings = view_bindings.all_bindings(connection)
    lines = {(view_id, name) for view_id, one in outlines.newest(connection).items() for name in one.drawing.lines}
    for camera in cameras.all_cameras(connection):
        if node_id not in {None, camera.node_id} or source not in {None, camera.source}:
            continue
        eye = (camera.node_id, camera.source)
        for begin_ms, end_ms in _when(bindings, eye, view_id, from_ms=from_ms, to_ms=to_ms):
            for row in rows_of(connection, camera.camera_no, step_s=int(step), from_ms=begin_ms, to_ms=end_ms):
                if zone in {None, row.place}:
                    looked_at = view_at(bindings, eye, row.start_ms)
                    yield _step(row, eye, looked_at, is_a_line=(looked_at, row.place) in lines)


def csv_header() -> str:
    """Return the first line of a CSV."""
    return ",".join(_HEAD) + "\n"


def csv_line(step: SightingStep) -> str:
    """Return one line of a CSV."""
    named = [step.by_label.get(label, 0) for label in LABELS]
    cells: list[str | float | None] = [
        aware(step.at_ms).isoformat(timespec="seconds"),
        step.node_id,
        step.source,
        step.view_id or "",
        step.zone,
        "line" if step.is_line else "zone",
        step.count,
        step.mean,
        sum(step.forward.values()),
        sum(step.backward.values()),
        *named,
        sum(step.by_label.values()) - sum(named),
        step.occupied,
        step.stopped,
        step.longest_stop_s,
        *(step.states.get(state, 0.0) for state in ROAD_STATES),
        step.windows,
        step.seconds,
        step.frames,
        *(step.doubts.get(doubt, 0) for doubt in DOUBTS),
    ]
    return ",".join(_cell(cell) for cell in cells) + "\n"


def _when(
    bindings: Sequence[ViewBinding], eye: Eye, view_id: str | None, *, from_ms: int, to_ms: int
) -> list[tuple[int, int]]:
    """Return when a camera looked at a view; without one, all of the time that was asked for."""
    if view_id is None:
        return [(from_ms, to_ms)]
    found = stretches(bindings, view_id, from_ms=from_ms, to_ms=to_ms)
    return [(one.from_ms, one.to_ms) for one in found if one.eye == eye]


def rows_of(connection: Connection, camera_no: int, *, step_s: int, from_ms: int, to_ms: int) -> Iterator[StepRow]:
    """Yield the steps of one camera, oldest first, in pieces; times UTC ms, `to_ms` not included."""
    after = (from_ms, "")
    while True:
        chunk = sightings.steps(connection, camera_no, step_s=step_s, after=after, to_ms=to_ms, limit=CHUNK_STEPS)
        yield from chunk
        if len(chunk) < CHUNK_STEPS:
            return
        after = (chunk[-1].start_ms, chunk[-1].place)


def _step(row: StepRow, eye: Eye, view_id: str | None, *, is_a_line: bool) -> SightingStep:
    tally = tallies.decode(row.tally)
    is_line = tally.is_line or is_a_line
    both = {name: tally.forward.get(name, 0) + tally.backward.get(name, 0) for name in tally.forward | tally.backward}
    rate = tally.crossings * 60 / tally.seconds if tally.seconds else 0.0
    return SightingStep(
        at_ms=row.start_ms,
        view_id=view_id,
        node_id=eye[0],
        source=eye[1],
        zone=row.place,
        is_line=is_line,
        windows=tally.windows,
        seconds=tally.seconds,
        frames=tally.frames,
        count=tally.crossings if is_line else tally.most,
        mean=round(rate if is_line else tally.total / max(tally.windows, 1), 3),
        by_label=both if is_line else tally.by_label,
        forward=tally.forward,
        backward=tally.backward,
        occupied=None if is_line or not tally.seconds else round(tally.occupied_s / tally.seconds, 4),
        stopped=tally.stopped,
        longest_stop_s=tally.longest_stop_s,
        states=tally.states,
        doubts=tally.doubts,
    )


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return f"{value:.10g}"
    value = spreadsheet.as_cell(value)
    return '"' + value.replace('"', '""') + '"' if any(sign in value for sign in ',"\r\n') else value
