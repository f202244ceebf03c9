"""Messages that carry records and what is said about them: batch, ack, hello, gone, command.

JSON by msgspec; examples of each stand in the tests. Every message has `v`, the version of the topic root.
"""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from contract.bounds import MOST, UpToADayS, Whole
from contract.clock import ClockTrust
from contract.desired import Applied, Desired
from contract.errors import MessageError
from contract.flow import ACK_MAX_RANGES, BATCH_MAX_RECORDS
from contract.identity import SPOOL_ID_PATTERN
from contract.records import Ms, Seq, WireRange

Version = Annotated[int, Meta(ge=1, le=MOST)]
SpoolId = Annotated[str, Meta(pattern=SPOOL_ID_PATTERN)]


class Batch(Struct, frozen=True, kw_only=True):
    """Up to 100 records of one spool; each record is decoded on its own."""

    v: Version = 1
    spool: SpoolId
    low: Seq
    """Lowest `seq` still held unacknowledged; equals `next` when there is none."""
    next: Seq
    """The `seq` that the spool will give to its next record."""
    records: Annotated[list[msgspec.Raw], Meta(max_length=BATCH_MAX_RECORDS)]


class Ack(Struct, frozen=True, kw_only=True):
    """What the hub has committed of one spool."""

    v: Version = 1
    spool: SpoolId
    high: Whole
    ranges: Annotated[tuple[WireRange, ...], Meta(max_length=ACK_MAX_RANGES)] = ()
    hub_ms: Ms
    db_epoch: str
    credit_rps: Whole
    session: str | UnsetType = UNSET
    """Of the `hello` that it answers; not there in what answers a batch, or is sent when the hub itself connects."""


class SpoolMarks(Struct, frozen=True, kw_only=True):
    """Where a spool stands on the box."""

    spool: SpoolId
    low: Seq
    next: Seq


class Hello(Struct, frozen=True, kw_only=True):
    """What a box says at each connect, and every 30 s until answered."""

    v: Version = 1
    session: Annotated[str, Meta(min_length=1, max_length=64)]
    node: str
    spools: dict[str, SpoolMarks]
    boot: Annotated[int, Meta(ge=0, le=2**31)]
    kernel_boot: str
    instance: Annotated[str, Meta(max_length=64)] = ""
    """Random, of each start of the process that speaks: one that comes back after another is a second box."""
    agent: str
    models: dict[str, str] = {}
    queued: dict[str, Whole] = {}
    clock: ClockTrust
    applied: Applied = Applied()


class Gone(Struct, frozen=True, kw_only=True):
    """The last will; counts only if the session is that of the newest hello."""

    v: Version = 1
    session: Annotated[str, Meta(min_length=1, max_length=64)]


class Command(Struct, frozen=True, kw_only=True):
    """Do this once; answered by a `command_result` record. Lives `ttl_s` real seconds from `hub_ms` by hub time."""

    v: Version = 1
    command_id: Annotated[str, Meta(min_length=1, max_length=64)]
    kind: Annotated[str, Meta(min_length=1, max_length=40)]
    site: str
    ttl_s: UpToADayS
    hub_ms: Ms
    args: dict[str, Any] = {}


Message = Batch | Ack | Hello | Gone | Command | Desired
M = TypeVar("M", Batch, Ack, Hello, Gone, Command, Desired)

_DECODERS: dict[type, Any] = {kind: msgspec.json.Decoder(kind) for kind in (Batch, Ack, Hello, Gone, Command, Desired)}
_ENCODER = msgspec.json.Encoder()


def encode_message(message: Message) -> bytes:
    """Return the message as JSON."""
    return _ENCODER.encode(message)


def decode_message(kind: type[M], data: bytes) -> M:
    """Return the message of type `kind` that `data` (JSON) holds.

    Raises:
        MessageError: it holds none; the text names the field.
    """
    try:
        message: M = _DECODERS[kind].decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        text = f"{kind.__name__.lower()}: {problem}"
        raise MessageError(text) from problem
    return message
