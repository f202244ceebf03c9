"""Every record survives the wire; what is broken is told apart from what is unknown."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clock import ClockTrust
from contract.errors import MessageError
from contract.level.state import LevelState, Value
from contract.level.why import Cause
from contract.records import (
    KNOWN_KINDS,
    AnyRecord,
    ClockAnchor,
    CommandResult,
    Fault,
    Health,
    Level,
    Reading,
    Record,
    Sighting,
    Siren,
    Still,
    Tombstone,
    UnknownRecord,
    Update,
    decode_record,
    encode_record,
    kind_of,
    readable_seq,
)

SEQ = st.integers(1, 2**53)
MS = st.integers(0, 2**53)
STAGE = st.none() | st.floats(-100_000, 100_000)
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
SEVERITY = st.none() | st.integers(0, 3)
ENVELOPE = {
    "seq": SEQ,
    "boot": st.integers(0, 2**31),
    "up_ms": MS,
    "at_ms": MS,
    "clock": st.sampled_from(ClockTrust),
    "err_ms": MS,
    "record_class": st.integers(0, 3),
}
SOURCE = st.from_regex(r"[a-z][a-z0-9-]{0,15}\Z", fullmatch=True)
FLAG = st.sampled_from([1, 2, 3, 4, 9])
COUNT = st.integers(0, 1000)
COUNTS = st.dictionaries(st.sampled_from(["person", "motorcycle", "car", "bus", "truck"]), COUNT, max_size=5)
VALUE = st.builds(Value, MS, st.floats(-1000, 1000), st.booleans())
STATE = st.builds(
    LevelState,
    severity=SEVERITY,
    since_ms=st.none() | MS,
    decision_id=st.none() | TEXT,
    window=st.lists(VALUE, max_size=5).map(tuple),
    minutes=st.lists(VALUE, max_size=16).map(tuple),
)
RANGES = st.lists(st.tuples(SEQ, SEQ), max_size=5).map(tuple)


def _build(form: type[AnyRecord], /, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[AnyRecord]:
    return st.builds(form, **{**ENVELOPE, **fields})


RECORDS = st.one_of(
    _build(
        Reading,
        source=SOURCE,
        stage_cm=STAGE,
        flag=FLAG,
        interval_s=st.floats(0.1, 86_400),
        distance_mm=st.none() | st.floats(0, 10_000),
        reason=TEXT,
        interpolated=st.booleans(),
        mean_of=st.integers(1, 60),
    ),
    _build(
        Level,
        source=SOURCE,
        severity=SEVERITY,
        from_severity=SEVERITY,
        since_ms=st.none() | MS,
        stage_cm=STAGE,
        flag=FLAG,
        rule=TEXT,
        threshold_version=COUNT,
        decision_id=st.none() | TEXT,
        state=STATE,
        why=TEXT,
        cause=st.none() | st.builds(Cause, code=st.sampled_from(["persistence", "rise"])),
    ),
    _build(
        Sighting,
        source=SOURCE,
        zone=TEXT,
        label=TEXT,
        count=COUNT,
        is_line=st.booleans(),
        confidence=st.none() | st.floats(0, 1),
        model=st.sampled_from(["", "0cf99abf6ea4"]),
        window_s=st.none() | st.floats(0.001, 86_400),
        frames=st.none() | COUNT,
        by_label=COUNTS,
        forward=COUNTS,
        backward=COUNTS,
        occupied=st.none() | st.floats(0, 1),
        stopped=COUNT,
        longest_stop_s=st.floats(0, 1e6),
        state=st.sampled_from(["", "lancar", "padat", "macet"]),
        since_ms=st.none() | MS,
        doubts=st.lists(st.sampled_from(["too_slow", "cannot_see"]), unique=True).map(tuple),
    ),
    _build(Still, sha256=st.just("a" * 64), size_bytes=COUNT, width_px=COUNT, height_px=COUNT),
    _build(Fault, code=st.just("sensor_silent"), active=st.booleans(), text=TEXT),
    _build(Health, uptime_s=st.none() | st.floats(0, 1e9), counters=st.dictionaries(TEXT, COUNT, max_size=3)),
    _build(ClockAnchor, step_ms=st.integers(-(10**12), 10**12), was=st.sampled_from(ClockTrust)),
    _build(
        Tombstone,
        of_class=st.integers(0, 3),
        ranges=RANGES,
        count=st.integers(1, 1000),
        reason=TEXT,
        first_at_ms=MS,
        last_at_ms=MS,
    ),
    _build(CommandResult, command_id=TEXT, result=st.sampled_from(["done", "failed", "refused", "expired"])),
    _build(Update, task=TEXT, release=TEXT, stage=TEXT),
    _build(
        Siren,
        on=st.booleans(),
        trigger=st.sampled_from(["level", "test", "command"]),
        severity=SEVERITY,
        decision_id=st.none() | TEXT,
    ),
    _build(UnknownRecord, kind=st.just("from-the-future")),
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was_sent(record: AnyRecord) -> None:
    assert decode_record(encode_record(record)) == record


@given(RECORDS)
def test_a_record_says_its_kind_and_seq_on_the_wire(record: AnyRecord) -> None:
    wire = msgspec.json.decode(encode_record(record))
    assert wire["kind"] == kind_of(record)
    assert wire["class"] == record.record_class
    assert readable_seq(encode_record(record)) == record.seq


def test_every_known_kind_has_a_struct() -> None:
    tags = {form.__struct_config__.tag for form in Record.__subclasses__()}
    assert tags == KNOWN_KINDS


ENVELOPE_TEXT = '"seq":7,"boot":1,"up_ms":1,"at_ms":1,"clock":"ntp","err_ms":0,"class":2'


def test_unknown_fields_are_ignored() -> None:
    record = decode_record(b'{"kind":"health","colour":"blue",' + ENVELOPE_TEXT.encode() + b"}")
    assert isinstance(record, Health)


def test_an_unknown_kind_keeps_its_envelope() -> None:
    record = decode_record(b'{"kind":"tide","level":3,' + ENVELOPE_TEXT.encode() + b"}")
    assert isinstance(record, UnknownRecord)
    assert (record.kind, record.seq, record.record_class) == ("tide", 7, 2)


@pytest.mark.parametrize(
    ("wire", "says"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"kind":"reading","seq":7}', "missing required field"),
        (
            b'{"kind":"reading","source":"g1","stage_cm":NaN,"flag":1,"interval_s":1,' + ENVELOPE_TEXT.encode() + b"}",
            "invalid|malformed",
        ),
        (
            b'{"kind":"reading","source":"g1","stage_cm":1e9,"flag":1,"interval_s":1,' + ENVELOPE_TEXT.encode() + b"}",
            "stage_cm",
        ),
        (
            b'{"kind":"reading","source":"g1","stage_cm":1,"flag":7,"interval_s":1,' + ENVELOPE_TEXT.encode() + b"}",
            "flag",
        ),
        (b'{"kind":"tide","seq":7}', "missing required field"),
        (b'{"kind":"health","source":"\xff\xfe",' + ENVELOPE_TEXT.encode() + b"}", "UTF-8|utf-8"),
    ],
)
def test_a_broken_record_is_refused_with_the_field(wire: bytes, says: str) -> None:
    with pytest.raises(MessageError, match=says):
        decode_record(wire)


def test_the_seq_of_a_broken_record_can_still_be_read() -> None:
    assert readable_seq(b'{"kind":"reading","seq":12,"flag":77}') == 12
    assert readable_seq(b'{"kind":"reading","seq":"x"}') is None
    assert readable_seq(b"\xff") is None


def test_a_sighting_that_knows_only_its_count_is_read_and_stays_as_short() -> None:
    wire = b'{"kind":"sighting","source":"c1","zone":"jalur","label":"car","count":4,' + ENVELOPE_TEXT.encode() + b"}"
    record = decode_record(wire)
    assert isinstance(record, Sighting)
    assert (record.zone, record.label, record.count) == ("jalur", "car", 4)
    assert (record.window_s, record.frames, record.by_label, record.doubts) == (None, None, {}, ())
    assert msgspec.json.decode(encode_record(record)) == msgspec.json.decode(wire)


def test_a_sighting_of_a_later_version_keeps_what_this_one_knows() -> None:
    wire = (
        b'{"kind":"sighting","source":"c1","zone":"jalur","label":"","count":4,"doubts":["fogged_9"],"wheels":16,'
        + ENVELOPE_TEXT.encode()
        + b"}"
    )
    record = decode_record(wire)
    assert isinstance(record, Sighting)
    assert record.doubts == ("fogged_9",)


@pytest.mark.parametrize(
    "field",
    [b'"occupied":1.2', b'"count":-1', b'"doubts":["Too Slow"]', b'"longest_stop_s":-1', b'"forward":{"car":-2}'],
)
def test_a_sighting_with_an_impossible_number_is_refused(field: bytes) -> None:
    rest = b"" if field.startswith(b'"count"') else b',"count":4'
    wire = (
        b'{"kind":"sighting","source":"c1","zone":"jalur","label":"",'
        + field
        + rest
        + b","
        + ENVELOPE_TEXT.encode()
        + b"}"
    )
    with pytest.raises(MessageError):
        decode_record(wire)
