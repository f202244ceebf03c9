"""No number on the wire is one that a program or its database cannot hold."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from contract.bounds import MOST
from contract.desired import Desired
from contract.errors import MessageError
from contract.messages import Ack, Batch, Command, Gone, Hello, decode_message
from contract.records import KnownRecord, UnknownRecord

WIRE = (Batch, Ack, Hello, Gone, Command, Desired, KnownRecord, UnknownRecord)
TOO_BIG = (2**53 + 1, 2**63, 2**64, 10**400)


def parts_of(kind: inspect.Type, name: str) -> list[tuple[str, inspect.Type]]:
    """Return what `kind` is made of, each with its name."""
    parts: list[tuple[str, inspect.Type]] = []
    match kind:
        case inspect.Metadata():
            parts = [(name, kind.type)]
        case inspect.UnionType():
            parts = [(name, part) for part in kind.types]
        case inspect.DictType():
            parts = [(f"{name}[]", kind.value_type)]
        case inspect.ListType() | inspect.VarTupleType():
            parts = [(f"{name}[]", kind.item_type)]
        case inspect.TupleType():
            parts = [(f"{name}[]", part) for part in kind.item_types]
        case inspect.StructType():
            parts = [(f"{kind.cls.__name__}.{field.encode_name}", field.type) for field in kind.fields]
    return parts


def whole_numbers(kind: inspect.Type, name: str = "") -> Iterator[tuple[str, inspect.IntType]]:
    """Yield every whole number in `kind`, by its name."""
    if isinstance(kind, inspect.IntType):
        yield name, kind
    for part_name, part in parts_of(kind, name):
        yield from whole_numbers(part, part_name)


def test_every_whole_number_on_the_wire_is_one_that_json_and_database_hold() -> None:
    found = {name: (number.ge, number.le) for kind in WIRE for name, number in whole_numbers(inspect.type_info(kind))}
    assert {"Ack.high", "Desired.version", "LevelState.seq", "Value.up_ms", "Hello.queued[]"} <= set(found)
    unbounded = [name for name, (ge, le) in found.items() if ge is None or le is None or ge < -MOST or le > MOST]
    assert unbounded == []


def source(**changes: Any) -> dict[str, Any]:
    thresholds = {"version": 1, "raise_cm": [1, 2, 3], "clear_cm": [0, 1, 2]}
    return {"station": "s", "name": "S", "offset_cm": 300.0, "thresholds": thresholds} | changes


def desired(**changes: Any) -> bytes:
    return json.dumps({"v": 1, "db_epoch": "e", "version": 1, "sources": {}} | changes).encode()


@pytest.mark.parametrize("version", [-1, *TOO_BIG])
def test_a_desired_state_of_no_possible_version_is_refused(version: int) -> None:
    with pytest.raises(MessageError, match="version"):
        decode_message(Desired, desired(version=version))


@pytest.mark.parametrize(
    "changes",
    [
        {"sampling_s": {"peace": 86_401}},
        {"sampling_s": {"flood": 1e308}},
        {"sampling_s": {"peace": 0}},
        {"offset_cm": 1e308},
        {"offset_cm": -100_001},
        {"thresholds": {"version": 2**63, "raise_cm": [1, 2, 3], "clear_cm": [0, 1, 2]}},
    ],
)
def test_a_gauge_is_not_told_what_its_readings_could_not_say(changes: dict[str, Any]) -> None:
    with pytest.raises(MessageError, match=next(iter(changes))):
        decode_message(Desired, desired(sources={"g1": source(**changes)}))


def test_a_gauge_may_read_once_a_day() -> None:
    told = decode_message(Desired, desired(sources={"g1": source(sampling_s={"peace": 86_400, "flood": 86_400})}))
    assert told.sources["g1"].sampling_s.peace == 86_400


@pytest.mark.parametrize("ttl_s", [0, -1, 86_401, 1e308])
def test_a_command_lives_a_day_at_most(ttl_s: float) -> None:
    said = {"v": 1, "command_id": "c", "kind": "health_now", "site": "s", "ttl_s": ttl_s, "hub_ms": 1}
    with pytest.raises(MessageError, match="ttl_s"):
        decode_message(Command, json.dumps(said).encode())
