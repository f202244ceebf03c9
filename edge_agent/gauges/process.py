"""The gauge process: looks at the river when it is due, judges, writes down, sounds; hears the hub through the inbox.

One loop, one thread. It wakes once a real second, and whenever a gauge is due; between that it sleeps until the stop.
Each pass: let the siren's time go by, look at the gauges that are due, then read what the uplink has laid into the
inbox. Nothing here waits for the network, and no failure of a sensor or of the inbox ends the loop.
"""

import logging
from collections.abc import Callable, Sequence

from contract.clock import Clock
from contract.desired import Applied
from contract.errors import MessageError
from contract.messages import Command, decode_message
from edge_agent.alarm.desk import AlarmDesk
from edge_agent.alarm.judgement import Look
from edge_agent.gauges.post import SensorPost
from edge_agent.health.watchdog import Watchdog
from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.inbox_rows import ReceivedCommand
from edge_agent.stop import Stop

HEAR_EVERY_MS = 1_000
"""Real; how often the inbox is read."""

log = logging.getLogger(__name__)


class GaugeProcess:
    """The loop, and when each thing is due."""

    def __init__(
        self,
        *,
        posts: Sequence[SensorPost],
        desk: AlarmDesk,
        inbox: InboxReader,
        clock: Clock,
        kernel_boot: str,
        watchdog: Watchdog,
        ends_real_ms: int | None = None,
        is_to_leave: Callable[[], bool] | None = None,
    ) -> None:
        """Hold the parts; nothing is looked at yet.

        Args:
            posts: the gauges' sensors.
            desk: decides, writes and sounds.
            inbox: what the uplink has laid down.
            clock: scaled for looking at the river, real for the inbox.
            kernel_boot: the kernel's id of this boot.
            watchdog: fed after each pass.
            ends_real_ms: from then on it ends by itself, as soon as the siren is not in use; None: it does not.
            is_to_leave: whether the hub has retired this box: it ends at once, sound or no sound; None: it never is.
        """
        self._posts = posts
        self._desk = desk
        self._inbox = inbox
        self._clock = clock
        self._kernel_boot = kernel_boot
        self._watchdog = watchdog
        self._ends_real_ms = ends_real_ms
        self._is_to_leave = is_to_leave
        self._looked_up_ms: dict[str, int] = {}
        self._hear_due_ms = 0
        self._command_n = 0
        self._hub_zero_ms: int | None = None

    def run(self, stop: Stop) -> None:
        """Go on until the stop, or until its own time is over; then silence the siren and let go of the sensors."""
        self._watchdog.say_ready()
        try:
            while not stop.is_set() and not self.is_over():
                self.go_round()
                stop.wait(self.wait_s())
        finally:
            self._watchdog.say_stopping()
            self._desk.close()
            for post in self._posts:
                post.close()

    def is_over(self) -> bool:
        """Answer whether its own time is over, and a start would cut off no sound; or the box is retired."""
        if self._is_to_leave is not None and self._is_to_leave():
            return True
        is_due = self._ends_real_ms is not None and self._clock.real_ms() >= self._ends_real_ms
        return is_due and self._desk.memory.siren.run is None

    def go_round(self) -> None:
        """Do everything that is due now."""
        self._desk.pass_time(hub_zero_ms=self._hub_zero_ms)
        for post in self._posts:
            if self._due_up_ms(post.source) <= self._clock.up_ms():
                self._look(post)
        if self._hear_due_ms <= self._clock.real_ms():
            self._hear_due_ms = self._clock.real_ms() + HEAR_EVERY_MS
            self._hear()
        self._watchdog.feed()

    def wait_s(self) -> float:
        """Return how long nothing is due, real seconds."""
        until_heard_ms = self._hear_due_ms - self._clock.real_ms()
        until_due_ms = min(self._due_up_ms(post.source) for post in self._posts) - self._clock.up_ms()
        return max(0.0, min(until_heard_ms, until_due_ms / self._clock.rate) / 1000)

    def _due_up_ms(self, source: str) -> int:
        """Return when a gauge is due on the boot clock; it changes with the river, so it is asked each time."""
        looked_up_ms = self._looked_up_ms.get(source)
        return 0 if looked_up_ms is None else looked_up_ms + round(1000 * self._desk.interval_s(source))

    def _look(self, post: SensorPost) -> None:
        self._looked_up_ms[post.source] = self._clock.up_ms()
        interval_s = self._desk.interval_s(post.source)
        burst, sensor_fault = post.measure()
        self._desk.take_reading(
            post.source, Look(burst=burst, span=post.span, interval_s=interval_s, sensor_fault=sensor_fault)
        )

    def _hear(self) -> None:
        """Read the inbox once and do what it says; with none, everything stays as it is."""
        view = self._inbox.look(self._desk.spool_id, after_command=self._command_n)
        if self._desk.settle(None if view is None else view.marks):
            self._hear_due_ms = 0  # there is more to settle
        if view is None:
            return
        self._hub_zero_ms = view.hub_zero_ms(kernel_boot=self._kernel_boot)
        if view.desired is not None:
            offered = Applied(db_epoch=view.desired.db_epoch, version=view.desired.version)
            self._desk.take_desired(offered, view.desired.body)
        self._desk.take_answered_hello(view.answered)
        for received in view.commands:
            self._take_command(received)
            self._command_n = received.n

    def _take_command(self, received: ReceivedCommand) -> None:
        try:
            command = decode_message(Command, received.body)
        except MessageError as exc:
            log.warning("command %s cannot be read: %s", received.command_id, exc)
            return
        is_expired = received.is_expired(real_ms=self._clock.real_ms(), kernel_boot=self._kernel_boot)
        self._desk.take_command(command, is_expired=is_expired)
