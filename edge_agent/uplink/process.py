"""The uplink process: outboxes up, the hub's word down, and nothing that waits for anybody.

One loop, one thread. It wakes for the network, and twenty times a second to see whether an outbox has changed: so an
alert is on its way within 100 ms of its commit, for under 1 % of a core. Only connecting blocks: as long as the
system's resolver takes, then at most 10 s for TCP and 10 s for TLS. Producers never wait for it.
"""

import logging
import random
from collections import Counter
from dataclasses import dataclass, field

from contract.clock import Clock, kernel_boot_id
from contract.desired import Applied
from contract.messages import Command, encode_message
from edge_agent import agent_version
from edge_agent.config import EdgeConfig, HubConfig
from edge_agent.errors import WiringError
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.kernel_time import KernelTime
from edge_agent.health.watchdog import Watchdog
from edge_agent.outbox.errors import OutboxError
from edge_agent.outbox.inbox import Inbox
from edge_agent.outbox.outbox import Outbox
from edge_agent.quota import UPLINK_SHARE, Quota
from edge_agent.stop import Stop
from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.dialer import Dialer
from edge_agent.uplink.downward import Downward
from edge_agent.uplink.errors import TlsFilesError
from edge_agent.uplink.hello import hello
from edge_agent.uplink.hub_time import HubTime
from edge_agent.uplink.inbox_writer import InboxWriter
from edge_agent.uplink.link import Accepted, Ended, Event, HandedOver, Heard, Link
from edge_agent.uplink.own_records import CLOCK_KEY, OwnRecords
from edge_agent.uplink.sender import HelloDue, Outgoing, Sender
from edge_agent.uplink.shelves import Shelves
from edge_agent.uplink.tls import client_context
from edge_agent.uplink.witnesses import FILE_NAME, Witnesses

LOOK_EVERY_S = 0.05
HOUSEKEEPING_EVERY_MS = 1_000
SUMMARY_EVERY_MS = 60_000

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class UplinkProcess:
    """The loop. Everything in it is made by `run`."""

    node_id: str
    kernel_boot: str
    clock: Clock
    counts: Counts
    link: Link
    dialer: Dialer
    sender: Sender
    shelves: Shelves
    own: OwnRecords
    inbox: InboxWriter
    downward: Downward
    hub_time: HubTime
    watchdog: Watchdog
    _tickets: dict[int, int] = field(default_factory=dict)
    _answered: int = 0
    _told: Applied = field(default_factory=Applied)
    """The desired state that the last `hello` named as applied."""
    _phase: Phase = Phase.AWAY
    _housekeeping_due_ms: int = 0
    _summary_due_ms: int = 0
    _summary: str = ""

    def run(self, stop: Stop) -> None:
        """Run until the stop."""
        self.watchdog.say_ready()
        self._keep_house()
        while not stop.is_set():
            self.turn(stop)
        self.watchdog.say_stopping()

    def turn(self, stop: Stop) -> None:
        """Do once all that there is to do."""
        self.dialer.dial_if_due()
        if self.link.is_up:
            events = self.link.wait(LOOK_EVERY_S)
        else:
            events = []
            stop.wait(LOOK_EVERY_S)
        for event in events:
            self._take(event)
        news = self.shelves.look()
        self.dialer.has_alert = self.shelves.has_alert()
        if news.has_new_alert:
            self.dialer.hurry()
        while self.link.is_up and (outgoing := self.sender.next()) is not None:
            self._publish(outgoing)
        self._note_phase()
        if self.clock.real_ms() >= self._housekeeping_due_ms:
            self._keep_house()
        self.inbox.flush()
        self.watchdog.feed()

    def close(self) -> None:
        """End the connection, lay down what is left, close the files."""
        self.link.close(farewell=self.dialer.farewell())
        self.inbox.close()
        self.own.outbox.close()

    def _take(self, event: Event) -> None:
        match event:
            case Accepted():
                self._tickets.clear()
                self.dialer.note_accepted()
                self.sender.connected(session=self.dialer.session)
            case Ended(why=why):
                self.dialer.note_ended(why, was_answered=self.sender.phase in {Phase.OPEN, Phase.SILENT})
                self.sender.lost()
            case HandedOver(ticket=ticket):
                number = self._tickets.pop(ticket, None)
                if number is not None:
                    self.sender.handed_over(number)
            case Heard():
                self.downward.take(event)

    def _publish(self, outgoing: Outgoing) -> None:
        if isinstance(outgoing, HelloDue):
            self.link.publish("hello", self._hello())
            return
        ticket = self.link.publish("records", encode_message(outgoing.batch))
        if ticket is None:  # the connection is gone: the next wait says so
            self.sender.handed_over(outgoing.number)
        else:
            self._tickets[ticket] = outgoing.number

    def _hello(self) -> bytes:
        self._told = self.shelves.applied()
        return encode_message(
            hello(
                session=self.dialer.session,
                node_id=self.node_id,
                views=self.shelves.views(),
                kernel_boot=self.kernel_boot,
                agent=agent_version(),
                clock=self.own.trust,
                applied=self._told,
            )
        )

    def _note_phase(self) -> None:
        while self._answered < self.sender.talk.answered:
            self._answered += 1
            self.inbox.note_answered()
        if self.sender.phase is self._phase:
            return
        level = logging.WARNING if self.sender.phase is Phase.SILENT else logging.INFO
        _log.log(level, "hub: %s, was %s", self.sender.phase, self._phase)
        self._phase = self.sender.phase

    def _keep_house(self) -> None:
        """Do what is due once a real second."""
        now_ms = self.clock.real_ms()
        self._housekeeping_due_ms = now_ms + HOUSEKEEPING_EVERY_MS
        self.counts[Count.NOT_STORED] = self.shelves.lost()
        if self.shelves.applied() != self._told:
            self.sender.tell_again()
        self.own.follow_quota(self.inbox.desired)
        self.own.pass_time(hub_zero_ms=self.hub_time.zero_ms(), queued=self.shelves.queued())
        self.own.settle(self.inbox.marks(self.own.outbox.spool_id))
        self.inbox.note_hub(link=self.sender.phase, zero_ms=self.hub_time.zero_ms(), credit_rps=self.sender.credit_rps)
        if now_ms >= self._summary_due_ms:
            self._summary_due_ms = now_ms + SUMMARY_EVERY_MS
            self._sum_up()

    def _sum_up(self) -> None:
        summary = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        if summary != self._summary:
            _log.info("%s; queued %s; %s", self.sender.phase, self.shelves.queued(), summary)
        self._summary = summary


def run(config: EdgeConfig, *, clock: Clock, stop: Stop) -> int:
    """Run the uplink of a box until the stop; return the exit code.

    Raises:
        WiringError: the config names no hub, or files that it needs cannot be used.
    """
    if config.hub is None:
        raise WiringError("[hub]: the uplink needs host and port. Coba / Try: add [hub] to the config")
    try:
        process = _assemble(config, config.hub, clock=clock)
    except (OutboxError, TlsFilesError, OSError) as exc:
        raise WiringError(
            f"{exc}. Coba / Try: lihat [box] home dan [hub.tls] / look at [box] home and [hub.tls]"
        ) from exc
    try:
        process.run(stop)
    finally:
        process.close()
    return 0


def _assemble(config: EdgeConfig, hub: HubConfig, *, clock: Clock) -> UplinkProcess:
    home, node_id, kernel_boot = config.box.home, config.box.node, kernel_boot_id()
    tls = None if hub.tls is None else client_context(ca=hub.tls.ca, certificate=hub.tls.certificate, key=hub.tls.key)
    counts: Counts = Counter()
    rng = random.Random()  # noqa: S311 - jitter is no secret
    quota = Quota(most_mb=config.box.quota_mb, share=UPLINK_SHARE)
    outbox = Outbox.open(
        home / "outbox-uplink.db",
        clock=clock,
        node_id=node_id,
        board=config.box.board,
        limit_mb=quota.limit_mb(None),
        is_scaled=config.clock is not None,
    )
    box_clock = BoxClock(clock=clock, source=KernelTime(), boot=outbox.boot, remembered=outbox.state(CLOCK_KEY))
    own = OwnRecords(outbox=outbox, box_clock=box_clock, clock=clock, home=home, counts=counts, quota=quota)
    inbox = InboxWriter(Inbox.open(home / "inbox.db"), clock=clock, kernel_boot=kernel_boot)
    sender = Sender(clock=clock, rng=rng, acknowledged=inbox.acknowledged, counts=counts)
    shelves = Shelves(
        home,
        sender=sender,
        own_version=lambda: own.version,
        on_spools=inbox.take_up,
        on_damage=inbox.note_damage,
    )
    hub_time = HubTime(clock)
    link = Link(node_id=node_id, host=hub.host, port=hub.port, tls=tls, clock=clock)

    def answer(command: Command, is_expired: bool) -> bool:  # noqa: FBT001 - a seam of two values
        return own.answer(command, is_expired=is_expired, queued=shelves.queued())

    return UplinkProcess(
        node_id=node_id,
        kernel_boot=kernel_boot,
        clock=clock,
        counts=counts,
        link=link,
        dialer=Dialer(link=link, clock=clock, rng=rng, counts=counts, first_within_s=hub.first_connect_within_s),
        sender=sender,
        shelves=shelves,
        own=own,
        inbox=inbox,
        downward=Downward(
            sender=sender,
            inbox=inbox,
            answer=answer,
            hub_time=hub_time,
            witnesses=Witnesses(home / FILE_NAME, clock=clock),
            clock=clock,
            counts=counts,
        ),
        hub_time=hub_time,
        watchdog=Watchdog(clock=clock),
    )
