"""Sees boxes off that a person has asked to leave: tells them, tells them anew, and closes the door behind them."""

from contract.clock import Clock
from hub.fleet import retirement
from hub.fleet.standing import Standing, standing
from hub.ingest.memory import Memory
from hub.storage import retirements
from hub.storage.connection import Connection
from hub.storage.retirements import Retirement


class Leavers:
    """Looks each second at the requests that are open; there are few or none."""

    def __init__(self, memory: Memory, *, clock: Clock) -> None:
        """Take which boxes are heard."""
        self._memory = memory
        self._clock = clock

    def look(self, connection: Connection) -> bool:
        """Do what is due, inside a write; answer whether a box was revoked and its gauges were unbound."""
        completed = [self._look_at(connection, one) for one in retirements.all_open(connection)]
        return any(completed)

    def _look_at(self, connection: Connection, one: Retirement) -> bool:
        now_ms, rate = self._clock.now_ms(), self._clock.rate
        stands = standing(connection, one.node_id)
        if one.answered_ms is not None:
            is_late = now_ms - one.answered_ms >= 1000 * retirement.LEAVES_WITHIN_S * rate
            if is_late or self._has_left(one.node_id):
                retirement.complete(connection, one, now_ms=now_ms)
                return True
        elif stands is Standing.REVOKED:
            retirements.end(connection, one.retirement_id, outcome="revoked", now_ms=now_ms)
        elif (
            stands is Standing.LIVE
            and self._is_heard(one.node_id)
            and retirement.is_to_ask(one, now_ms=now_ms, rate=rate)
        ):
            retirement.ask(connection, one, now_ms=now_ms)
        return False

    def _is_heard(self, node_id: str) -> bool:
        box = self._memory.boxes.find(node_id)
        return box is not None and box.is_online and box.gone_real_ms is None

    def _has_left(self, node_id: str) -> bool:
        box = self._memory.boxes.find(node_id)
        return box is None or box.gone_real_ms is not None or not box.is_online
