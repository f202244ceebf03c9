"""What happens each real second without any traffic, in one short transaction.

Roll-ups follow in portions of their own, so that nobody waits for them.
"""

import logging
from pathlib import Path

from contract.clock import Clock, SystemClock
from hub.alerting.policy import AlertPolicy
from hub.broker.keeper import BrokerState
from hub.ingest.ageing import Ageing
from hub.ingest.alert_desk import AlertDesk
from hub.ingest.broker_trouble import BrokerTrouble
from hub.ingest.complaints import Complaints
from hub.ingest.endings import Endings
from hub.ingest.errors import PartFailedError
from hub.ingest.hub_clock import HubClock
from hub.ingest.hub_trouble import HubTrouble
from hub.ingest.layout_follower import LayoutFollower
from hub.ingest.leavers import Leavers
from hub.ingest.memory import Memory
from hub.ingest.own_endings import OwnEndings
from hub.ingest.savepoint import savepoint
from hub.ingest.station_moves import StationMoves
from hub.ingest.suspicions import Suspicions
from hub.storage import cameras, counters, heartbeats, retention
from hub.storage.connection import Connection, write
from hub.storage.retention import Retention

PROCESS = "ingest"
_LOG = logging.getLogger(__name__)


class Ticks:
    """The hub's second hand."""

    def __init__(
        self,
        connection: Connection,
        memory: Memory,
        *,
        clock: Clock,
        desk: AlertDesk,
        policy: AlertPolicy,
        kept: Retention,
        real: Clock | None = None,
        home: Path | None = None,
    ) -> None:
        """Take what is acted on.

        `real` is the machine's own clock, in whose time certificates end; `home` has the hub's own, in `authority/`.
        """
        self._connection = connection
        self._memory = memory
        self._clock = clock
        self._desk = desk
        self._policy = policy
        self._retention = kept
        self._ageing = Ageing(memory, clock=clock, desk=desk, policy=policy)
        self._trouble = HubTrouble(clock=clock, desk=desk, policy=policy)
        self._broker = BrokerTrouble(clock=clock, desk=desk, policy=policy)
        self._hub_clock = HubClock(memory.ntp_leads, clock=clock, desk=desk, policy=policy)
        self._suspicions = Suspicions(memory, clock=clock, desk=desk, policy=policy)
        self._endings = Endings(clock=clock, real=real or SystemClock(), desk=desk, policy=policy)
        self._own_endings = OwnEndings(
            authority=home and home / "authority", clock=clock, real=real or SystemClock(), desk=desk, policy=policy
        )
        self._leavers = Leavers(memory, clock=clock)
        stations = StationMoves(memory, clock=clock, desk=desk, policy=policy)
        self._follower = LayoutFollower(memory, stations, clock=clock)
        self._complaints = Complaints(_LOG)
        self._round = 0

    def start(self) -> None:
        """Bring the desired states up to the layout, once, before the first tick."""
        with write(self._connection):
            self._memory.desired.refresh(self._connection, self._memory.layout, now_ms=self._clock.now_ms())

    def tick(
        self, *, listening_real_ms: int | None, durations_s: list[float], broker: BrokerState | None = None
    ) -> None:  # fmt: skip
        """Do what a second brings.

        Args:
            listening_real_ms: real clock since when boxes are heard without a break; None while the broker is away.
            durations_s: how long each set of messages since the last tick took, from the first byte to the commit.
            broker: how far it is with what it should read; None: it can deny nobody.
        """
        try:
            with write(self._connection):
                if broker is not None:
                    self._broker.look(self._connection, broker)
                self._tick(listening_real_ms, durations_s)
        except BaseException:
            self._memory.load(self._connection)
            self._trouble.forget_told()
            self._hub_clock.forget_told()
            self._broker.forget_told()
            self._endings.forget_told()
            self._own_endings.forget_told()
            raise

    def _tick(self, listening_real_ms: int | None, durations_s: list[float]) -> None:
        connection, now_ms, real_ms = self._connection, self._clock.now_ms(), self._clock.real_ms()
        self._memory.refused.follow(connection)
        if self._leavers.look(connection):
            self._memory.refused.read_again(connection)
            self._follower.look_again()
        self._follower.look(connection)
        self._ageing.look(connection, listening_real_ms=listening_real_ms)
        for mark in self._memory.watermarks.all_marks():
            if mark.suspected is not None:
                self._suspicions.look_for_losses(connection, mark)
        self._memory.watermarks.save(connection)
        self._trouble.look(connection, is_listening=listening_real_ms is not None)
        self._hub_clock.look(connection)
        self._endings.look(connection)
        self._own_endings.look(connection)
        self._tick_alerts(now_ms)
        self._memory.desired.show_audit_head(connection, now_ms=now_ms)
        self._memory.credit.forget_silent(real_ms=real_ms)
        counters.add(connection, counters.histogram(durations_s))
        detail = "" if listening_real_ms is not None else "broker tidak terjangkau"
        heartbeats.beat(connection, PROCESS, real_ms=real_ms, now_ms=now_ms, detail=detail)
        self._forget_old(now_ms)

    def _tick_alerts(self, now_ms: int) -> None:
        try:
            with savepoint(self._connection):
                self._desk.tick(self._connection, now_ms=now_ms, policy=self._policy)
        except PartFailedError as problem:
            self._complaints.trouble("alerts", f"the alerts did not take the tick: {problem}")
        else:
            self._complaints.well("alerts", "the alerts take the tick again")

    def _forget_old(self, now_ms: int) -> None:
        """Forget some of what is too old; one station's and one camera's sums a tick, in turn."""
        places = sorted(self._memory.layout.places)
        eyes = [one.camera_no for one in cameras.all_cameras(self._connection)]
        self._round += 1
        station_id = places[self._round % len(places)] if places else None
        camera_no = eyes[self._round % len(eyes)] if eyes else None
        retention.forget_some(
            self._connection, self._retention, station_id=station_id, camera_no=camera_no, now_ms=now_ms
        )

    def roll_up(self) -> bool:
        """Sum up one portion of what came, a few milliseconds of work; answer whether there was any."""
        with write(self._connection):
            return self._memory.rollups.work(self._connection) > 0
