"""Tells people when the hub's own clock is behind those of its boxes, which then are not to blame.

The rules:

1. A box that follows NTP says with the last record of a batch how far it is ahead of the hub. Records of a backlog
   further back than the hub's clock may be wrong say nothing; nearer ones may say that all is well, see 4.
2. The hub is behind where at least two boxes, and more than half of those heard of late, are further ahead than is
   believed. One box alone may be the one that is wrong.
3. That is over when somebody is heard who is not ahead, and 2 is not so; not because nobody is heard.
4. Either is told once it has been so for five minutes without a break: the first words after a silence are few, those
   of a backlog are old, and a hub that has just started may be about to set its clock.
"""

import logging
from statistics import median

from contract.clock import Clock
from hub.alerting.alert import CLOCK_CODE
from hub.alerting.policy import AlertPolicy
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.savepoint import savepoint
from hub.rivers.believable_hours import ahead_most_ms
from hub.storage import changes
from hub.storage.connection import Connection

HEARD_REAL_MS = 600_000
"""Older words of a box count no longer."""
BOXES_AT_LEAST = 2
HOLD_REAL_MS = 300_000

_LOG = logging.getLogger(__name__)


class NtpLeads:
    """How far boxes that follow NTP are ahead of the hub, scaled ms, by what they said last."""

    def __init__(self, *, ahead_ms: int) -> None:
        """Begin with nothing heard; `ahead_ms` is how far ahead an hour is believed."""
        self._ahead_ms = ahead_ms
        self._heard: dict[str, tuple[int, int]] = {}

    def note(self, node_id: str, lead_ms: int, *, real_ms: int) -> None:
        """Take what a box's last record says (rule 1)."""
        if lead_ms > -self._ahead_ms:
            self._heard[node_id] = (lead_ms, real_ms)

    def ahead(self, *, real_ms: int) -> list[int] | None:
        """Return the leads of boxes by which the hub is behind, empty where it is not; None: nobody can tell."""
        self._heard = {node_id: heard for node_id, heard in self._heard.items() if real_ms - heard[1] <= HEARD_REAL_MS}
        ahead = [lead_ms for lead_ms, _ in self._heard.values() if lead_ms > self._ahead_ms]
        if len(ahead) >= BOXES_AT_LEAST and 2 * len(ahead) > len(self._heard):
            return ahead
        return [] if len(ahead) < len(self._heard) else None


class HubClock:
    """Whether the hub's own clock is behind."""

    def __init__(self, leads: NtpLeads, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Begin; a trouble left by an earlier run ends when a box is heard that is not ahead of the hub."""
        self._leads = leads
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._is_told: bool | None = None
        self._is_behind: bool | None = None
        self._since_real_ms = clock.real_ms()
        self._complaints = Complaints(_LOG)

    def look(self, connection: Connection) -> None:
        """Tell what has changed, inside a write."""
        ahead = self._leads.ahead(real_ms=self._clock.real_ms())
        is_behind = None if ahead is None else bool(ahead)
        if not self._has_held(is_behind=is_behind) or ahead is None or is_behind == self._is_told:
            return
        try:
            with savepoint(connection):
                self._tell(connection, ahead)
        except PartFailedError as problem:
            self._complaints.trouble("alerts", f"the alerts did not take the trouble of the hub's clock: {problem}")
        else:
            self._is_told = is_behind

    def forget_told(self) -> None:
        """Tell it anew: the write in which it was told did not come to be."""
        self._is_told = None

    def _has_held(self, *, is_behind: bool | None) -> bool:
        """Return whether what is found now has been found for long enough (rule 4)."""
        real_ms = self._clock.real_ms()
        if is_behind != self._is_behind:
            self._is_behind, self._since_real_ms = is_behind, real_ms
        return real_ms - self._since_real_ms >= HOLD_REAL_MS

    def _tell(self, connection: Connection, ahead: list[int]) -> None:
        now_ms, policy = self._clock.now_ms(), self._policy
        if ahead:
            behind_min = round(median(ahead) / 60_000)
            why = f"jam pusat tertinggal {behind_min} menit dari jam {len(ahead)} alat: setel jam pusat"
            self._complaints.trouble(
                "clock",
                f"this hub's clock is {behind_min} min behind those of {len(ahead)} boxes that follow NTP:"
                " their readings are in no chart. Set the clock of this machine.",
            )
            self._desk.on_hub_trouble(
                connection, since_ms=now_ms, why=why, now_ms=now_ms, policy=policy, code=CLOCK_CODE
            )
        else:
            self._complaints.well("clock", "this hub's clock agrees with its boxes again")
            why = "jam pusat cocok lagi dengan jam alat"
            self._desk.on_hub_well(connection, why=why, now_ms=now_ms, policy=policy, code=CLOCK_CODE)
        changes.add(connection, at_ms=now_ms, kind="hub", ref="ingest")


def leads_of(clock: Clock) -> NtpLeads:
    """Return leads of a hub with this clock, of which nothing is heard yet."""
    return NtpLeads(ahead_ms=ahead_most_ms(rate=clock.rate))
