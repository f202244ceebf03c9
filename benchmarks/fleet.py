"""Many simulated boxes on raw sockets, driven by one thread, with the clock of the load.

It shares its two cores with broker and hub, so it does little: batches may be made before the clock starts, and one
turn of the loop handles all that one socket brought.
"""

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from benchmarks import packets
from benchmarks.errors import LoadError
from benchmarks.simulated_box import Box
from contract.flow import BATCHES_IN_FLIGHT

KEEPALIVE_S = 600
"""Longer than any bench, so that no box has to ping."""
HELLO_EVERY_S = 1.0
"""A real box asks again each 30 s; here the clock has not started yet and somebody waits."""
_RECEIVE_BYTES = 262_144

SettledBy = Literal["hub", "broker"]
"""Whose word frees a place in the window: the hub's ack, or the broker's PUBACK where nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one load came to: from the first batch sent to the last one settled, and the load's own CPU time."""

    seconds: float
    records: int
    batches: int
    cpu_s: float

    @property
    def records_per_s(self) -> float:
        """Records settled a second."""
        return self.records / self.seconds


class Fleet:
    """All boxes of one load, driven by one thread."""

    def __init__(self, boxes: Iterable[Box], *, port: int, settled_by: SettledBy = "hub") -> None:
        self.boxes = list(boxes)
        self._port = port
        self._by_broker = settled_by == "broker"
        self._selector = selectors.DefaultSelector()
        self._sent_batches = 0
        self._sent_records = 0

    def connect(self, *, deadline_s: float = 60.0) -> None:
        """Connect every box and say hello until each one is answered by the hub, where a hub is expected.

        Raises:
            LoadError: a box is refused, or unanswered at the deadline.
        """
        for box in self.boxes:
            box.socket.connect(("127.0.0.1", self._port))
            box.socket.setblocking(False)
            self._selector.register(box.socket, selectors.EVENT_READ, box)
            self._send(box, packets.connect(box.node_id, keepalive_s=KEEPALIVE_S))
            self._send(box, packets.subscribe(box.down_filters(), packet_id=1))
        end_s = time.monotonic() + deadline_s
        self._turn_until(lambda: all(box.is_subscribed for box in self.boxes), end_s=end_s, what="a SUBACK")
        while not self._by_broker and not all(box.is_answered for box in self.boxes):
            for box in self.boxes:
                if not box.is_answered:
                    self._send(box, box.hello())
            again_s = min(end_s, time.monotonic() + HELLO_EVERY_S)
            while time.monotonic() < again_s and not all(box.is_answered for box in self.boxes):
                self._turn(again_s - time.monotonic())
            if time.monotonic() >= end_s:
                raise LoadError("simulated boxes: nobody answered hello. Try: look at the log of the hub")

    def run(
        self,
        *,
        deadline_s: float,
        records_per_s: float | None = None,
        is_ended: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Send every batch of every box and wait until all are settled.

        Args:
            deadline_s: real seconds until the load gives up.
            records_per_s: pace over all boxes; None: as fast as the windows open.
            is_ended: asked often; when true nothing new is sent.

        Raises:
            LoadError: batches were still unsettled at the deadline.
        """
        cpu_s, start_s = time.process_time(), time.monotonic()
        before = sum(box.settled for box in self.boxes)
        sent_batches, sent_records = self._sent_batches, self._sent_records
        waiting = deque(self.boxes)
        while waiting and not is_ended():
            elapsed_s = time.monotonic() - start_s
            if elapsed_s > deadline_s:
                break
            due = None if records_per_s is None else elapsed_s * records_per_s - (self._sent_records - sent_records)
            self._send_round(waiting, due=due)
            self._turn(0.05 if records_per_s is None else 0.002)
        self._turn_until(
            lambda: not any(box.in_flight for box in self.boxes), end_s=start_s + deadline_s, what="the last ack"
        )
        return Run(
            seconds=time.monotonic() - start_s,
            records=sum(box.settled for box in self.boxes) - before,
            batches=self._sent_batches - sent_batches,
            cpu_s=time.process_time() - cpu_s,
        )

    def send_one(self, box: Box) -> None:
        """Send the next batch of one box, and do not wait for what is said to it."""
        self._fill(box, 1)

    def close(self) -> None:
        """End every connection as a box does that is switched off properly."""
        for box in self.boxes:
            box.send(packets.DISCONNECT)
            box.socket.close()
        self._selector.close()

    def _send_round(self, waiting: deque[Box], *, due: float | None) -> None:
        """Give each box with an open window its turn; boxes that have nothing left leave `waiting`."""
        for _ in range(len(waiting)):
            if due is not None and due < 1:
                return
            box = waiting.popleft()
            places = BATCHES_IN_FLIGHT - len(box.in_flight)
            sent = self._fill(box, 1 if due is not None and places else places)
            if due is not None:
                due -= sent
            if sent or not places:
                waiting.append(box)

    def _fill(self, box: Box, places: int) -> int:
        """Send up to `places` batches of one box in one go; return the number of records sent."""
        parts: list[bytes] = []
        records = 0
        while len(parts) < places:
            packet = next(box.batches, None)
            if packet is None:
                break
            box.in_flight.append((packet.first, packet.last))
            records += packet.last - packet.first + 1
            parts.append(packet.data)
        if parts:
            self._send(box, b"".join(parts))
            self._sent_batches += len(parts)
            self._sent_records += records
        return records

    def _send(self, box: Box, data: bytes) -> None:
        if box.send(data):
            self._selector.modify(box.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, box)

    def _turn_until(self, condition: Callable[[], bool], *, end_s: float, what: str) -> None:
        while not condition():
            if time.monotonic() > end_s:
                held = sum(last - first + 1 for box in self.boxes for first, last in box.in_flight)
                raise LoadError(f"simulated boxes: still waiting for {what}, {held} records unsettled")
            self._turn(0.05)

    def _turn(self, timeout_s: float) -> None:
        """Wait for the sockets once and handle what they bring."""
        for key, events in self._selector.select(timeout_s):
            box: Box = key.data
            if events & selectors.EVENT_WRITE and not box.send_rest():
                self._selector.modify(box.socket, selectors.EVENT_READ, box)
            if events & selectors.EVENT_READ:
                self._receive(box)

    def _receive(self, box: Box) -> None:
        try:
            data = box.socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:  # of TLS, which had only a part of a record
            return
        if not data:
            raise LoadError(f"simulated box {box.node_id}: the broker closed the connection. Try: look at its log")
        box.received += data
        heard = [self._hear(box, *packet) for packet in packets.split(box.received)]
        answers = [answer for answer in heard if answer is not None]
        if answers:
            self._send(box, b"".join(answers))

    def _hear(self, box: Box, kind: int, flags: int, body: bytes) -> bytes | None:
        """Take one packet; return what it is answered with."""
        if kind == packets.PUBLISH:
            topic, packet_id, payload = packets.published(flags, body)
            if topic.endswith(b"/ack"):
                box.settle(payload)
            return None if packet_id is None else packets.puback(packet_id)
        if kind == packets.PUBACK and self._by_broker:
            box.settle_oldest()
        elif kind == packets.CONNACK and body[1]:
            raise LoadError(f"simulated box {box.node_id}: the broker refused it with code {body[1]}")
        elif kind == packets.SUBACK:
            box.is_subscribed = True
        return None
