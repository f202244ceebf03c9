"""Which boxes are refused, and how much of theirs was: nothing is taken, nothing acknowledged, all of it counted.

The broker denies such a box as well. This holds where the broker has not been told yet, or cannot be. What is refused
is not lost: without an acknowledgement a box keeps its records and sends them again.
"""

from hub.fleet import standing
from hub.fleet.standing import Standing
from hub.storage import counters
from hub.storage.connection import Connection, data_version
from hub.storage.counters import REFUSED


class Refusals:
    """Mirrors the standings of boxes that are not live."""

    def __init__(self) -> None:
        """Begin with none; `read_again` follows."""
        self._standings: dict[str, Standing] = {}
        self._counted: dict[Standing, int] = {}
        self._seen_data_version = -1

    def __contains__(self, node_id: str) -> bool:
        """Answer whether a box is refused."""
        return node_id in self._standings

    def read_again(self, connection: Connection) -> None:
        """Take what the database has."""
        self._seen_data_version = data_version(connection)
        self._standings = standing.refused(connection)

    def follow(self, connection: Connection) -> None:
        """Take what another process has decided since; costs nothing while none has written."""
        if data_version(connection) != self._seen_data_version:
            self.read_again(connection)

    def refuses(self, node_id: str) -> bool:
        """Answer whether a message of this box is passed over, and count it if so."""
        found = self._standings.get(node_id)
        if found is None:
            return False
        self._counted[found] = self._counted.get(found, 0) + 1
        return True

    def count(self, connection: Connection) -> None:
        """Write down how many messages were passed over."""
        counted, self._counted = self._counted, {}
        counters.add(connection, {(REFUSED, f'standing="{found}"'): count for found, count in counted.items()})
