"""Tells people that the hub's own certificates end soon: with them every box, and the hub itself, lose the broker.

Nothing renews them but `hub authority server`, typed by a person. A restart later the hub shows the new ones.
"""

import logging
import os
from datetime import datetime
from pathlib import Path

from contract.clock import Clock, aware
from hub.alerting.alert import OWN_CERTIFICATE_CODE
from hub.alerting.policy import AlertPolicy
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.savepoint import savepoint
from hub.storage import changes
from hub.storage.connection import Connection

BEFORE_MS = 60 * 24 * 3_600_000
"""So long before the end people are told; real time. As for boxes."""
EVERY_MS = 3_600_000

_FILES = ("server.pem", "client.pem")
_LOG = logging.getLogger(__name__)


class OwnEndings:
    """Looks at the hub's own two certificates."""

    def __init__(
        self, *, authority: Path | None, clock: Clock, real: Clock, desk: AlertDesk, policy: AlertPolicy
    ) -> None:
        """Begin; an alert left by an earlier run ends by the first look that finds nothing wrong.

        Args:
            authority: the folder; None, or one that is not there: the hub has no certificates.
            clock: the hub's.
            real: in whose time certificates end.
            desk: of the alerts.
            policy: of the alerts.
        """
        self._authority = authority
        self._clock = clock
        self._real = real
        self._desk = desk
        self._policy = policy
        self._due_real_ms = 0
        self._is_told: bool | None = None
        self._complaints = Complaints(_LOG)

    def look(self, connection: Connection) -> None:
        """Tell what has changed, inside a write."""
        real_ms = self._clock.real_ms()
        if real_ms < self._due_real_ms:
            return
        self._due_real_ms = real_ms + EVERY_MS
        end = self._first_end()
        is_near = end is not None and round(end.timestamp() * 1000) - self._real.now_ms() <= BEFORE_MS
        if is_near == self._is_told:
            return
        try:
            with savepoint(connection):
                self._tell(connection, end if is_near else None)
        except PartFailedError as problem:
            self._complaints.trouble("alerts", f"the alerts did not take the hub's own certificates: {problem}")
        else:
            self._is_told = is_near

    def forget_told(self) -> None:
        """Tell it anew: the write in which it was told did not come to be."""
        self._is_told = None
        self._due_real_ms = 0

    def _tell(self, connection: Connection, end: datetime | None) -> None:
        now_ms, policy, code = self._clock.now_ms(), self._policy, OWN_CERTIFICATE_CODE
        if end is not None:
            over = aware(self._real.now_ms()) >= end
            self._complaints.trouble(
                code,
                f"the hub's own certificate {'ended' if over else 'ends'} {end:%Y-%m-%d}: then no box reaches the"
                " hub. Try: hub authority server, then restart hub and broker",
            )
            why = f"sertifikat pusat sendiri {'sudah berakhir' if over else 'berakhir'} {end:%Y-%m-%d}: sesudahnya"
            why += " semua alat terputus. Jalankan hub authority server, mulai ulang pusat dan broker"
            self._desk.on_hub_trouble(connection, since_ms=now_ms, why=why, now_ms=now_ms, policy=policy, code=code)
        else:
            self._complaints.well(code, "the hub's own certificates are new")
            why = "sertifikat pusat sendiri sudah diganti"
            self._desk.on_hub_well(connection, why=why, now_ms=now_ms, policy=policy, code=code)
        changes.add(connection, at_ms=now_ms, kind="hub", ref="ingest")

    def _first_end(self) -> datetime | None:
        """Return when the first of the two ends; None: there are none that can be read."""
        files = [] if self._authority is None else [self._authority / name for name in _FILES]
        files = [one for one in files if os.access(one, os.F_OK)]
        if not files:
            return None
        # Imported here: only a hub with certificates pays for the library that reads them (13 MB).
        from hub.fleet.authority import shelf
        from hub.fleet.authority.errors import AuthorityMissingError

        ends = []
        for one in files:
            try:
                ends.append(shelf.read_chain(one)[0].not_valid_after_utc)
            except AuthorityMissingError as problem:
                self._complaints.trouble(one.name, f"{problem} Nobody is told of its end.")
            else:
                self._complaints.well(one.name, f"{one.name}: the certificate can be read again")
        return min(ends, default=None)
