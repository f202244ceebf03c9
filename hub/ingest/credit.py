"""How many records a second each box may send: 5,000 shared among those with a backlog, never under 10 each."""

from contract.flow import BATCH_MAX_RECORDS, BATCHES_IN_FLIGHT, CREDIT_FLOOR_RPS, CREDIT_SHARED_RPS

BACKLOG_RECORDS = BATCH_MAX_RECORDS * BATCHES_IN_FLIGHT
"""What is in flight in one go is no backlog."""

SILENT_AFTER_REAL_MS = 30_000
"""A box that says nothing for so long leaves its share to the others."""


class Credit:
    """Who has a backlog, by what boxes last said."""

    def __init__(self) -> None:
        """Begin with no backlog known."""
        self._said_real_ms: dict[str, int] = {}

    def note(self, node_id: str, *, outstanding: int, real_ms: int) -> None:
        """Take how many records the box still holds for us."""
        if outstanding > BACKLOG_RECORDS:
            self._said_real_ms[node_id] = real_ms
        else:
            self._said_real_ms.pop(node_id, None)

    def forget_silent(self, *, real_ms: int) -> None:
        """Let go of boxes that fell silent amid their backlog."""
        self._said_real_ms = {
            node_id: said_ms
            for node_id, said_ms in self._said_real_ms.items()
            if real_ms - said_ms <= SILENT_AFTER_REAL_MS
        }

    def rps(self, node_id: str) -> int:
        """Return records per second for a box: its share, or what its share would be if it came to have a backlog."""
        sharing = len(self._said_real_ms) + (node_id not in self._said_real_ms)
        return max(CREDIT_FLOOR_RPS, CREDIT_SHARED_RPS // sharing)
