"""Packets by hand: what goes in comes out, however the network cuts it."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks import packets


@given(payloads=st.lists(st.binary(max_size=300), max_size=8), cuts=st.lists(st.integers(1, 40), min_size=1))
def test_packets_come_out_whole_whatever_the_pieces_they_arrive_in(payloads: list[bytes], cuts: list[int]) -> None:
    head = packets.publish_head("jw/1/up/n-bench0001/records")
    stream = b"".join(packets.publish(head, payload, number=number) for number, payload in enumerate(payloads))
    received, found, place, step = bytearray(), [], 0, 0
    while place < len(stream):
        size = cuts[step % len(cuts)]
        received += stream[place : place + size]
        place, step = place + size, step + 1
        found += [packets.published(flags, body) for kind, flags, body in packets.split(received) if kind == 3]
    assert [payload for _, _, payload in found] == payloads
    assert [packet_id for _, packet_id, _ in found] == [
        (number + 1).to_bytes(2, "big") for number in range(len(payloads))
    ]
    assert not received


def test_a_long_payload_has_its_length_in_more_than_one_byte() -> None:
    data = packets.publish(packets.publish_head("a"), b"x" * 20_000, number=0)
    ((kind, flags, body),) = packets.split(bytearray(data))
    assert (kind, flags) == (packets.PUBLISH, 2)
    assert packets.published(flags, body) == (b"a", b"\x00\x01", b"x" * 20_000)


def test_no_packet_ever_has_the_id_0_that_mqtt_forbids() -> None:
    ids = {packets.publish(b"\x00\x01a", b"", number=number)[-2:] for number in (0, 65_533, 65_534, 65_535, 131_070)}
    assert b"\x00\x00" not in ids
