"""Bars that a maintainer sets for an evaluation, and whether each set reached them.

A bar is `[SET:]WHAT=LIMIT`; without SET it is for every set that has an answer. WHAT is one of the questions (LIMIT is
then the least gain in points of recall at the baseline's precision), `ms` (at most so many times the baseline's
milliseconds), `cpu_ms` (the same of processor time, for a machine that has other work) or `counts` (at each line and
direction at most so many off, classes that people mix up as one). A bar that nothing answers is missed: a name spelled
wrongly is never a pass.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.evaluation.questions import QUESTIONS
from models.evaluation.report import BarResult, SetReport

MS = "ms"
CPU_MS = "cpu_ms"
COUNTS = "counts"
WHATS = (*(one.name for one in QUESTIONS), MS, CPU_MS, COUNTS)
_MOST = (MS, CPU_MS, COUNTS)
NOBODY = "–"
"""Stands for the set of a bar that no set answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a maintainer asks for."""

    set_name: str | None
    what: str
    limit: float

    def __str__(self) -> str:
        """Return it as the command line has it."""
        return f"{'' if self.set_name is None else self.set_name + ':'}{self.what}={self.limit:g}"


def parsed(text: str) -> Bar:
    """Return the bar that a command line asks for.

    Raises:
        ValueError: says what was expected.
    """
    place, _, number = text.rpartition("=")
    set_name, _, what = place.rpartition(":")
    if what not in WHATS:
        raise ValueError(f"{what!r}: diharapkan / expected [SET:]WHAT=LIMIT, WHAT {', '.join(WHATS)}")
    try:
        limit = float(number)
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit) or (what in _MOST and limit < 0):
        raise ValueError(f"{number!r}: diharapkan bilangan / expected a number, {what}=2 for example")
    return Bar(set_name=set_name or None, what=what, limit=limit)


def judged(bars: Sequence[Bar], sets: Sequence[SetReport]) -> tuple[BarResult, ...]:
    """Return what became of each bar, set by set."""
    return tuple(result for bar in bars for result in _of_bar(bar, sets))


def _of_bar(bar: Bar, sets: Sequence[SetReport]) -> tuple[BarResult, ...]:
    asked = [one for one in sets if bar.set_name in (None, one.name)]
    found = [(one.name, value) for one in asked for value in _values(bar, one)]
    if not found:
        return (_result(bar, bar.set_name or NOBODY, None),)
    return tuple(_result(bar, name, value) for name, value in found)


def _values(bar: Bar, one: SetReport) -> Iterator[float]:
    """Yield the one value of a set that a bar is about, if it has one."""
    if bar.what in (MS, CPU_MS):
        if one.time is not None:
            yield one.time.ratio if bar.what == MS else one.time.cpu_ratio
    elif bar.what == COUNTS:
        errors = [abs(row.error) for clip in one.clips for row in clip.together or clip.by_class]
        if errors:
            yield max(errors)
    else:
        yield from (row.gain_points for row in one.rows if row.question == bar.what and row.gain_points is not None)


def _result(bar: Bar, set_name: str, value: float | None) -> BarResult:
    is_most = bar.what in _MOST
    is_met = value is not None and (value <= bar.limit if is_most else value >= bar.limit)
    return BarResult(bar=str(bar), set_name=set_name, what=bar.what, limit=bar.limit, value=value, is_met=is_met)
