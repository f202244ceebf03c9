"""The load is made of what real boxes send."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import packets
from benchmarks.readings import Packet, batches
from contract.messages import Batch, decode_message
from contract.records import Reading, decode_record, encode_record

_NOW_MS = 1_763_712_000_000


def _batches(count: int, batch_records: int) -> list[Packet]:
    return list(
        batches(
            node_id="n-bench0001",
            spool_id="5e0c6f0a1b2c3d4e5f60718293a4b5c6",
            count=count,
            batch_records=batch_records,
            ends_at_ms=_NOW_MS,
            window=8,
        )
    )


def _decoded(packet: Packet) -> Batch:
    ((_, flags, body),) = packets.split(bytearray(packet.data))
    topic, _, payload = packets.published(flags, body)
    assert topic == b"jw/1/up/n-bench0001/records"
    return decode_message(Batch, payload)


def test_each_record_has_exactly_the_bytes_that_the_contract_would_write() -> None:
    for raw in _decoded(_batches(50, 50)[0]).records:
        record = decode_record(raw)
        assert isinstance(record, Reading)
        assert encode_record(record) == bytes(raw)


@given(count=st.integers(1, 130), batch_records=st.sampled_from([1, 7, 50]))
def test_the_batches_of_a_box_hold_each_seq_once_and_end_now(count: int, batch_records: int) -> None:
    made = _batches(count, batch_records)
    decoded = [_decoded(packet) for packet in made]
    records = [decode_record(raw) for batch in decoded for raw in batch.records]
    assert [record.seq for record in records] == list(range(1, count + 1))
    assert records[-1].at_ms == _NOW_MS
    assert all(
        batch.low <= packet.first and batch.next == count + 1 for batch, packet in zip(decoded, made, strict=True)
    )


def test_a_batch_of_fifty_stays_under_the_size_that_a_box_may_send() -> None:
    assert max(len(msgspec.json.encode(_decoded(packet))) for packet in _batches(1000, 50)) < 48 * 1024
