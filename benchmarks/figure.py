"""One figure of a benchmark: what was measured, against which bar, on which machine; one JSON object a line."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a figure must reach: its value, or its ratio to a peer measured in the same run."""

    sign: Literal[">=", "<"]
    limit: float
    of: Literal["value", "ratio"] = "value"

    def is_met(self, *, value: float, ratio: float | None) -> bool:
        """Answer whether the figure passes; a ratio that could not be measured does not."""
        judged = value if self.of == "value" else ratio
        if judged is None:
            return False
        return judged >= self.limit if self.sign == ">=" else judged < self.limit

    def __str__(self) -> str:
        return f"{self.of} {self.sign} {self.limit:g}"


class Figure(Struct, frozen=True, kw_only=True):
    """One line of output. Without a bar it is information and neither passes nor fails."""

    name: str
    value: float
    unit: str
    ratio: float | None
    bar: str | None
    is_passed: bool | None = field(name="pass")
    machine: str
    cpu_us_per_record: float | None = None
    detail: dict[str, Any] = {}

    def line(self) -> str:
        """Return the figure as one line of JSON."""
        return msgspec.json.encode(self).decode()


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    bar: Bar | None = None,
    ratio: float | None = None,
    cpu_us_per_record: float | None = None,
    detail: dict[str, Any] | None = None,
) -> Figure:
    """Return a figure, judged by its bar, numbers rounded to four digits that mean something."""
    return Figure(
        name=name,
        value=rounded(value),
        unit=unit,
        ratio=None if ratio is None else rounded(ratio),
        bar=None if bar is None else str(bar),
        is_passed=None if bar is None else bar.is_met(value=value, ratio=ratio),
        machine=machine(),
        cpu_us_per_record=None if cpu_us_per_record is None else rounded(cpu_us_per_record),
        detail=detail or {},
    )


def rounded(value: float) -> float:
    """Return `value` with four significant digits; whole numbers from 1,000 on keep all of theirs."""
    return float(round(value)) if abs(value) >= 1000 else float(f"{value:.4g}")


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed; the greatest when there are under 20."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return count, median, p95 and maximum, for the detail of a figure."""
    return {
        "count": len(values),
        "median": rounded(statistics.median(values)),
        "p95": rounded(p95(values)),
        "max": rounded(max(values)),
    }


@cache
def machine() -> str:
    """Return what the figure was measured on, in one line."""
    return f"{os.cpu_count()} cores, {_processor()}, Linux {platform.release()}, Python {platform.python_version()}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith(("model name", "Model")):
            return " ".join(line.split(":", 1)[1].split())
    return platform.machine()
