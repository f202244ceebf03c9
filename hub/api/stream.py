"""The event stream: what changed goes to every browser, encoded once; who was away is told what was missed.

Rules:
1. An event carries the state of a thing, never a difference: a replay gives each thing once, as it is now.
2. An event's id is `<db_epoch>-<change id>`. All changes up to that id are in the events up to there.
3. Changes are told at most every 100 ms; the first after a quiet time goes at once. The follower never uses more
   than a fifth of a processor: it waits four times as long as its last work took.
4. Each client has a queue of 1,000 events. A client that lets it run over is dropped, not the event: it comes back
   and is told what it missed.
5. A client whose session or token ends is ended within seconds (`hub.api.watch`).
6. An id of another epoch, or older than what is kept, is answered by `reset`: fetch the snapshot again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

QUEUE_EVENTS = 1_000
RETRY_MS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, encoded; `change_id` is 0 where it stands for no change."""

    change_id: int
    payload: bytes


def encode(kind: str, data: str, *, event_id: str = "") -> bytes:
    """Return one event as it goes over the wire; `data` is one line of JSON."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {kind}\ndata: {data}\n\n".encode()


def parse_id(text: str) -> tuple[str, int] | None:
    """Return (epoch, change id) of an event id, or None if it is none."""
    epoch, _, number = text.rpartition("-")
    return (epoch, int(number)) if epoch and number.isascii() and number.isdigit() else None


@dataclass(slots=True, eq=False)
class Client:
    """One browser's end of the stream."""

    key: str | None = None
    """For the secret by which its browser was let in; None: nobody needed to be known."""
    queue: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_EVENTS + 1))
    is_dropped: bool = False

    def offer(self, event: Event) -> None:
        """Give the client an event, or drop the client when it has 1,000 waiting (rule 4)."""
        if self.is_dropped:
            return
        if self.queue.qsize() >= QUEUE_EVENTS:
            self.end()
        else:
            self.queue.put_nowait(event)

    def end(self) -> None:
        """Let the client read what waits no further than now, and end."""
        self.is_dropped = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)

    async def events(self) -> AsyncIterator[Event]:
        """Yield events as they come, until the client is dropped or the hub ends."""
        while (event := await self.queue.get()) is not None:
            yield event


class Broadcaster:
    """Hands events to all clients; lives on the event loop's thread."""

    def __init__(self) -> None:
        """Begin with no client."""
        self._clients: set[Client] = set()
        self._is_closed = False
        self.dropped = 0
        """Clients dropped because they read too slowly."""

    @property
    def client_count(self) -> int:
        """How many browsers listen."""
        return len(self._clients)

    def join(self, *, key: str | None = None) -> Client:
        """Add a client; what is published from now on waits in its queue."""
        client = Client(key=key)
        self._clients.add(client)
        if self._is_closed:
            client.end()
        return client

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self._clients.discard(client)

    @property
    def keys(self) -> set[str]:
        """By which secrets those who listen were let in."""
        return {client.key for client in self._clients if client.key is not None}

    def end_of(self, keys: Iterable[str]) -> None:
        """End the streams of those whose session or token has ended; their browsers come back as who they are now."""
        ended = set(keys)
        for client in self._clients:
            if client.key in ended:
                client.end()

    def publish(self, events: Iterable[Event]) -> None:
        """Offer events to every client."""
        for event in events:
            for client in self._clients:
                was_dropped = client.is_dropped
                client.offer(event)
                self.dropped += client.is_dropped and not was_dropped

    def close(self) -> None:
        """End every client's stream, so that the server can stop."""
        self._is_closed = True
        for client in self._clients:
            client.end()
