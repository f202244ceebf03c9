"""Pictures as a camera of a test makes them, and a keeper of the hub's on clocks that a test moves."""

import hashlib
import random
from pathlib import Path

from hub.api.house import Connections
from hub.blobs.extent import Extent, read_extent
from hub.blobs.keeper import Bounds, Keeper
from hub.storage.blobs import BlobRow
from hub.storage.connection import Connection
from tests.support.clocks import FakeClock
from tests.support.databases import new_database

NODE, OTHER = "n-7f3k2m9q", "n-00000002"
HEADS = {
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF\x00\x01\x00\x00WEBP",
}


def picture(length: int = 5_000, *, seed: int = 0, head: bytes = HEADS["image/jpeg"]) -> bytes:
    """Return so many bytes that begin as a picture does; another seed is another picture."""
    return head + random.Random(seed).randbytes(length - len(head))


def name_of(content: bytes) -> str:
    """Return what a content is called."""
    return hashlib.sha256(content).hexdigest()


def let_in(_: Connection) -> None:
    """Refuse no box."""


class Studio:
    """A keeper with a database, in a folder of a test."""

    def __init__(self, folder: Path, *, clock: FakeClock | None = None, **bounds: float) -> None:
        self.database = folder / "hub.db"
        if not self.database.exists():
            made = new_database(self.database)
            made.close()
        self.folder = folder / "blobs"
        self.clock = clock or FakeClock()
        self.connections = Connections(self.database)
        self.keeper = Keeper(
            bounds=Bounds(folder=self.folder, **{"floor_bytes": 0} | bounds),  # type: ignore[arg-type]
            connections=self.connections,
            clock=self.clock,
            real=self.clock,
        )

    def send(
        self, content: bytes, content_range: str | None = None, *, name: str | None = None, node_id: str = NODE,
        cut_at: int | None = None,
    ) -> BlobRow:  # fmt: skip
        """Do what a call does: bytes `first` to `last` of a content, or all; cut, no more than so many come."""
        extent = read_extent(content_range, content_length=len(content) if content_range is None else None)
        begin = 0 if extent.is_question else extent.first
        body = content[begin : begin + extent.length][:cut_at]
        return self.send_body(body, extent, name=name or name_of(content), node_id=node_id)

    def send_body(self, body: bytes, extent: Extent, *, name: str, node_id: str = NODE) -> BlobRow:
        """Do what a call with this body does."""
        arrival = self.keeper.begin(node_id, name, extent)
        try:
            arrival.append(body)
            return self.keeper.finish(node_id, name, arrival, verify_live=let_in)
        finally:
            self.keeper.end(node_id, arrival)

    def files(self) -> set[str]:
        """Return the names of all whole files."""
        return {path.name for path in self.folder.glob("[0-9a-f][0-9a-f]/*")}

    def begun(self) -> dict[str, int]:
        """Return name to length of what has not come whole."""
        return {path.name: path.stat().st_size for path in self.folder.glob("arriving/*/*")}

    def close(self) -> None:
        """Close the database."""
        self.connections.close()
