"""Records: what a box writes down, one struct per kind.

Every record carries the envelope: `seq` (from 1, never reused within a spool), `boot`, `up_ms` (boot clock),
`at_ms` (wall time, UTC ms), `clock` (trust), `err_ms`, `kind`, `class`, `source`. Unknown fields are ignored,
unknown kinds are kept as `UnknownRecord`, a known field never changes its meaning.
"""

from enum import IntEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from contract.bounds import MOST, Signed, StageCm, UpToADayS, Whole
from contract.clock import ClockTrust
from contract.errors import MessageError
from contract.identity import SOURCE_PATTERN
from contract.level.state import LevelState
from contract.level.why import Cause


class RecordClass(IntEnum):
    """What must reach the hub first, and what may be dropped first."""

    ALERT = 0
    READING = 1
    TELEMETRY = 2
    DEBUG = 3


Seq = Annotated[int, Meta(ge=1, le=MOST)]
Ms = Whole
FlagNumber = Literal[1, 2, 3, 4, 9]
SeverityNumber = Annotated[int, Meta(ge=0, le=3)]
Text = Annotated[str, Meta(max_length=500)]
Source = Annotated[str, Meta(pattern=SOURCE_PATTERN)]
WireRange = tuple[Seq, Seq]
CODE_PATTERN = r"^[a-z0-9_]{1,40}$"
Counts = dict[Annotated[str, Meta(max_length=40)], Whole]
"""By class."""


class Record(Struct, frozen=True, kw_only=True, gc=False, tag_field="kind"):
    """The envelope."""

    seq: Seq
    boot: Annotated[int, Meta(ge=0, le=2**31)]
    up_ms: Ms
    at_ms: Ms
    clock: ClockTrust
    err_ms: Ms
    record_class: Annotated[int, Meta(ge=0, le=3)] = field(name="class")
    source: Annotated[str, Meta(max_length=16)] = ""
    """Gauge or camera on the box, `g1`, `c1`; empty where the whole box speaks."""


class Reading(Record, frozen=True, kw_only=True, gc=False, tag="reading", omit_defaults=True):
    """One stage above the station's datum, cm, with the distance it came from, mm.

    A thinned reading stands for `mean_of` others: mean stage, `min_cm`, `max_cm`, at the time of the first.
    """

    source: Source
    stage_cm: StageCm | None
    flag: FlagNumber
    interval_s: UpToADayS
    distance_mm: float | None = None
    reason: Text = ""
    interpolated: bool = False
    min_cm: StageCm | None = None
    max_cm: StageCm | None = None
    mean_of: Annotated[int, Meta(ge=1, le=MOST)] = 1


class Level(Record, frozen=True, kw_only=True, tag="level"):
    """What the level rule decided, with its whole state; `severity == from` is the state of now."""

    source: Source
    severity: SeverityNumber | None
    from_severity: SeverityNumber | None = field(name="from")
    since_ms: Ms | None
    stage_cm: StageCm | None
    flag: FlagNumber
    rule: str
    threshold_version: Whole
    decision_id: str | None
    state: LevelState
    why: Text
    cause: Cause | None = None
    stale: bool = False
    suspect: bool = False
    """The severity rests on readings of doubtful quality."""
    repeats: Whole = 0
    """Level records between the first and the newest of a rise, merged into this one when the outbox was full."""


class Sighting(Record, frozen=True, kw_only=True, tag="sighting", omit_defaults=True):
    """What a camera counted at one zone or line of its view in one window of time, with the model that spoke.

    The record is written at the window's end. Where `doubts` stand, the numbers are the least that was there.
    """

    source: Source
    zone: Text
    """Name of the zone or line."""
    label: Text
    """What was counted; empty: everything of `by_label`, `forward` or `backward` together."""
    count: Whole
    """In a zone the most at once, at a line the crossings in both directions."""
    is_line: bool = False
    """`zone` names a line. An older box does not say: there only what crosses tells a line from an empty zone."""
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    model: str = ""
    """Digest, the first 12 hexadecimal digits."""
    window_s: UpToADayS | None = None
    frames: Whole | None = None
    """Looked at in the window."""
    by_label: Counts = {}
    """Zone: the most of each class at once."""
    forward: Counts = {}
    """Line: crossings of each class from left to right of it, see `contract.views.Line`."""
    backward: Counts = {}
    occupied: Annotated[float, Meta(ge=0, le=1)] | None = None
    """Zone: the part of its area under boxes, mean of the window."""
    stopped: Whole = 0
    """Zone: the most that stood still at once."""
    longest_stop_s: Annotated[float, Meta(ge=0)] = 0.0
    state: Text = ""
    """Road zone: `lancar`, `padat` or `macet`; empty: not known."""
    since_ms: Ms | None = None
    """Since when the state holds, UTC ms."""
    doubts: tuple[Annotated[str, Meta(pattern=CODE_PATTERN)], ...] = ()
    """`too_slow`: too few frames a second to follow what moves; `cannot_see`: dark, covered or no picture."""
    drawing: Annotated[str, Meta(max_length=40)] = ""
    """By what was drawn: `contract.views.digest`; empty: an older box, that does not say."""


class Still(Record, frozen=True, kw_only=True, gc=False, tag="still", omit_defaults=True):
    """A blurred still that waits on the box, by its digest."""

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Whole
    width_px: Whole
    height_px: Whole
    why: Annotated[str, Meta(max_length=20)] = ""
    """`hour`: its time had come; `bank`: people or a boat at a bank; `asked`: a person at the hub; empty: not said."""
    command_id: Annotated[str, Meta(max_length=64)] = ""
    """The command that asked for it."""


class Fault(Record, frozen=True, kw_only=True, gc=False, tag="fault"):
    """Something on the box is wrong, or is right again (`active` false)."""

    code: Annotated[str, Meta(pattern=CODE_PATTERN)]
    active: bool
    text: Text
    stage_cm: StageCm | None = None


class Health(Record, frozen=True, kw_only=True, gc=False, tag="health", omit_defaults=True):
    """How the box is; what it cannot measure is left out."""

    uptime_s: float | None = None
    cpu_temperature_c: float | None = None
    memory_available_mb: float | None = None
    disk_free_mb: float | None = None
    load_1min: float | None = None
    under_voltage: bool | None = None
    outbox_rows: dict[str, Whole] = {}
    counters: dict[str, Whole] = {}


class ClockAnchor(Record, frozen=True, kw_only=True, gc=False, tag="clock_anchor"):
    """The boot clock and the wall clock at one instant, after the wall clock was set or stepped."""

    step_ms: Signed
    was: ClockTrust


class Tombstone(Record, frozen=True, kw_only=True, tag="tombstone"):
    """The exact ranges of `seq` that were dropped, thinned or set aside, and why."""

    of_class: Annotated[int, Meta(ge=0, le=3)]
    ranges: Annotated[tuple[WireRange, ...], Meta(max_length=500)]
    count: Annotated[int, Meta(ge=1, le=MOST)]
    reason: Text
    first_at_ms: Ms
    last_at_ms: Ms


class CommandResult(Record, frozen=True, kw_only=True, gc=False, tag="command_result"):
    """What became of a command."""

    command_id: str
    result: Literal["done", "failed", "refused", "expired"]
    text: Text = ""


class Update(Record, frozen=True, kw_only=True, gc=False, tag="update"):
    """A step of a model release on the box."""

    task: Text
    release: Text
    stage: Text
    text: Text = ""


class Siren(Record, frozen=True, kw_only=True, gc=False, tag="siren"):
    """The box's own siren went on or off."""

    on: bool
    trigger: Literal["level", "test", "command"]
    severity: SeverityNumber | None
    decision_id: str | None
    text: Text = ""


class UnknownRecord(Struct, frozen=True, kw_only=True, gc=False):
    """The envelope of a kind that this version does not know; the body is stored as it came."""

    seq: Seq
    boot: Annotated[int, Meta(ge=0, le=2**31)]
    up_ms: Ms
    at_ms: Ms
    clock: ClockTrust
    err_ms: Ms
    kind: Annotated[str, Meta(min_length=1, max_length=40)]
    record_class: Annotated[int, Meta(ge=0, le=3)] = field(name="class")
    source: Annotated[str, Meta(max_length=16)] = ""


KnownRecord = (
    Reading | Level | Sighting | Still | Fault | Health | ClockAnchor | Tombstone | CommandResult | Update | Siren
)
AnyRecord = KnownRecord | UnknownRecord

KNOWN_KINDS = frozenset(
    {
        "reading",
        "level",
        "sighting",
        "still",
        "fault",
        "health",
        "clock_anchor",
        "tombstone",
        "command_result",
        "update",
        "siren",
    }
)


class _KindOnly(Struct, frozen=True, gc=False):
    kind: str


class _SeqOnly(Struct, frozen=True, gc=False):
    seq: Seq


_DECODER: msgspec.json.Decoder[KnownRecord] = msgspec.json.Decoder(KnownRecord)
_UNKNOWN_DECODER = msgspec.json.Decoder(UnknownRecord)
_KIND_DECODER = msgspec.json.Decoder(_KindOnly)
_SEQ_DECODER = msgspec.json.Decoder(_SeqOnly)
_ENCODER = msgspec.json.Encoder()


def encode_record(record: AnyRecord) -> bytes:
    """Return the record as JSON."""
    return _ENCODER.encode(record)


def decode_record(data: bytes | msgspec.Raw) -> AnyRecord:
    """Return the record that `data` (JSON) holds.

    Raises:
        MessageError: it is not a record of a known kind, nor has the envelope of an unknown one.
    """
    try:
        return _DECODER.decode(data)
    except msgspec.DecodeError as problem:  # ValidationError is one of these
        return _decode_unknown(data, problem)
    except (UnicodeDecodeError, RecursionError) as problem:
        message = f"record: {problem}"
        raise MessageError(message) from problem


def _decode_unknown(data: bytes | msgspec.Raw, problem: msgspec.DecodeError) -> UnknownRecord:
    try:
        if _KIND_DECODER.decode(data).kind not in KNOWN_KINDS:
            return _UNKNOWN_DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as deeper:
        message = f"record: {deeper}"
        raise MessageError(message) from deeper
    message = f"record: {problem}"
    raise MessageError(message) from problem


def readable_seq(data: bytes | msgspec.Raw) -> int | None:
    """Return the `seq` of a record that may otherwise be broken, or None if even that cannot be read."""
    try:
        return _SEQ_DECODER.decode(data).seq
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def kind_of(record: AnyRecord) -> str:
    """Return the record's kind as it stands on the wire."""
    if isinstance(record, UnknownRecord):
        return record.kind
    tag: Any = record.__struct_config__.tag
    return str(tag)
