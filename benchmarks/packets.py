"""MQTT 3.1.1 packets made and read by hand, as far as a simulated box needs them.

A client library costs about as much CPU per message as the hub does. The load shares its two cores with broker and
hub, so it must cost little: packets are plain bytes that can be made before the clock starts.
"""

from collections.abc import Iterator, Mapping

CONNACK = 2
PUBLISH = 3
PUBACK = 4
SUBACK = 9

_CLEAN_SESSION = b"\x02"
_PACKET_IDS = 65_535


def connect(client_id: str, *, keepalive_s: int) -> bytes:
    """Return CONNECT with a clean session and no will."""
    body = b"\x00\x04MQTT\x04" + _CLEAN_SESSION + keepalive_s.to_bytes(2, "big") + _text(client_id)
    return b"\x10" + _length(len(body)) + body


def subscribe(filters: Mapping[str, int], *, packet_id: int) -> bytes:
    """Return SUBSCRIBE to topic filters, each with the QoS asked for."""
    wanted = b"".join(_text(topic_filter) + bytes([qos]) for topic_filter, qos in filters.items())
    body = packet_id.to_bytes(2, "big") + wanted
    return b"\x82" + _length(len(body)) + body


def publish_head(topic: str) -> bytes:
    """Return the part of a PUBLISH that stays the same for one topic."""
    return _text(topic)


def publish(head: bytes, payload: bytes, *, number: int) -> bytes:
    """Return PUBLISH at QoS 1.

    Args:
        head: from `publish_head`.
        payload: of the message.
        number: counts the messages of a client from 0; the packet id follows from it.
    """
    packet_id = (number % _PACKET_IDS + 1).to_bytes(2, "big")
    return b"".join((b"\x32", _length(len(head) + 2 + len(payload)), head, packet_id, payload))


def puback(packet_id: bytes) -> bytes:
    """Return PUBACK of the packet with this id, two bytes as they came."""
    return b"\x40\x02" + packet_id


DISCONNECT = b"\xe0\x00"


def split(received: bytearray) -> Iterator[tuple[int, int, bytes]]:
    """Take whole packets off the front of `received` and yield (type, flags, body) of each."""
    start, end = 0, len(received)
    try:
        while end - start >= 2:
            size, body = _read_length(received, start + 1, end)
            if body < 0 or body + size > end:
                break
            first = received[start]
            start = body + size
            yield first >> 4, first & 0x0F, bytes(received[body : body + size])
    finally:
        del received[:start]


def published(flags: int, body: bytes) -> tuple[bytes, bytes | None, bytes]:
    """Return (topic, packet id or None at QoS 0, payload) of a PUBLISH."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    if flags & 0x06:
        return body[2:topic_end], body[topic_end : topic_end + 2], body[topic_end + 2 :]
    return body[2:topic_end], None, body[topic_end:]


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _length(size: int) -> bytes:
    """Return the remaining length: seven bits a byte, lowest first, the eighth bit says that more follow."""
    encoded = bytearray()
    while size > 0x7F:
        encoded.append(size & 0x7F | 0x80)
        size >>= 7
    encoded.append(size)
    return bytes(encoded)


def _read_length(received: bytearray, place: int, end: int) -> tuple[int, int]:
    """Return (remaining length, where the body begins); (0, -1) if the length itself is not all there."""
    size = shift = 0
    while place < end:
        byte = received[place]
        size |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return size, place
        shift += 7
    return 0, -1
