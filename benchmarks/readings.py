"""Batches of readings as a real box sends them, made cheaply: the bytes that `encode_record` would make.

A backlog (`batches`) is made before the clock starts: readings a minute apart that end now, as after an outage. Live
batches are made as they are sent. The water is a slow wave between 60 and 250 cm, so that the level rule has something
to say where stations are bound to the boxes, or it stands still.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from benchmarks import packets
from contract import topics
from contract.clock import Clock

INTERVAL_S = 60.0
MINUTE_MS = 60_000
WAVE_READINGS = 720
_LOWEST_CM, _HIGHEST_CM = 60.0, 250.0
_OFFSET_CM = 300.0

_READING = (
    b'{"kind":"reading","seq":%d,"boot":3,"up_ms":%d,"at_ms":%d,"clock":"ntp","err_ms":12,"class":1,"source":"g1",%b}'
)
_BATCH = b'{"v":1,"spool":"%b","low":%d,"next":%d,"records":[%b]}'


class Packet(NamedTuple):
    """One batch as a PUBLISH packet, with the first and last `seq` in it."""

    first: int
    last: int
    data: bytes


def batches(
    *, node_id: str, spool_id: str, count: int, batch_records: int, ends_at_ms: int, window: int, phase: int = 0
) -> Iterator[Packet]:
    """Yield the packets that carry `count` readings of one box, a minute apart, seq from 1.

    Args:
        node_id: of the box.
        spool_id: of its outbox.
        count: records in all.
        batch_records: records a batch; the last one may hold fewer.
        ends_at_ms: wall time of the last reading, UTC ms.
        window: batches in flight at most; `low` trails by so many, as it does when the window is full.
        phase: where in the wave the box begins, in readings.
    """
    head = packets.publish_head(topics.up(node_id, "records"))
    spool = spool_id.encode()
    values = wave()
    starts_at_ms = ends_at_ms - MINUTE_MS * count
    for number, first in enumerate(range(1, count + 1, batch_records), start=1):
        last = min(count, first + batch_records - 1)
        records = [
            _READING % (seq, MINUTE_MS * seq, starts_at_ms + MINUTE_MS * seq, values[(seq + phase) % WAVE_READINGS])
            for seq in range(first, last + 1)
        ]
        low = max(1, first - batch_records * (window - 1))
        payload = _BATCH % (spool, low, count + 1, b",".join(records))
        yield Packet(first, last, packets.publish(head, payload, number=number))


def live_batches(
    *, node_id: str, spool_id: str, batch_records: int, values: Sequence[bytes], window: int, clock: Clock
) -> Iterator[Packet]:
    """Yield packets without end; each is made when it is asked for, and its readings are of that moment.

    Args:
        node_id: of the box.
        spool_id: of its outbox.
        batch_records: records a batch.
        values: bodies of the readings, one after the other and again from the first, from `wave` or `still_water`.
        window: batches in flight at most.
        clock: dates the readings.
    """
    head = packets.publish_head(topics.up(node_id, "records"))
    spool = spool_id.encode()
    for number in itertools.count():
        first, last = number * batch_records + 1, (number + 1) * batch_records
        up_ms, at_ms = clock.up_ms(), clock.now_ms()
        records = [_READING % (seq, up_ms, at_ms, values[seq % len(values)]) for seq in range(first, last + 1)]
        low = max(1, first - batch_records * (window - 1))
        payload = _BATCH % (spool, low, last + 1, b",".join(records))
        yield Packet(first, last, packets.publish(head, payload, number=number + 1))


def wave(*, interval_s: float = INTERVAL_S) -> list[bytes]:
    """Return the bodies of one wave of readings, lowest stage first: through all levels and back."""
    middle_cm, half_cm = (_HIGHEST_CM + _LOWEST_CM) / 2, (_HIGHEST_CM - _LOWEST_CM) / 2
    return [
        _body(middle_cm - half_cm * math.cos(2 * math.pi * number / WAVE_READINGS) + number % 3 * 0.1, interval_s)
        for number in range(WAVE_READINGS)
    ]


def still_water(stage_cm: float, *, interval_s: float = INTERVAL_S) -> list[bytes]:
    """Return the bodies of a few readings around one stage."""
    return [_body(stage_cm + ripple_cm, interval_s) for ripple_cm in (0.0, 0.2, -0.1, 0.1, -0.2)]


def _body(stage_cm: float, interval_s: float) -> bytes:
    distance_mm = 10 * (_OFFSET_CM - stage_cm)
    return b'"stage_cm":%.1f,"flag":1,"interval_s":%.1f,"distance_mm":%.1f' % (stage_cm, interval_s, distance_mm)
