"""The tables of the inbox file and what stands in them.

Uplink lays down what the hub has said; the producers read it. Nothing here is the only copy of anything: the hub says
it all again at the next connect.
"""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from edge_agent.outbox.marks import Marks

SCHEMA = """
CREATE TABLE marks(spool TEXT PRIMARY KEY, db_epoch TEXT NOT NULL, high INTEGER NOT NULL, ranges TEXT NOT NULL,
    set_aside TEXT NOT NULL, is_damaged INTEGER NOT NULL);
CREATE TABLE desired(id INTEGER PRIMARY KEY CHECK (id = 1), db_epoch TEXT NOT NULL, version INTEGER NOT NULL,
    body BLOB NOT NULL);
CREATE TABLE commands(n INTEGER PRIMARY KEY AUTOINCREMENT, command_id TEXT NOT NULL UNIQUE, body BLOB NOT NULL,
    expires_real_ms INTEGER NOT NULL, kernel_boot TEXT NOT NULL, arrived_ms INTEGER NOT NULL);
CREATE TABLE hub(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE filler(body BLOB)
"""

ANSWERED = "answered_session"
"""Key in `hub`: how many hellos the hub has answered."""

HUB_ZERO = "hub_zero_ms"
HUB_ZERO_BOOT = "hub_zero_boot"
"""Keys in `hub`: its time when the boot clock stood at 0, and the kernel's boot in which that was measured."""

COMMANDS_KEPT = 256
"""The newest; a command lives for minutes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredDocument:
    """The newest desired state, as it came."""

    db_epoch: str
    version: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCommand:
    """A command, as it came. `n` counts up with each one."""

    n: int
    command_id: str
    body: bytes
    expires_real_ms: int
    """On the machine's boot clock (`Clock.real_ms`) of the boot `kernel_boot`."""
    kernel_boot: str
    arrived_ms: int

    def is_expired(self, *, real_ms: int, kernel_boot: str) -> bool:
        """Answer whether its time is over; after a reboot it is."""
        return kernel_boot != self.kernel_boot or real_ms >= self.expires_real_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    """All that a producer wants to know, from one read."""

    marks: Marks | None
    desired: DesiredDocument | None
    commands: tuple[ReceivedCommand, ...]
    answered: int
    hub: Mapping[str, str]

    def hub_zero_ms(self, *, kernel_boot: str) -> int | None:
        """Return the hub's time when the boot clock stood at 0, if it was measured in this boot."""
        if self.hub.get(HUB_ZERO_BOOT) != kernel_boot:
            return None
        try:
            return int(self.hub[HUB_ZERO])
        except (KeyError, ValueError) as exc:
            log.debug("inbox: the hub's time cannot be read: %s", exc)
            return None


def read_marks(connection: sqlite3.Connection, spool: str) -> Marks | None:
    """Return the marks of a spool."""
    sql = "SELECT db_epoch, high, ranges, set_aside, is_damaged FROM marks WHERE spool = ?"
    found = connection.execute(sql, (spool,)).fetchone()
    if found is None:
        return None
    db_epoch, high, ranges, set_aside, is_damaged = found
    return Marks(
        spool=spool,
        db_epoch=db_epoch,
        high=high,
        ranges=msgspec.json.decode(ranges, type=tuple[tuple[int, int], ...]),
        set_aside=msgspec.json.decode(set_aside, type=tuple[int, ...]),
        is_damaged=bool(is_damaged),
    )


def read_desired(connection: sqlite3.Connection) -> DesiredDocument | None:
    """Return the newest desired state."""
    found = connection.execute("SELECT db_epoch, version, body FROM desired").fetchone()
    return None if found is None else DesiredDocument(db_epoch=found[0], version=found[1], body=found[2])


def read_commands(connection: sqlite3.Connection, *, after: int) -> tuple[ReceivedCommand, ...]:
    """Return the commands that came after the one of number `after`; all if the file was begun anew since then."""
    newest = connection.execute("SELECT max(n) FROM commands").fetchone()[0]
    if newest is None:
        return ()
    found = connection.execute(
        "SELECT n, command_id, body, expires_real_ms, kernel_boot, arrived_ms FROM commands WHERE n > ? ORDER BY n",
        (after if after <= newest else 0,),
    )
    return tuple(
        ReceivedCommand(
            n=n, command_id=command_id, body=body, expires_real_ms=expires, kernel_boot=boot, arrived_ms=arrived
        )
        for n, command_id, body, expires, boot, arrived in found
    )


def read_hub(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what is known of the hub and the link to it."""
    return dict(connection.execute("SELECT key, value FROM hub"))
