"""A box whose uplink is the real process, while the test itself is the gauge: it owns the gauge's outbox."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.outbox import Outbox
from tests.support.brokers import NODE_IDS, Broker
from tests.support.clocks import FakeClock
from tests.support.outbox_records import Build, level, open_outbox
from tests.support.processes import Child

NODE_ID = NODE_IDS[0]


class UplinkBox:
    """One box in a folder of its own, used as a context manager."""

    def __init__(self, home: Path, broker: Broker, *, rate: float | None = None) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.clock = FakeClock(now_ms=1_763_712_000_000)
        self.config = home / "box.toml"
        self.config.write_text(_config(home, broker, rate), encoding="utf-8")
        self.gauge: Outbox = open_outbox(home, self.clock, limit_mb=64)
        self.inbox = InboxReader.open(home / "inbox.db")
        self._answered = 0
        self._child: Child | None = None

    @property
    def uplink(self) -> Child:
        """The uplink process."""
        assert self._child is not None, "the uplink was not started"
        return self._child

    def start(self) -> Child:
        """Start the uplink process."""
        command = [sys.executable, "-m", "edge_agent", "uplink", "--verbose", "--config", str(self.config)]
        self._child = Child(command, log=self.home / "uplink.log")
        return self._child

    def write(self, build: Build, **changes: Any) -> int:
        """Commit one record to the gauge's outbox; return its number."""
        return self.write_many([lambda seq, clock: build(seq, clock, **changes)])[0]

    def write_many(self, builds: list[Callable[[int, FakeClock], Any]]) -> list[int]:
        """Commit several records in one transaction; return their numbers."""
        seqs = []
        with self.gauge.transaction() as transaction:
            for build in builds:
                seqs.append(transaction.next_seq)
                transaction.append(build(transaction.next_seq, self.clock))
        return seqs

    def settle(self) -> int:
        """Do as the gauge process does each second; return how many records wait."""
        answered = self.inbox.answered()
        if answered != self._answered:
            self._answered = answered
            self.write(level, decision_id=None)
        marks = self.inbox.marks(self.gauge.spool_id)
        while self.gauge.settle(marks):
            pass
        return sum(self.gauge.counts().values())

    def is_empty(self) -> bool:
        """Answer whether the hub has everything of the gauge."""
        return self.settle() == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            self._child.kill()
        self.gauge.close()


def _config(home: Path, broker: Broker, rate: float | None) -> str:
    lines = [
        "[box]",
        f'node = "{NODE_ID}"',
        f'home = "{home}"',
        'board = "laptop"',
        "[gauge.g1]",
        'driver = "ultrasonic"',
        "[hub]",
        f'host = "{broker.host}"',
        f"port = {broker.port}",
    ]
    if broker.tls is not None:
        pair = broker.tls.client(NODE_ID)
        lines += [
            "[hub.tls]",
            f'ca = "{broker.tls.authority.ca_certificate}"',
            f'certificate = "{pair.certificate}"',
            f'key = "{pair.key}"',
        ]
    if rate is not None:
        lines += ["[clock]", f"rate = {rate}", "anchor_real_ms = 1763712000000", "anchor_data_ms = 1763712000000"]
    return "\n".join(lines) + "\n"
