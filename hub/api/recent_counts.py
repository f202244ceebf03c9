"""What the number of each view was in the last hours, as a small chart for lists and tiles.

The number is that of the view: of all lines together the crossings per minute, or where there are none of all zones
together the mean of the windows' most at once. Both can be added, over places and over windows.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, structs

from hub.api.shapes.view import WallView
from hub.api.sightings import rows_of
from hub.sightings import tally as tallies
from hub.sightings.tally import Tally
from hub.sightings.where import Eye, Stretch, stretches
from hub.storage import cameras, view_bindings
from hub.storage.connection import Connection
from hub.storage.sightings import StepRow
from hub.storage.view_bindings import ViewBinding
from hub.wall.counts_chart import LEAST_SEEN, SMALL, CountsChart, CountStep, counts_chart, fitting_span
from hub.wall.hydrograph import HOUR_MS, Span
from hub.wall.view_standing import CANNOT_SEE
from hub.wall.wording import Wording

SPAN = Span(name="6j", hours=6, step_s=600, tick_hours=6)
"""On a fast clock the steps are hours, and there are as many."""
ALL = "all"


class RecentCounts(Struct, frozen=True, kw_only=True):
    """The last hours of one view."""

    chart: CountsChart
    words: str
    """What the chart shows, for who cannot see it."""
    most: str
    """The highest bar and its hour; empty: nothing was seen."""


def recent_counts(
    connection: Connection, views: Sequence[WallView], *, now_ms: int, rate: float, wording: Wording
) -> dict[str, RecentCounts]:
    """Return view id to what was counted there in the last hours, whichever camera looked at it.

    Args:
        connection: to read with.
        views: of which it is wanted.
        now_ms: the hub's clock, scaled UTC ms.
        rate: of that clock to real time.
        wording: for hours and figures.
    """
    bindings = view_bindings.all_bindings(connection)
    numbers = {(one.node_id, one.source): one.camera_no for one in cameras.all_cameras(connection)}
    span = recent_span(rate)
    step_ms = 1000 * span.step_s
    from_ms = now_ms // step_ms * step_ms + step_ms - span.hours * HOUR_MS
    found = {}
    for view in views:
        rows = _rows(connection, _when(view, bindings, from_ms=from_ms, to_ms=now_ms + 1), numbers, span.step_s)
        steps = _together(rows, view, span_s=span.step_s, now_ms=now_ms, rate=max(1.0, rate))
        found[view.id] = _recent(steps, view, span=span, now_ms=now_ms, wording=wording)
    return found


def recent_span(rate: float) -> Span:
    """Return which hours are shown on a clock of so many times real time: as many steps on each."""
    span = fitting_span(SPAN, rate=rate)
    return structs.replace(span, hours=span.hours * span.step_s // SPAN.step_s)


def _when(view: WallView, bindings: Sequence[ViewBinding], *, from_ms: int, to_ms: int) -> list[Stretch]:
    if view.is_bound:
        return stretches(bindings, view.id, from_ms=from_ms, to_ms=to_ms)
    if view.node_id is None or view.source is None:
        return []
    return [Stretch(eye=(view.node_id, view.source), from_ms=from_ms, to_ms=to_ms)]


def _rows(
    connection: Connection, when: Sequence[Stretch], numbers: Mapping[Eye, int], step_s: int
) -> Iterator[StepRow]:
    for one in when:
        if one.eye in numbers:
            yield from rows_of(connection, numbers[one.eye], step_s=step_s, from_ms=one.from_ms, to_ms=one.to_ms)


def _together(rows: Iterator[StepRow], view: WallView, *, span_s: int, now_ms: int, rate: float) -> list[CountStep]:
    """Return a bar for each step, all places that the view's number counts together."""
    lines = set() if view.drawing is None else set(view.drawing.lines)
    bars: dict[int, CountStep] = {}
    for row in rows:
        tally = tallies.decode(row.tally)
        is_line = tally.is_line or row.place in lines
        if is_line is not (view.unit == "per_minute"):
            continue
        # The step of now is not over: what there was of it is all that could be looked at.
        passed_s = min(span_s, max(1.0, (now_ms - row.start_ms) / 1000))
        blind = tally.doubts.get(CANNOT_SEE, 0) / max(tally.windows, 1)
        seen = min(1.0, tally.seconds * rate / passed_s) * (1 - min(1.0, blind))
        if seen < LEAST_SEEN:
            continue
        count = _number(tally, is_line=is_line)
        before = bars.get(row.start_ms)
        bars[row.start_ms] = CountStep(
            at_ms=row.start_ms,
            by_label={ALL: count + (0.0 if before is None else before.by_label[ALL])},
            seen=max(seen, 0.0 if before is None else before.seen),
            is_least=bool(tally.doubts) or (before is not None and before.is_least),
        )
    return [bars[at_ms] for at_ms in sorted(bars)]


def _number(tally: Tally, *, is_line: bool) -> float:
    if is_line:
        return 60 * tally.crossings / tally.seconds
    return tally.total / tally.windows


def _recent(steps: Sequence[CountStep], view: WallView, *, span: Span, now_ms: int, wording: Wording) -> RecentCounts:
    chart = counts_chart(steps, SMALL, span=span, now_ms=now_ms, wording=wording)
    most = max(steps, key=lambda step: step.by_label[ALL], default=None)
    if most is None:
        return RecentCounts(chart=chart, words=wording.say("{n} jam terakhir: tidak dilihat", n=span.hours), most="")
    count = ("≥ " if most.is_least else "") + wording.decimal(most.by_label[ALL], 0)
    time = wording.time(most.at_ms)
    unit = wording.say("lewat / mnt") if view.unit == "per_minute" else wording.say("rata-rata sekaligus")
    unseen = round(100 * sum(width for _, width in chart.holes) / (SMALL.width - SMALL.left - SMALL.right))
    return RecentCounts(
        chart=chart,
        words=wording.say(
            "{n} jam terakhir: tertinggi {count} {unit}, pukul {time}; tidak dilihat {percent} %",
            n=span.hours, count=count, unit=unit, time=time, percent=unseen,
        ),
        most=wording.say("tertinggi {count} pukul {time}", count=count, time=time),
    )  # fmt: skip
