"""A recorded stage series: `time` (ISO 8601 with zone) and `stage_cm`; other columns are left alone.

Between two samples the stage is drawn as a straight line and says so. Across a real hole no line is drawn.
"""

import csv
import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median_low

from edge_agent.gauges.errors import SeriesError

MAX_BRIDGED_STEPS = 3
"""As for stale readings: what is missing for more than three steps is not known."""

FEWEST_SAMPLES = 2

_BEYOND_THE_HEAD = "\x00"
"""What the reader calls values without a column; no head line can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStage:
    """The stage of a series at one instant."""

    stage_cm: float
    is_interpolated: bool


class StageSeries:
    """Stage in cm over UTC milliseconds, strictly rising in time; never changed once made."""

    def __init__(self, samples: Iterable[tuple[int, float]]) -> None:
        """Take (time UTC ms, stage cm) pairs, oldest first.

        Raises:
            SeriesError: fewer than two, not finite, or not rising in time.
        """
        self._times_ms = array("q")
        self._stages_cm = array("d")
        for at_ms, stage_cm in samples:
            if self._times_ms and at_ms <= self._times_ms[-1]:
                raise SeriesError(f"series: times must rise, got {at_ms} ms after {self._times_ms[-1]} ms")
            if not math.isfinite(stage_cm):
                raise SeriesError(f"series: stage_cm must be a finite number, got {stage_cm} at {at_ms} ms")
            self._times_ms.append(at_ms)
            self._stages_cm.append(stage_cm)
        if len(self._times_ms) < FEWEST_SAMPLES:
            raise SeriesError(f"series: {FEWEST_SAMPLES} samples or more are needed, got {len(self._times_ms)}")
        gaps_ms = (later - earlier for earlier, later in zip(self._times_ms, self._times_ms[1:], strict=False))
        self.step_ms = median_low(gaps_ms)

    def __len__(self) -> int:
        return len(self._times_ms)

    @property
    def first_ms(self) -> int:
        """Time of the first sample, UTC ms."""
        return self._times_ms[0]

    @property
    def last_ms(self) -> int:
        """Time of the last sample, UTC ms."""
        return self._times_ms[-1]

    @property
    def period_ms(self) -> int:
        """After how many ms the series begins again when it is repeated: its span and one step."""
        return self.last_ms - self.first_ms + self.step_ms

    def at(self, at_ms: int) -> SeriesStage | None:
        """Return the stage at a time, UTC ms; None before, after, and in a hole of over three steps."""
        after = bisect_right(self._times_ms, at_ms)
        if after == 0:
            return None
        before = after - 1
        if self._times_ms[before] == at_ms:
            return SeriesStage(stage_cm=self._stages_cm[before], is_interpolated=False)
        if after == len(self._times_ms):
            return None
        gap_ms = self._times_ms[after] - self._times_ms[before]
        if gap_ms > MAX_BRIDGED_STEPS * self.step_ms:
            return None
        return self._between(before, after, (at_ms - self._times_ms[before]) / gap_ms)

    def at_repeated(self, at_ms: int) -> SeriesStage | None:
        """Return the stage at a time, UTC ms, of the series played again and again; None before it and in a hole."""
        if at_ms < self.first_ms:
            return None
        wrapped_ms = self.first_ms + (at_ms - self.first_ms) % self.period_ms
        if wrapped_ms <= self.last_ms:
            return self.at(wrapped_ms)
        return self._between(-1, 0, (wrapped_ms - self.last_ms) / self.step_ms)

    def _between(self, before: int, after: int, share: float) -> SeriesStage:
        start_cm, end_cm = self._stages_cm[before], self._stages_cm[after]
        return SeriesStage(stage_cm=start_cm + share * (end_cm - start_cm), is_interpolated=True)


def read_series(path: Path) -> StageSeries:
    """Return the series of a CSV file; a row with an empty stage is a hole.

    Raises:
        SeriesError: the file cannot be read or does not have the form; the text says where.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return StageSeries(_samples(csv.DictReader(file, restkey=_BEYOND_THE_HEAD)))
    except SeriesError as exc:
        raise SeriesError(f"{path}: {exc}") from exc
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise SeriesError(f"{path}: the series cannot be read: {exc}. Check the path and the file.") from exc


def _samples(reader: "csv.DictReader[str]") -> Iterator[tuple[int, float]]:
    missing = {"time", "stage_cm"} - set(reader.fieldnames or ())
    if missing:
        raise SeriesError(f"the head line must name time and stage_cm, {' and '.join(sorted(missing))} is missing")
    for row in reader:
        sample = _sample(row, line=reader.line_num)
        if sample is not None:
            yield sample


def _sample(row: dict[str, str | None], *, line: int) -> tuple[int, float] | None:
    if _BEYOND_THE_HEAD in row:
        raise SeriesError(
            f"line {line}: more values than the head line has columns. Write decimals with a point, like 21.0"
        )
    stage = (row["stage_cm"] or "").strip()
    if not stage:
        return None
    try:
        at = datetime.fromisoformat((row["time"] or "").strip())
        stage_cm = float(stage)
    except ValueError as exc:
        raise SeriesError(f"line {line}: {exc}. Expected like 2018-06-03T12:00:00Z,21.0") from exc
    if at.tzinfo is None:
        raise SeriesError(f"line {line}: time {row['time']} has no zone. Write it like 2018-06-03T12:00:00Z")
    return round(at.timestamp() * 1000), stage_cm
