"""A second producer of a box for fault tests: fills an outbox file of its own and says what it has committed.

Run as a program. It appends records of all classes, a few a transaction, and settles what the hub has acknowledged as
every producer does. After each commit it writes one line per record, `<spool> <seq> <class> <sha256 of the record>`:
what stands there was promised to be kept, whatever happens to any process afterwards.
"""

import argparse
import hashlib
import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contract.clock import ClockTrust, ScaledClock
from contract.records import (
    AnyRecord,
    CommandResult,
    Health,
    Reading,
    RecordClass,
    Sighting,
    Siren,
    encode_record,
)
from edge_agent.health.stamp import Envelope, Stamp, envelope
from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.outbox import Outbox
from edge_agent.stop import Stop

if TYPE_CHECKING:  # the program itself starts faster without
    from tests.support.pole import Pole
    from tests.support.town import Town

NAME = "camera"
"""Of the outbox: the third producer a box may have."""

SETTLE_EVERY_MS = 1_000
MOST_AT_ONCE = 6
MEAN_AT_ONCE = (1 + MOST_AT_ONCE) / 2


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the log: what was committed."""

    spool: str
    seq: int
    record_class: int
    digest: str


def told_in(log: Path) -> list[Told]:
    """Return what a producer has told, without a last line that a kill has cut."""
    if not log.exists():
        return []
    lines = log.read_text(encoding="ascii").splitlines(keepends=True)
    words = [line.split() for line in lines if line.endswith("\n")]
    return [Told(word[0], int(word[1]), int(word[2]), word[3]) for word in words if len(word) == 4]


def start_producer(
    town: "Town", pole: "Pole", *, rate_per_s: float = 100.0, limit_mb: float = 64.0, seed: int = 0
) -> Path:
    """Start a producer beside the gauge of a box as `<node>/producer`; return its log of what it has committed."""
    log = town.box_home(pole) / "producer.log"
    clock = town.clock
    town.start(
        f"{pole.node_id}/producer",
        sys.executable,
        "-m",
        "tests.support.producer",
        *("--outbox", str(town.outbox(pole, NAME)), "--inbox", str(town.box_home(pole) / "inbox.db")),
        *("--log", str(log), "--node", pole.node_id, "--rate", str(rate_per_s), "--limit-mb", str(limit_mb)),
        *("--clock", f"{clock.anchor_real_ms},{clock.anchor_data_ms},{clock.rate}", "--seed", str(seed)),
    )
    return log


def digest_of(body: bytes) -> str:
    """Return the digest by which a record is compared."""
    return hashlib.sha256(body).hexdigest()


def record_of(rng: random.Random, head: Envelope) -> AnyRecord:
    """Return a record of the class that `head` names, with content that no other record has."""
    text = f"{rng.getrandbits(128):032x}" * rng.randrange(1, 12)
    record_class = head["record_class"]
    if record_class == RecordClass.ALERT:
        return Siren(**head, on=False, trigger="test", severity=None, decision_id=None, text=text)
    if record_class == RecordClass.READING:
        if rng.random() < 0.5:
            return CommandResult(**head, command_id=text[:32], result="refused", text=text)
        return Reading(**head, stage_cm=rng.uniform(0, 300), flag=1, interval_s=5.0, reason=text)
    if record_class == RecordClass.TELEMETRY:
        return Sighting(**head, zone="tepi", label=text, count=rng.randrange(9))
    return Health(**head, counters={text[:32]: rng.randrange(1000)})


def run(args: argparse.Namespace, stop: Stop) -> None:
    """Produce until the stop."""
    anchor_real, anchor_data, rate = args.clock.split(",")
    clock = ScaledClock.start(anchor_real_ms=int(anchor_real), anchor_data_ms=int(anchor_data), rate=float(rate))
    rng = random.Random(f"{args.seed}/{clock.real_ms()}")
    inbox = InboxReader.open(args.inbox)
    log = os.open(args.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    settle_ms = 0
    with Outbox.open(
        args.outbox, clock=clock, node_id=args.node, board="laptop", limit_mb=args.limit_mb, is_scaled=True
    ) as outbox:
        while not stop.wait(rng.expovariate(args.rate / MEAN_AT_ONCE)):
            lines = append_some(outbox, clock, rng)
            os.write(log, lines)
            if clock.real_ms() >= settle_ms:
                settle(outbox, inbox)
                settle_ms = clock.real_ms() + SETTLE_EVERY_MS


def append_some(outbox: Outbox, clock: ScaledClock, rng: random.Random) -> bytes:
    """Commit one to six records; return the lines that tell it."""
    lines = []
    stamp = Stamp(boot=outbox.boot, up_ms=clock.up_ms(), at_ms=clock.now_ms(), clock=ClockTrust.NTP, err_ms=10)
    with outbox.transaction() as transaction:
        for _ in range(rng.randint(1, MOST_AT_ONCE)):
            record_class = rng.choices(range(4), weights=(1, 10, 5, 4))[0]
            record = record_of(rng, envelope(stamp, seq=transaction.next_seq, record_class=record_class, source="c1"))
            transaction.append(record)
            lines.append(f"{outbox.spool_id} {record.seq} {record_class} {digest_of(encode_record(record))}\n")
    return "".join(lines).encode("ascii")


def settle(outbox: Outbox, inbox: InboxReader) -> None:
    """Take over what the hub has acknowledged."""
    marks = inbox.marks(outbox.spool_id)
    while outbox.settle(marks):
        pass


def main() -> None:
    """Read the command line and produce until SIGTERM."""
    parser = argparse.ArgumentParser(prog="producer")
    for name in ("--outbox", "--inbox", "--log"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--node", "--clock", "--seed"):
        parser.add_argument(name, required=True)
    for name in ("--rate", "--limit-mb"):
        parser.add_argument(name, type=float, required=True)
    run(parser.parse_args(), Stop.on_signals())


if __name__ == "__main__":
    main()
