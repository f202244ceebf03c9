"""What every route shares: connections, clock, city, event stream. Made once by `create_app`.

Reading connections are lent to one request at a time from a small pool; writes go through one connection behind a
lock, because SQLite has one writer anyway and a person's click must not wait behind a second one of our own.
"""

import queue
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from contract.clock import Clock, SystemClock
from hub.alerting.policy import AlertPolicy
from hub.api.admission import TurnedAway
from hub.api.attempts import Attempts
from hub.api.chain_check import ChainCheck
from hub.api.failures import Failures
from hub.api.password_turns import PasswordTurns
from hub.api.seen_notes import SeenNotes
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.wall.city import City

READERS = 8
"""Requests that read at once; as many worker threads are useful."""


class Connections:
    """The web process's connections to the hub's database."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet; connections are made when first needed."""
        self._path = path
        self._idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._writer: Connection | None = None
        self._write_lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection that cannot write."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._idle.put(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend the one connection that writes; everything in the block is one transaction."""
        with self._write_lock:
            if self._writer is None:
                self._writer = database.open(self._path)
            with database.write(self._writer) as connection:
                yield connection

    def own_reader(self) -> Connection:
        """Open a reading connection that its taker keeps and closes."""
        return database.read_only(self._path)

    @property
    def path(self) -> Path:
        """Where the database lies."""
        return self._path

    def close(self) -> None:
        """Close what is idle."""
        with self._write_lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        while not self._idle.empty():
            self._idle.get().close()

    def _take(self) -> Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return database.read_only(self._path)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything a route may use."""

    connections: Connections
    clock: Clock
    city: City
    policy: AlertPolicy
    version: str
    """Digest of the static files: another one after an update."""
    secure_cookies: bool
    is_open: bool = True
    """Whether everybody may look; nobody may act unknown."""
    real: Clock = field(default_factory=SystemClock)
    """The machine's own: sessions and tokens end in real time, at whatever rate the hub's clock runs."""
    turns: PasswordTurns = field(default_factory=PasswordTurns)
    attempts: Attempts = field(default_factory=Attempts)
    failures: Failures = field(default_factory=Failures)
    seen: SeenNotes = field(default_factory=SeenNotes)
    sign_ins: Counter[str] = field(default_factory=Counter)
    """How often what came of a sign-in, since the start: done, wrong, limited, busy."""
    chain: ChainCheck = field(default_factory=ChainCheck)
    """What the last look at the audit log's chain has found."""
    turned_away: TurnedAway = field(default_factory=Counter)
    """Connections that were not served to their end, since the start."""


def house_of(request: Request) -> House:
    """Return the house of the application that serves this request."""
    return cast("House", request.app.state.house)


def _reader(request: Request) -> Iterator[Connection]:
    with house_of(request).connections.reading() as connection:
        yield connection


TheHouse = Annotated[House, Depends(house_of)]
Reader = Annotated[Connection, Depends(_reader)]
