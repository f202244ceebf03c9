"""The dispatcher: owes messages to people, sees them handed over, and watches over ingest.

One event loop that looks at what is due each 25 ms, by two questions to an index.
"""

import asyncio
import concurrent.futures
import logging
import random
import threading
from collections.abc import Mapping
from pathlib import Path

from contract.clock import Clock
from hub.alerting.policy import AlertPolicy
from hub.dispatch.channel import Channel
from hub.dispatch.herald import Herald
from hub.dispatch.sender import Sender
from hub.dispatch.signature import make_secret
from hub.dispatch.watch import Watch
from hub.dispatch.webhook import CHANNEL_NAME, WebhookChannel
from hub.storage import connection as database
from hub.storage import heartbeats
from hub.storage.connection import Connection, write
from hub.storage.errors import DatabaseBusyError
from hub.storage.migrations import migrate

PROCESS = "dispatch"
LOOK_EVERY_S = 0.025
BEAT_EVERY_S = 5.0
WATCH_EVERY_S = 1.0
END_GRACE_S = 1.0
RECEIPT_PATH = "/t/"

_RESOLVERS = 32
"""Threads that look up names: a name server that does not answer must not keep others from being looked up."""

_LOG = logging.getLogger(__name__)


def run(
    *,
    database_path: Path,
    secret_file: Path,
    public_url: str,
    policy: AlertPolicy,
    clock: Clock,
    stop: threading.Event,
) -> int:
    """Dispatch until `stop` is set; return the exit code.

    Args:
        database_path: the hub's database; made if it is not there.
        secret_file: what webhook messages are signed with; made if it is not there.
        public_url: how links to the hub's pages begin, without a slash at the end.
        policy: of the city.
        clock: the hub's.
        stop: ends the process.
    """
    secret = make_secret(secret_file)
    connection = database.open(database_path)
    loop = asyncio.new_event_loop()
    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver"))
    try:
        migrate(connection)
        channels = {CHANNEL_NAME: WebhookChannel(secret=secret)}
        dispatcher = Dispatcher(
            connection,
            channels=channels,
            link_base=public_url + RECEIPT_PATH,
            policy=policy,
            clock=clock,
            chance=random.Random(),  # noqa: S311 - spreads retries, guards nothing
        )
        loop.run_until_complete(dispatcher.serve(stop))
    finally:
        loop.close()
        connection.close()
    return 0


class Dispatcher:
    """The loop: what is due, a sign of life, a look at ingest."""

    def __init__(
        self,
        connection: Connection,
        *,
        channels: Mapping[str, Channel],
        link_base: str,
        policy: AlertPolicy,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        """Take what is needed; nothing runs yet."""
        self._connection = connection
        self._channels = channels
        self._clock = clock
        self._watch = Watch(clock=clock, policy=policy)
        self._herald = Herald(channels=channels, policy=policy, clock=clock)
        self._sender = Sender(
            connection, channels=channels, words=policy.words, link_base=link_base, clock=clock, chance=chance
        )
        self._next_beat_real_ms = 0
        self._next_watch_real_ms = 0
        self._is_locked_out = False

    async def serve(self, stop: threading.Event) -> None:
        """Run until `stop` is set; then let attempts under way end for a second."""
        try:
            self._sender.recover()
            while not stop.is_set():
                await self.turn()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await self._sender.finish(grace_s=END_GRACE_S)
            for channel in self._channels.values():
                await channel.close()

    async def turn(self) -> None:
        """Do once what is to be done now."""
        try:
            await self._look_after_ingest()
            self._beat()
            if self._sender.is_due():
                self._sender.start_due()
        except DatabaseBusyError:
            level = logging.DEBUG if self._is_locked_out else logging.WARNING
            _LOG.log(level, "the database is locked by another process; messages cannot be sent by the book")
            self._is_locked_out = True
        else:
            if self._is_locked_out:
                _LOG.info("the database can be written again")
            self._is_locked_out = False

    def _beat(self) -> None:
        now_real_ms = self._clock.real_ms()
        if now_real_ms >= self._next_beat_real_ms:
            with write(self._connection):
                heartbeats.beat(self._connection, PROCESS, real_ms=now_real_ms, now_ms=self._clock.now_ms())
            self._next_beat_real_ms = now_real_ms + round(1000 * BEAT_EVERY_S)

    async def _look_after_ingest(self) -> None:
        now_real_ms = self._clock.real_ms()
        if now_real_ms < self._next_watch_real_ms:
            return
        self._next_watch_real_ms = now_real_ms + round(1000 * WATCH_EVERY_S)
        try:
            self._watch.look(self._connection, heralded=self._herald.heralded)
        except DatabaseBusyError:
            await self._herald.tell(self._connection, self._watch.silence(self._connection))
            raise
        self._herald.rest()
