"""Tells people of boxes that should have had their next certificate long ago, while there is time to do something.

A box asks for it from two thirds of its life on, 133 days before the end. What stands 60 days before the end still
does not reach the port of boxes, or has not come back; nothing else at the hub would show it before it falls silent.
"""

import logging

from contract.clock import Clock, aware
from hub.alerting.alert import CERTIFICATE_CODE
from hub.alerting.policy import AlertPolicy
from hub.fleet.authority.errors import PresentedError
from hub.fleet.standing import Standing, standing
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.savepoint import savepoint
from hub.storage import claims, node_certificates
from hub.storage.connection import Connection

BEFORE_MS = 60 * 24 * 3_600_000
"""So long before the end people are told; real time."""
EVERY_MS = 3_600_000
"""Each box is looked at so often; real time."""
A_TICK = 5
"""Boxes that are looked at in one second: some 0.1 ms each."""

_LOG = logging.getLogger(__name__)


class Endings:
    """Looks at the certificates of all boxes in turn."""

    def __init__(self, *, clock: Clock, real: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Begin; an alert left by an earlier run ends when its box is found well.

        Args:
            clock: the hub's.
            real: in whose time certificates end.
            desk: of the alerts.
            policy: of the alerts.
        """
        self._clock = clock
        self._real = real
        self._desk = desk
        self._policy = policy
        self._waiting: list[str] = []
        self._due_real_ms = 0
        self._told: dict[str, bool] = {}
        self._complaints = Complaints(_LOG)

    def look(self, connection: Connection) -> None:
        """Look at some boxes, inside a write."""
        real_ms = self._clock.real_ms()
        if not self._waiting and real_ms >= self._due_real_ms:
            self._due_real_ms = real_ms + EVERY_MS
            self._waiting = claims.node_ids(connection)
        for _ in range(min(A_TICK, len(self._waiting))):
            self._look_at(connection, self._waiting.pop())

    def forget_told(self) -> None:
        """Tell it anew: the write in which it was told did not come to be."""
        self._told.clear()
        self._waiting.clear()
        self._due_real_ms = 0

    def _look_at(self, connection: Connection, node_id: str) -> None:
        kind = f"certificate of {node_id}"
        try:
            ends_ms = self._end_of(connection, node_id)
        except PresentedError as problem:  # one damaged row leaves the other boxes theirs
            self._complaints.trouble(
                kind, f"{node_id}: {problem} Nobody is told of its end; its next renewal mends it."
            )
            return
        self._complaints.well(kind, f"{node_id}: its certificate can be read again")
        is_near = ends_ms is not None and ends_ms - self._real.now_ms() <= BEFORE_MS
        if is_near == self._told.get(node_id):
            return
        day = "" if ends_ms is None else f"{aware(ends_ms):%Y-%m-%d}"
        text = (
            f"sertifikat kotak berakhir {day} dan belum diganti: port 8445 tertutup, atau kotak mati"
            if is_near
            else "sertifikat kotak sudah diganti, atau kotak dicabut"
        )
        now_ms = self._clock.now_ms()
        try:
            with savepoint(connection):
                self._desk.on_fault(
                    connection, station_id=None, node_id=node_id, code=CERTIFICATE_CODE, active=is_near, text=text,
                    at_ms=now_ms, now_ms=now_ms, policy=self._policy,
                )  # fmt: skip
        except PartFailedError as problem:
            self._complaints.trouble("certificates", f"the alerts did not take the certificate of {node_id}: {problem}")
        else:
            self._told[node_id] = is_near

    def _end_of(self, connection: Connection, node_id: str) -> int | None:
        """Return when the newest certificate ends that a live box has come with, real time in UTC ms.

        Raises:
            PresentedError: it is damaged.
        """
        if standing(connection, node_id) is not Standing.LIVE:
            return None
        used = [one for one in node_certificates.of_node(connection, node_id) if one.used_real_ms is not None]
        if not used:
            return None
        # Imported here: only a city whose boxes have certificates pays for the library that reads them (13 MB).
        from hub.fleet.authority.presented import ends_of_chain

        return ends_of_chain(used[-1].chain)
