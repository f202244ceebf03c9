"""Tells people when the broker has not read whom to deny, and when it has. Ingest itself refuses meanwhile.

Two troubles with two mends, so two alerts: the hub cannot write the list, or nobody has the broker read it.
"""

import logging
from dataclasses import dataclass

from contract.clock import Clock
from hub.alerting.alert import BROKER_CODE, BROKER_FILE_CODE
from hub.alerting.policy import AlertPolicy
from hub.broker.keeper import BrokerState
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.complaints import Complaints
from hub.ingest.errors import PartFailedError
from hub.ingest.savepoint import savepoint
from hub.storage import changes
from hub.storage.connection import Connection

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What is said of one trouble."""

    code: str
    why: str
    over: str
    logged: str
    logged_over: str


_UNREAD = _Words(
    code=BROKER_CODE,
    why="broker belum membaca daftar hak yang baru: periksa unit jagawai-broker, atau jalankan sudo hub broker apply",
    over="broker sudah membaca daftar hak yang baru",
    logged="the broker has not read which boxes to deny. Ingest takes nothing from them all the same. Try: sudo"
    " systemctl status jagawai-broker.path jagawai-broker.service; without the units: sudo hub broker apply --from"
    " HOME/broker/jagawai.acl, see docs/broker.md",
    logged_over="the broker has read which boxes to deny",
)
_UNWRITTEN = _Words(
    code=BROKER_FILE_CODE,
    why="pusat tidak dapat menulis daftar hak broker: periksa tempat di disk dan hak atas folder broker",
    over="pusat dapat menulis daftar hak broker lagi",
    logged="what the broker shall read cannot be written. Ingest takes nothing from a denied box all the same. Try: df,"
    " and whose the folder broker/ of the hub's folder is",
    logged_over="what the broker shall read can be written again",
)
_TROUBLES = {BrokerState.UNREAD: _UNREAD, BrokerState.UNWRITTEN: _UNWRITTEN}


class BrokerTrouble:
    """Whether people know how it stands."""

    def __init__(self, *, clock: Clock, desk: AlertDesk, policy: AlertPolicy) -> None:
        """Begin; an alert left by an earlier run ends by the first look that finds nothing wrong."""
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._told: BrokerState | None = None
        self._complaints = Complaints(_LOG)

    def look(self, connection: Connection, state: BrokerState) -> None:
        """Tell what has changed, inside a write."""
        if state is self._told:
            return
        try:
            with savepoint(connection):
                for one, words in _TROUBLES.items():
                    self._tell(connection, words, is_so=state is one)
        except PartFailedError as problem:
            self._complaints.trouble("alerts", f"the alerts did not take the trouble of the broker: {problem}")
        else:
            self._told = state

    def forget_told(self) -> None:
        """Tell it anew: the write in which it was told did not come to be."""
        self._told = None

    def _tell(self, connection: Connection, words: _Words, *, is_so: bool) -> None:
        now_ms, policy, code = self._clock.now_ms(), self._policy, words.code
        if is_so:
            self._complaints.trouble(code, words.logged)
            self._desk.on_hub_trouble(
                connection, since_ms=now_ms, why=words.why, now_ms=now_ms, policy=policy, code=code
            )  # fmt: skip
        else:
            self._complaints.well(code, words.logged_over)
            self._desk.on_hub_well(connection, why=words.over, now_ms=now_ms, policy=policy, code=code)
        changes.add(connection, at_ms=now_ms, kind="hub", ref="ingest")
