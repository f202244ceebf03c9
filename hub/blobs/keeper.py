"""Pictures of boxes at the hub: taken within bounds, kept for some days within a share of the disk, read back.

What bounds what, and what goes first:

1. One file has at most 2 MiB (`extent`); a box has at most two begun, one at a time (`arrivals`).
2. A box sends at most 32 MiB a day, all together a quarter of the share (`allowance`); more is refused until tomorrow.
3. All files together have `retention.blobs_mb` of disk: what came first goes first. After `retention.blobs_days` each
   goes. A file goes with the last row that names it; what its record said goes after the same days.
4. With less than 1 GiB free nothing is taken.

One process keeps a folder: the web process of the hub. Everything here blocks on disk and database.
"""

import logging
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from contract.clock import Clock
from hub.blobs import allowance
from hub.blobs.allowance import DAY_MS, FREE_FLOOR_BYTES
from hub.blobs.arrivals import FOLDER, Arrival, Arrivals
from hub.blobs.errors import REASONS, PartlyHereError
from hub.blobs.extent import Extent
from hub.blobs.shelf import Shelf, verified_kind
from hub.stills import hearing
from hub.storage import blobs, stills
from hub.storage.blobs import BlobRow
from hub.storage.connection import Connection
from provisioning.identity.disk import make_folder

MIB = 1024 * 1024
STORED, AGAIN = "stored", "again"
OUTCOMES = (STORED, AGAIN, *REASONS)
"""What may come of a call; the last ones are refusals."""

_LOG = logging.getLogger(__name__)


class Lends(Protocol):
    """Connections to the hub's database."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend one that cannot write."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Lend the one that writes; the block is one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where pictures lie, how long and how many."""

    folder: Path
    kept_days: float = 30.0
    share_bytes: int = 8192 * MIB
    floor_bytes: int = FREE_FLOOR_BYTES


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Of one hub.

    Attributes:
        bounds: of the city.
        connections: to the database.
        clock: the hub's; how old a picture is.
        real: the machine's; what a day is.
    """

    bounds: Bounds
    connections: Lends
    clock: Clock
    real: Clock
    outcomes: Counter[str] = field(default_factory=Counter)
    """Since the start."""
    _shelf: Shelf = field(init=False)
    _arrivals: Arrivals = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    """Held from a file's name to its row, and from the end of a row to that of its file."""

    def __post_init__(self) -> None:
        """Name the folders."""
        self._shelf = Shelf(self.bounds.folder)
        self._arrivals = Arrivals(self.bounds.folder / FOLDER)

    def kept(self, node_id: str, sha256: str) -> BlobRow | None:
        """Return what a box has sent already, or None."""
        return next((row for row in self.senders(sha256) if row.node_id == node_id), None)

    def senders(self, sha256: str) -> list[BlobRow]:
        """Return who has sent this content, if it can be shown."""
        with self.connections.reading() as connection:
            rows = blobs.of_content(connection, sha256)
        return rows if self._shelf.path_of(sha256).is_file() else []

    def content(self, sha256: str) -> bytes | None:
        """Return a picture, or None: it has gone meanwhile."""
        try:
            return self._shelf.path_of(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def begin(self, node_id: str, sha256: str, extent: Extent) -> Arrival:
        """Begin to take what a call carries; `end` it.

        Raises:
            BlobError: it is not taken now.
            OSError: the disk does not take it.
        """
        if not extent.is_question:
            self._verify_allowed(node_id, extent.length)
        try:
            arrival = self._arrivals.begin(node_id, sha256, extent)
        except PartlyHereError as told:
            if extent.is_question:  # who asks will send the rest, and need not if it is not taken
                self._verify_allowed(node_id, extent.total - (told.here_bytes or 0))
            raise
        try:
            if not extent.is_question:
                self._count(node_id, extent.length)
        except BaseException:
            self._arrivals.end(node_id, arrival)
            raise
        return arrival

    def _count(self, node_id: str, length: int) -> None:
        with self.connections.writing() as connection:
            allowance.take_from_quota(
                connection, node_id, length=length, share_bytes=self.bounds.share_bytes, now_real_ms=self.real.now_ms()
            )

    def _verify_allowed(self, node_id: str, length: int) -> None:
        """Look without the write lock first: who may not send makes nobody wait."""
        bounds = self.bounds
        make_folder(bounds.folder)
        free_bytes = shutil.disk_usage(bounds.folder).free
        allowance.verify_room(free_bytes=free_bytes, length=length, floor_bytes=bounds.floor_bytes)
        with self.connections.reading() as connection:
            allowance.verify_quota(
                connection, node_id, length=length, share_bytes=bounds.share_bytes, now_real_ms=self.real.now_ms()
            )

    def end(self, node_id: str, arrival: Arrival) -> None:
        """End a call, and give back what it announced and did not bring."""
        self._arrivals.end(node_id, arrival)
        extent = arrival.extent
        if arrival.came_bytes < extent.length:
            with self.connections.writing() as connection:
                allowance.give_back(
                    connection, node_id, length=extent.length, came=arrival.came_bytes, now_real_ms=self.real.now_ms()
                )

    def finish(
        self, node_id: str, sha256: str, arrival: Arrival, *, verify_live: Callable[[Connection], None]
    ) -> BlobRow:
        """Verify a file whose last byte has come, and keep it.

        Args:
            node_id: of the box.
            sha256: what it is to be.
            arrival: of the call, not ended yet.
            verify_live: raises if the box is refused by now.

        Raises:
            PartlyHereError: bytes are missing.
            BlobError: it is not what it should be, and is gone.
            OSError: the disk does not take it.
        """
        if not arrival.is_whole:
            raise PartlyHereError(
                "Kiriman belum lengkap.",
                "It is not whole yet.",
                here_bytes=arrival.extent.first + arrival.came_bytes,
            )
        with arrival.settled() as path:
            kind = verified_kind(path, sha256)
            row = BlobRow(
                sha256=sha256,
                node_id=node_id,
                bytes=arrival.extent.total,
                type=kind,
                received_ms=self.clock.now_ms(),
            )
            with self._lock:
                with self.connections.reading() as connection:
                    verify_live(connection)
                self._shelf.take(path, sha256)
                with self.connections.writing() as connection:
                    blobs.add(connection, row)
                    hearing.take_file(connection, sha256, node_id=node_id, now_ms=row.received_ms)
                self._forget_some()
        return row

    def sweep(self) -> None:
        """Let go what is too old or too much, what was abandoned, and files that no row names."""
        now_real_ms = self.real.now_ms()
        self._arrivals.sweep(now_s=now_real_ms / 1000)
        with self.connections.writing() as connection:
            blobs.forget_days(connection, before=allowance.day_of(now_real_ms))
        is_done = False
        while not is_done:
            with self._lock:
                is_done = not self._forget_some()
        self._forget_stills()
        before_s = now_real_ms / 1000 - self.bounds.kept_days * DAY_MS / 1000
        for digits, names in self._shelf.folders(before_s=before_s):
            with self._lock, self.connections.reading() as connection:
                for name in names - blobs.names_beginning(connection, digits):
                    _LOG.warning("blobs: %s has no row in the database; removed", name)
                    self._shelf.remove(name)

    def _forget_stills(self) -> None:
        """Let go what records said of pictures that are too old to be here."""
        before_ms = self.clock.now_ms() - round(self.bounds.kept_days * DAY_MS)
        is_done = False
        while not is_done:
            with self.connections.writing() as connection:
                is_done = stills.forget_some(connection, before_ms=before_ms) == 0

    def _forget_some(self) -> bool:
        """Let some of the oldest go; with the lock held. Answer whether any did."""
        before_ms = self.clock.now_ms() - round(self.bounds.kept_days * DAY_MS)
        with self.connections.writing() as connection:
            gone = blobs.forget_some(connection, before_ms=before_ms, share_bytes=self.bounds.share_bytes)
        for sha256, is_last in gone.items():
            if is_last:
                self._shelf.remove(sha256)
        return bool(gone)
