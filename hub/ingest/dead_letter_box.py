"""Puts dead letters away within the bound of number and bytes; the oldest go first, counted."""

from hub.storage import counters, dead_letters
from hub.storage.connection import Connection
from hub.storage.counters import DEAD_LETTERS, DEAD_LETTERS_DROPPED, Key
from hub.storage.dead_letters import PAYLOAD_MAX_BYTES, TOTAL_MAX_BYTES, DeadLetter

DROPPED_A_TIME = 100


class DeadLetterBox:
    """Knows how full the table is, so that nobody counts it again."""

    def __init__(self, *, limit: int) -> None:
        """Take the greatest number kept; `load` follows."""
        self._limit = limit
        self._count = 0
        self._size_bytes = 0

    def load(self, connection: Connection) -> None:
        """Look how full the table is."""
        self._count, self._size_bytes = dead_letters.size(connection)

    def put(self, connection: Connection, letter: DeadLetter) -> None:
        """Keep one, inside a write, and count it."""
        dead_letters.add(connection, letter)
        self._count += 1
        self._size_bytes += min(len(letter.payload), PAYLOAD_MAX_BYTES)
        increments: dict[Key, int] = {(DEAD_LETTERS, f'reason="{letter.reason}"'): 1}
        if self._count > self._limit or self._size_bytes > TOTAL_MAX_BYTES:
            dropped = min(DROPPED_A_TIME, self._count - 1)
            self._size_bytes -= dead_letters.drop_oldest(connection, dropped)
            self._count -= dropped
            increments[(DEAD_LETTERS_DROPPED, "")] = dropped
        counters.add(connection, increments)
