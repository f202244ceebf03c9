"""How often live rows are sent: as often as readings come. Pure.

In peace a gauge reads every 60 s and a batch goes every 60 s; in flood both are 5 s. So a reading's own `interval_s`
says it all: rising or at Waspada and above, the gauge has already gone to its flood sampling. The answer to a command
does not wait for a reading: somebody sits before a screen; nor does the record of a still, for its picture waits; nor a
fault, which is to stand on the wall within seconds; nor a sighting of a moment: people have come to a bank.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from edge_agent.uplink.spools import Row

PEACE_S = 60.0
FLOOD_S = 5.0
"""Scaled seconds."""

AT_ONCE = frozenset({"command_result", "fault", "still"})
"""Kinds that come a few times an hour, and for which a person waits, or a picture that may not go before its record."""

LEAST_REAL_MS = 1_000
"""No batch comes more often, however fast the clock runs."""


class _Waiting(Struct, frozen=True, gc=False):
    kind: str = ""
    interval_s: float = PEACE_S
    window_s: float | None = None


_DECODER = msgspec.json.Decoder(_Waiting)


def real_ms(rows: Sequence[Row], *, rate: float) -> int:
    """Return the least real ms between two batches of live rows, told by the rows that wait.

    Args:
        rows: readings, or any other records, which count as peace; at least one.
        rate: scaled seconds per real second.
    """
    return max(LEAST_REAL_MS, round(1000 * min(map(_patience_s, rows)) / rate))


def _patience_s(row: Row) -> float:
    try:
        waiting = _DECODER.decode(row.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return PEACE_S  # it goes as it is: the hub keeps what does not decode as a dead letter
    if waiting.kind in AT_ONCE or (waiting.kind == "sighting" and waiting.window_s is None):
        return 0.0
    return min(PEACE_S, max(FLOOD_S, waiting.interval_s))
