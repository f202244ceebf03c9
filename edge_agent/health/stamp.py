"""When a record was made: the part of its envelope that every record shares."""

from typing import TypedDict

from msgspec import Struct

from contract.clock import ClockTrust


class Stamp(Struct, frozen=True, kw_only=True):
    """One instant: boot number, boot clock, wall time with its trust and estimated error, scaled ms."""

    boot: int
    up_ms: int
    at_ms: int
    clock: ClockTrust
    err_ms: int


class Envelope(TypedDict):
    """The fields of `contract.records.Record`, to be handed to a record's class."""

    seq: int
    boot: int
    up_ms: int
    at_ms: int
    clock: ClockTrust
    err_ms: int
    record_class: int
    source: str


def envelope(stamp: Stamp, *, seq: int, record_class: int, source: str = "") -> Envelope:
    """Return the envelope of a record made at `stamp`."""
    return Envelope(
        seq=seq,
        boot=stamp.boot,
        up_ms=stamp.up_ms,
        at_ms=stamp.at_ms,
        clock=stamp.clock,
        err_ms=stamp.err_ms,
        record_class=record_class,
        source=source,
    )
