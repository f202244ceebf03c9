"""Messages recorded from each released version are decoded by this one."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.desired import Desired
from contract.messages import Ack, Batch, Command, Gone, Hello, decode_message, encode_message
from contract.records import Level, Reading, Tombstone, decode_record, encode_record

CORPUS = Path(__file__).parent / "corpus"
VERSIONS = sorted(folder.name for folder in CORPUS.iterdir())
MESSAGES: dict[str, Any] = {
    "batch": Batch,
    "ack": Ack,
    "hello": Hello,
    "gone": Gone,
    "desired": Desired,
    "command": Command,
}
RECORDS: dict[str, Any] = {"level": Level, "tombstone": Tombstone}


def _recorded(version: str, name: str) -> bytes:
    return (CORPUS / version / f"{name}.json").read_bytes().strip()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MESSAGES)
def test_a_recorded_message_decodes_and_keeps_every_field_it_had(version: str, name: str) -> None:
    recorded = _recorded(version, name)
    message = decode_message(MESSAGES[name], recorded)
    assert isinstance(message, MESSAGES[name])
    again = json.loads(encode_message(message))
    for key, value in json.loads(recorded).items():
        if key not in {"records", "sources"}:
            assert again[key] == value


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", RECORDS)
def test_a_recorded_record_decodes_and_keeps_every_field_it_had(version: str, name: str) -> None:
    recorded = _recorded(version, name)
    record = decode_record(recorded)
    assert isinstance(record, RECORDS[name])
    again = json.loads(encode_record(record))
    for key, value in json.loads(recorded).items():
        assert again[key] == value


@pytest.mark.parametrize("version", VERSIONS)
def test_the_records_of_a_recorded_batch_decode_one_by_one(version: str) -> None:
    batch = decode_message(Batch, _recorded(version, "batch"))
    records = [decode_record(raw) for raw in batch.records]
    assert [type(record) for record in records] == [Reading]
    reading = records[0]
    assert isinstance(reading, Reading)
    assert (reading.seq, reading.stage_cm, reading.distance_mm, reading.interval_s) == (1041, 134.6, 1654, 60)
