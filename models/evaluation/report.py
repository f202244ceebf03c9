"""All figures of one evaluation, as `--json` writes them; names are stable, form is raised by a change of meaning."""

import msgspec
from msgspec import Struct

FORM = 1


class Scored(Struct, frozen=True, kw_only=True):
    """One scheme's answer to one question over a set."""

    ap50: float
    """All-point interpolation, IoU .5, finds from `Settings.score_from` on."""
    recall: float
    """At `Settings.operating_score`."""
    precision: float | None
    """The same; None without a find."""
    recall_at_precision: float | None
    """Highest recall at which precision is at least `Row.at_precision`; None without one."""


class Row(Struct, frozen=True, kw_only=True):
    """One question over a set."""

    question: str
    title: str
    labels: tuple[str, ...]
    truths: int
    at_precision: float | None
    """The baseline's own at the operating score, or the one that was asked for; None where the baseline is right
    nowhere, so that it sets no bar."""
    baseline: Scored
    product: Scored
    gain_points: float | None
    """Recall of the product's scheme less that of the baseline, both at `at_precision`, in points of 100."""


class Time(Struct, frozen=True, kw_only=True):
    """Milliseconds a picture, detection alone, both schemes in turn on each picture of the same run."""

    pictures: int
    baseline_ms: float
    """Median."""
    product_ms: float
    ratio: float
    """Of the medians: what else the machine does at times slows a few pictures, of either."""
    baseline_cpu_ms: float
    """Processor time a picture over all threads, mean; on a busy machine the one to read."""
    product_cpu_ms: float
    cpu_ratio: float


class CountRow(Struct, frozen=True, kw_only=True):
    """Crossings of one line of a clip, in one direction, of one class or of all that were counted together."""

    line: str
    direction: str
    labels: tuple[str, ...]
    truth: int
    least: int
    most: int
    found: int
    error: int
    """0 within `least` to `most`; below 0 too few, above 0 too many."""


class Clip(Struct, frozen=True, kw_only=True):
    """One counted stretch of a clip."""

    clip: str
    first_frame: int
    last_frame: int
    frames: int
    frame_rate: float | None
    """As the file says, frames a second."""
    by_class: tuple[CountRow, ...]
    together: tuple[CountRow, ...]
    """Classes that people and models mix up, as one: a car named truck is no error here."""
    median_ms: float
    """A frame, detection alone."""
    doubts: tuple[str, ...]
    """That the product would have put on its record."""


class SetReport(Struct, frozen=True, kw_only=True):
    """One set."""

    name: str
    pictures: int
    boxes: int
    rows: tuple[Row, ...]
    time: Time | None
    clips: tuple[Clip, ...]
    remarks: tuple[str, ...]
    """What was left out or corrected, and why."""


class BarResult(Struct, frozen=True, kw_only=True):
    """One bar of `--bar`, held against one set."""

    bar: str
    """As the command line had it."""
    set_name: str
    what: str
    limit: float
    value: float | None
    """Gain in points, times the baseline's milliseconds (of the clock or of the processor), or most vehicles off; None:
    nothing answers the bar."""
    is_met: bool


class Model(Struct, frozen=True, kw_only=True):
    """Which model spoke."""

    name: str
    release: str
    sha256: str
    licence: str


class Machine(Struct, frozen=True, kw_only=True):
    """Where it ran; milliseconds mean nothing without."""

    processor: str
    cores: int
    system: str
    software: str
    """Version of Jagawai."""
    libraries: dict[str, str]


class Settings(Struct, frozen=True, kw_only=True):
    """How it was scored."""

    score_from: float
    operating_score: float
    iou: float
    interpolation: str
    baseline: str
    product: str
    """The two schemes in words."""
    asked_precision: dict[str, float]
    """By question, where `--at-precision` gave one; `*` for all."""


class Report(Struct, frozen=True, kw_only=True):
    """Everything."""

    form: int
    task: str
    made_ms: int
    """UTC ms."""
    model: Model
    machine: Machine
    settings: Settings
    sets: tuple[SetReport, ...]
    passed_over: tuple[str, ...]
    bars: tuple[BarResult, ...] = ()
    """Those that the command line asked for."""


def encode(report: Report) -> bytes:
    """Return the report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
