"""How often live rows are sent: as often as readings come. Pure.

In peace a gauge reads every 60 s and a batch goes every 60 s; in flood both are 5 s. So the newest reading's own
`interval_s` says it all: rising or at Waspada and above, the gauge has already gone to its flood sampling.
"""

import msgspec
from msgspec import Struct

from edge_agent.uplink.spools import Row

PEACE_S = 60.0
FLOOD_S = 5.0
"""Scaled seconds."""

LEAST_REAL_MS = 1_000
"""No batch comes more often, however fast the clock runs."""


class _Interval(Struct, frozen=True, gc=False):
    interval_s: float = PEACE_S


_DECODER = msgspec.json.Decoder(_Interval)


def real_ms(newest: Row, *, rate: float) -> int:
    """Return the least real ms between two batches of live rows, told by the newest row that waits.

    Args:
        newest: a reading, or any other record, which counts as peace.
        rate: scaled seconds per real second.
    """
    try:
        interval_s = _DECODER.decode(newest.body).interval_s
    except (msgspec.DecodeError, UnicodeDecodeError):
        interval_s = PEACE_S  # it goes as it is: the hub keeps what does not decode as a dead letter
    scaled_s = min(PEACE_S, max(FLOOD_S, interval_s))
    return max(LEAST_REAL_MS, round(1000 * scaled_s / rate))
