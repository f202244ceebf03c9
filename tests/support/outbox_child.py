"""A process with an outbox or inbox, to be frozen, killed, or put on a disk that ends.

Run as a program: `outbox_child.py ACTION HOME`. It says what it does in lines of standard output.
"""

import fcntl
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event

import msgspec

from contract.seq_ranges import SeqRanges
from edge_agent.outbox.errors import OutboxFullError
from edge_agent.outbox.file import JOURNAL_SIZE_LIMIT
from edge_agent.outbox.guest import guest
from edge_agent.outbox.inbox import Inbox
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.reader import OutboxReader
from edge_agent.outbox.schema import unacked_rows
from tests.support.clocks import FakeClock
from tests.support.outbox_records import (
    OF_CLASS,
    append,
    append_each_minute,
    level,
    named,
    open_outbox,
    reading,
    waiting,
)

SPOOL = "5e0c6f0a1b2c3d4e5f60718293a4b5c6"
LONGEST_S = 60.0
FIRST_READ_MARK, READ_MARKS = 124, 4
"""Bytes of the -shm file that SQLite locks for read marks 1 to 4 (https://sqlite.org/walformat.html, WAL locks)."""


def say(text: str) -> None:
    """Tell the test something; a line is whole or not there."""
    os.write(1, f"{text}\n".encode())


def stand_still() -> None:
    """Wait to be frozen, resumed or killed; a test that forgets this process ends it by time."""
    Event().wait(LONGEST_S)


def write(home: Path) -> None:
    """Append records of all classes, a few a transaction, settle some, and say each number once it is on the disk."""
    clock = FakeClock()
    outbox = open_outbox(home, clock)
    acked = SeqRanges()
    say("ready")
    for turn in range(100_000):
        record_class = (1, 1, 1, 0, 2, 3)[turn % 6]
        seqs = append(outbox, clock, OF_CLASS[record_class], 1 + turn % 5, **_class_changes(record_class))
        say(f"{outbox.spool_id} {seqs[0]} {seqs[-1]}")
        clock.advance(60)
        if turn % 50 == 49:
            acked.add(seqs[0], seqs[-1])
            say(f"acked {seqs[0]} {seqs[-1]}")
            outbox.settle(Marks(spool=outbox.spool_id, db_epoch="d1a0", ranges=tuple(acked)))


def _class_changes(record_class: int) -> dict[str, str]:
    return {"why": "x" * 400} if record_class == 0 else {}


def hold_write(home: Path) -> None:
    """Stand still inside a transaction."""
    clock = FakeClock()
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        with outbox.transaction() as transaction:
            transaction.append(reading(transaction.next_seq, clock))
            say("inside")
            stand_still()


def hold_read_marks(home: Path) -> None:
    """Stand still with the locks of all read marks, as an owner frozen while it moves them would."""
    clock = FakeClock()
    with open_outbox(home, clock) as outbox:
        append(outbox, clock, reading, 3)
        with Path(f"{outbox.path.resolve()}-shm").open("r+b") as shared:
            fcntl.lockf(shared, fcntl.LOCK_EX, READ_MARKS, FIRST_READ_MARK)
            say("inside")
            stand_still()


def hold_read(home: Path) -> None:
    """Stand still inside a read, finish it, and say what another read then finds."""
    path = home / "outbox-gauge.db"
    with guest(path) as connection:
        say(f"inside {len(unacked_rows(connection, 1, limit=1 << 30))}")
        while not (home / "go-on").exists():
            Event().wait(0.01)
        say(f"finished {len(unacked_rows(connection, 1, limit=1 << 30))}")
    say(f"again {len(OutboxReader.open(path).rows(1, limit=1 << 30))}")
    stand_still()


def read(home: Path) -> None:
    """Read as fast as possible."""
    reader = OutboxReader.open(home / "outbox-gauge.db")
    say("ready")
    while True:
        reader.rows(1, newest_first=True, limit=50)


def write_inbox(home: Path) -> None:
    """Lay down marks as fast as possible."""
    with Inbox.open(home / "inbox.db") as inbox:
        say("ready")
        for high in range(1, 1_000_000):
            inbox.put_marks([Marks(spool=SPOOL, db_epoch="d1a0", high=high)])


def hold_inbox(home: Path) -> None:
    """Stand still inside a write to the inbox."""
    with Inbox.open(home / "inbox.db") as inbox:
        inbox.put_marks([Marks(spool=SPOOL, db_epoch="d1a0", high=7)])
        with inbox._file.writing() as connection:
            connection.execute("UPDATE marks SET high = 8")
            say("inside")
            stand_still()


def limited_disk(home: Path) -> None:
    """Live through a disk that ends, played by a limit on the size of a file."""
    small = JOURNAL_SIZE_LIMIT + 8192

    def end() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (small, resource.RLIM_INFINITY))

    def go_on() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    live_through(home, end=end, go_on=go_on, before=1_000, after=17_000)


def no_room(home: Path) -> None:
    """Start for the first time on a disk that takes nothing, then on one that does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        open_outbox(home, FakeClock())
    except OutboxFullError as problem:
        say(f"refused: {problem}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with open_outbox(home, FakeClock()) as outbox:
        say(f"opened: {append(outbox, FakeClock(), reading)}, {len(list(home.glob('outbox-gauge.????????.db')))} file")


def full_disk(home: Path) -> None:
    """Live through a small file system that somebody else has filled to the last byte."""
    filling = home / "somebody-elses.log"

    def end() -> None:
        with suppress(OSError), filling.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(512))

    live_through(home, end=end, go_on=filling.unlink, before=1_000, after=5_000)


def live_through(home: Path, *, end: Callable[[], None], go_on: Callable[[], None], before: int, after: int) -> None:
    """Fill the outbox across the end of the disk, restart, let the disk go on; say what was found."""
    clock = FakeClock(up_ms=0)
    found: dict[str, object] = {}
    outbox = open_outbox(home, clock, limit_mb=16)
    append_each_minute(outbox, clock, before)
    end()
    append_each_minute(outbox, clock, after)
    found["full"] = outbox.is_disk_full
    alerts = [append(outbox, clock, level, why=f"rise {n}", decision_id=f"rise-{n}")[0] for n in range(300)]
    outbox.close()
    outbox = open_outbox(home, clock, limit_mb=16)
    alerts += append(outbox, clock, level)
    append_each_minute(outbox, clock, 500)
    held = waiting(outbox)
    found["alerts_there"] = set(alerts) <= set(held)
    found["thinned"] = bool(named(held))
    found["unnamed"] = len(set(range(1, outbox.next_seq)) - set(held) - named(held))
    go_on()
    pages = outbox._spool.file.page_count()
    append_each_minute(outbox, clock, 2_000)
    found["grows_again"] = outbox._spool.file.page_count() > pages and not outbox.is_disk_full
    found["reborn"] = outbox.was_reborn
    outbox.close()
    say(msgspec.json.encode(found).decode())


ACTIONS: dict[str, Callable[[Path], None]] = {
    action.__name__: action
    for action in (
        write,
        hold_write,
        hold_read_marks,
        hold_read,
        read,
        write_inbox,
        hold_inbox,
        limited_disk,
        full_disk,
        no_room,
    )
}

if __name__ == "__main__":
    ACTIONS[sys.argv[1]](Path(sys.argv[2]))
