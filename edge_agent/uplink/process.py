"""The uplink process: outboxes up, the hub's word down, and nothing that waits for anybody.

One loop, one thread. It wakes for the network, and twenty times a second to see whether an outbox has changed: so an
alert is on its way within 100 ms of its commit, for under 1 % of a core. Only connecting blocks: as long as the
system's resolver takes, then at most 10 s for TCP and 10 s for TLS. Producers never wait for it.
"""

import logging
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from contract.clock import Clock
from contract.desired import Applied
from contract.messages import Command, encode_message
from contract.retirement import CANCEL, RETIRE
from contract.software import installed_version
from edge_agent.blobs.errand import PictureErrand, errand_of
from edge_agent.config import EdgeConfig, HubConfig, TlsConfig, boot_name
from edge_agent.errors import WiringError
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.kernel_time import KernelTime
from edge_agent.health.watchdog import Watchdog
from edge_agent.outbox.errors import OutboxError
from edge_agent.outbox.inbox import Inbox
from edge_agent.outbox.outbox import Outbox
from edge_agent.quota import UPLINK_SHARE, Quota
from edge_agent.renewal.changeover import Changeover
from edge_agent.renewal.errand import Errand, command_of
from edge_agent.renewal.slots import FOLDER, JOURNAL, Slots
from edge_agent.retirement.marker import Step, read_marker, refuse_retired
from edge_agent.stop import Stop
from edge_agent.uplink.acknowledged import Acknowledged
from edge_agent.uplink.commands import life_left_s, why_no_pictures
from edge_agent.uplink.conversation import Phase
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.dialer import Dialer
from edge_agent.uplink.downward import Downward
from edge_agent.uplink.errors import TlsFilesError
from edge_agent.uplink.hello import hello
from edge_agent.uplink.hub_time import HubTime
from edge_agent.uplink.inbox_writer import InboxWriter
from edge_agent.uplink.leaving import Leaving, finish_wipe, why_not_wiped
from edge_agent.uplink.link import Accepted, Ended, Event, HandedOver, Heard, Link
from edge_agent.uplink.own_records import CLOCK_KEY, OwnRecords
from edge_agent.uplink.sender import HelloDue, Outgoing, Sender
from edge_agent.uplink.shelves import Shelves
from edge_agent.uplink.tls import client_context, files_in_use, folder_context
from edge_agent.uplink.witnesses import FILE_NAME, Witnesses

LOOK_EVERY_S = 0.05
HOUSEKEEPING_EVERY_MS = 1_000
SUMMARY_EVERY_MS = 60_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What looks after the certificate."""

    errand: Errand
    changeover: Changeover


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
    leaving: Leaving
    watchdog: Watchdog
    renewal: Renewal | None = None
    """None where the identity does not come from a claim."""
    pictures: PictureErrand | None = None
    """As above."""
    _tickets: dict[int, int] = field(default_factory=dict)
    _answered: int = 0
    _told: Applied = field(default_factory=Applied)
    """The desired state that the last `hello` named as applied."""
    _phase: Phase = Phase.AWAY
    _housekeeping_due_ms: int = 0
    _summary_due_ms: int = 0
    _summary: str = ""

    def run(self, stop: Stop) -> None:
        """Run until the stop, or until the box has left the fleet."""
        self.watchdog.say_ready()
        self._keep_house()
        while not stop.is_set() and not self.leaving.is_over:
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
        if self.pictures is not None and self.pictures.is_hurrying():
            self._bring_pictures()
        self._renew()
        self.leaving.look(is_open=self.sender.phase is Phase.OPEN)
        self.inbox.flush()
        self.watchdog.feed()

    def close(self) -> None:
        """End the connection, lay down what is left, close the files."""
        if self.renewal is not None:
            self.renewal.errand.close()
        if self.pictures is not None:
            self.pictures.close()
        self.link.close(farewell=self.dialer.farewell())
        self.inbox.close()
        self.own.outbox.close()

    def _renew(self) -> None:
        """Look after the certificate; connect anew where another one is to be tried or given up."""
        if self.renewal is None or self.leaving.marker is not None:
            return
        is_open = self.sender.phase is Phase.OPEN
        self.renewal.errand.look(is_connected=is_open)
        if self.renewal.changeover.is_due(is_free=not (is_open and self.dialer.has_alert)):
            self.link.close(farewell=self.dialer.farewell())
            self.sender.lost()
            self.renewal.changeover.turn()
            self.dialer.dial_now()

    def _take(self, event: Event) -> None:
        match event:
            case Accepted():
                self._tickets.clear()
                self.dialer.note_accepted()
                if self.renewal is not None:
                    self.renewal.changeover.note_accepted()
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
                instance=self.dialer.instance,
                agent=installed_version(),
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
        if self.leaving.marker is None:  # who leaves writes no more, or would never be through
            self.own.pass_time(hub_zero_ms=self.hub_time.zero_ms(), queued=self.shelves.queued())
        self.own.settle(self.inbox.marks(self.own.outbox.spool_id))
        self._bring_pictures()
        self.inbox.note_hub(link=self.sender.phase, zero_ms=self.hub_time.zero_ms(), credit_rps=self.sender.credit_rps)
        if now_ms >= self._summary_due_ms:
            self._summary_due_ms = now_ms + SUMMARY_EVERY_MS
            self._sum_up()

    def _bring_pictures(self) -> None:
        if self.pictures is not None and self.leaving.marker is None:
            is_open, has_alert = self.sender.phase is Phase.OPEN, self.shelves.has_alert()
            has_records = any(self.shelves.queued().values())
            wanted_mb = self.own.wanted_mb
            self.pictures.look(is_open=is_open, has_records=has_records, has_alert=has_alert, wanted_mb=wanted_mb)

    def _sum_up(self) -> None:
        summary = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        if summary != self._summary:
            _log.info("%s; queued %s; %s", self.sender.phase, self.shelves.queued(), summary)
        self._summary = summary


def run(config: EdgeConfig, *, clock: Clock, stop: Stop) -> int:
    """Run the uplink of a box until the stop; return the exit code.

    Raises:
        WiringError: the config names no hub, or files that it needs cannot be used.
        RetiredError: this box is retired; what a cut has left to wipe is wiped first.
    """
    _go_on_wiping(config.box.home)
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
    try:
        process.leaving.finish()
    except OSError as exc:
        raise _home_trouble(exc) from exc
    return 0


def _go_on_wiping(home: Path) -> None:
    marker = read_marker(home)
    if marker is None or marker.step is Step.LEAVING:
        return
    if marker.step is Step.WIPING:
        try:
            finish_wipe(home, marker)
        except OSError as exc:
            raise _home_trouble(exc) from exc
    refuse_retired(home)


def _home_trouble(problem: OSError) -> WiringError:
    return WiringError(f"{problem}. Coba / Try: lihat [box] home / look at [box] home")


def _assemble(config: EdgeConfig, hub: HubConfig, *, clock: Clock) -> UplinkProcess:
    home, node_id, kernel_boot = config.box.home, config.box.node, boot_name(config)
    files = None if hub.tls is None else files_in_use(hub.tls)
    tls = None if files is None else client_context(ca=files.ca, certificate=files.certificate, key=files.key)
    counts: Counts = Counter()
    rng = random.Random()  # noqa: S311 - jitter is no secret
    quota = Quota(most_mb=config.box.quota_mb, share=UPLINK_SHARE)
    outbox = _own_outbox(config, clock=clock, quota=quota)
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
    leaving = _leaving(config, hub, clock=clock, acknowledged=inbox.acknowledged, own=own)
    link = Link(node_id=node_id, host=hub.host, port=hub.port, tls=tls, clock=clock)

    def answer(command: Command, is_expired: bool) -> bool:  # noqa: FBT001 - a seam of two values
        if command.kind in {RETIRE, CANCEL}:
            return leaving.take(command, left_s=life_left_s(command, hub_now_ms=hub_time.now_ms(), rate=clock.rate))
        return own.answer(command, is_expired=is_expired, queued=shelves.queued(), no_pictures=no_pictures)

    pictures = errand_of(config, clock=clock, rng=rng, counts=counts)
    no_pictures = why_no_pictures(has_camera=bool(config.camera), has_courier=pictures is not None)
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
            expect_picture=None if no_pictures or pictures is None else pictures.hurry,
        ),
        hub_time=hub_time,
        leaving=leaving,
        watchdog=Watchdog(clock=clock),
        renewal=None if hub.tls is None else _renewal(hub.tls, home=home, link=link, clock=clock, rng=rng),
        pictures=pictures,
    )


def _own_outbox(config: EdgeConfig, *, clock: Clock, quota: Quota) -> Outbox:
    return Outbox.open(
        config.box.home / "outbox-uplink.db",
        clock=clock,
        node_id=config.box.node,
        board=config.box.board,
        limit_mb=quota.limit_mb(None),
        is_scaled=config.clock is not None,
    )


def _leaving(
    config: EdgeConfig, hub: HubConfig, *, clock: Clock, acknowledged: Acknowledged, own: OwnRecords
) -> Leaving:  # fmt: skip
    return Leaving(
        home=config.box.home,
        refuge=config.box.runtime / config.box.node / "outbox-gauge.db",
        node_id=config.box.node,
        why_not=why_not_wiped(None if hub.tls is None else hub.tls.key, home=config.box.home),
        clock=clock,
        acknowledged=acknowledged,
        own=own,
    )


def _renewal(tls: TlsConfig, *, home: Path, link: Link, clock: Clock, rng: random.Random) -> Renewal | None:
    """Return what looks after the certificate, if the identity is one that a claim has laid out."""
    folder = tls.certificate.parent
    if folder != home / FOLDER or not (folder / JOURNAL).is_file():
        return None
    return Renewal(
        errand=Errand(command=command_of(home), clock=clock, rng=rng),
        changeover=Changeover(slots=Slots(folder), link=link, load=folder_context, clock=clock),
    )
