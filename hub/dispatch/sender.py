"""Hands over what is due, many at once, so that a slow or dead target never delays another.

Rules:
1. Before an attempt the row says `sending`: should the process end on the way, the next one offers the same message
   with the same delivery id, and the receiver keeps one.
2. One attempt at a time per recipient, so messages reach a person in their order; at most `PER_TARGET` at a time to one
   target, one if its last attempt failed; at most `IN_FLIGHT` in all, half of that for messages tried before.
3. What is not taken is offered again after a pause with full jitter, and given up after some hours.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence

from contract.clock import Clock
from hub.alerting.alert import AlertKind
from hub.audit.masking import masked_target, masked_text
from hub.dispatch import pacing
from hub.dispatch.channel import Channel, Letter
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.dispatch.errors import NotTakenError
from hub.storage import alerts, changes, deliveries, recipients
from hub.storage.connection import Connection, write
from hub.storage.deliveries import Waiting
from hub.storage.errors import DatabaseBusyError

IN_FLIGHT = 256
PER_TARGET = 4
_LOOKED_AT_PER_TARGET = 16
_GUARD_S = 30.0
"""Longer than any attempt: until then nobody else tries the message. Real seconds."""

_LOG = logging.getLogger(__name__)


class Sender:
    """Starts attempts and writes down what became of them."""

    def __init__(
        self,
        connection: Connection,
        *,
        channels: Mapping[str, Channel],
        words: Mapping[int, str],
        link_base: str,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        """Take what is needed; `link_base` begins the links to receipts, for example `http://hub/t/`."""
        self._connection = connection
        self._channels = channels
        self._words = words
        self._link_base = link_base
        self._clock = clock
        self._chance = chance
        self._running: dict[str, tuple[Waiting, asyncio.Task[None]]] = {}
        self._failing: set[str] = set()
        self._problem: BaseException | None = None

    def recover(self) -> None:
        """At a start: let what an earlier process was sending be offered again at once."""
        with write(self._connection):
            count = deliveries.forget_tries(self._connection)
        if count:
            _LOG.info("%d messages were on their way when the dispatcher ended; they are offered again", count)

    def is_due(self) -> bool:
        """Whether a message has come due, or may be tried again. Cheap: asked many times a second."""
        due_ms, try_real_ms = deliveries.next_due(self._connection)
        if due_ms is not None and due_ms <= self._clock.now_ms():
            return True
        return try_real_ms is not None and try_real_ms <= self._clock.real_ms()

    def start_due(self) -> None:
        """Begin an attempt for each message that is due and has room.

        Raises:
            Exception: what an earlier attempt ended with that no rule foresees.
        """
        if self._problem is not None:
            raise self._problem
        due = deliveries.waiting(
            self._connection,
            now_ms=self._clock.now_ms(),
            now_real_ms=self._clock.real_ms(),
            per_target=_LOOKED_AT_PER_TARGET,
        )
        chosen = self._choose(due)
        if not chosen:
            return
        with write(self._connection):
            begun = [self._begin(one) for one in chosen]
        for one, letter in begun:
            if letter is not None:
                task = asyncio.get_running_loop().create_task(self._attempt(one, letter))
                task.add_done_callback(self._note_end)
                self._running[one.delivery_id] = (one, task)

    def _choose(self, due: Sequence[Waiting]) -> list[Waiting]:
        """Return those of `due` for which rule 2 has room."""
        busy_people = {one.recipient_id for one, _ in self._running.values()}
        busy_targets = Counter(one.target for one, _ in self._running.values())
        retries = sum(1 for one, _ in self._running.values() if one.attempts)
        chosen: list[Waiting] = []
        for one in due:
            if len(self._running) + len(chosen) >= IN_FLIGHT:
                break
            room = 1 if one.target in self._failing else PER_TARGET
            if one.recipient_id in busy_people or busy_targets[one.target] >= room:
                continue
            if one.attempts and retries >= IN_FLIGHT // 2:
                continue
            retries += 1 if one.attempts else 0
            busy_people.add(one.recipient_id)
            busy_targets[one.target] += 1
            chosen.append(one)
        return chosen

    def _begin(self, one: Waiting) -> tuple[Waiting, Letter | None]:
        """Write down that an attempt begins; without a way to reach the person, that it failed for good."""
        if one.target is None or one.channel not in self._channels:
            error = "penerima tidak ada lagi" if one.target is None else f"saluran tidak dikenal: {one.channel}"
            self._give_up(one.delivery_id, error)
            return one, None
        guard_ms = self._clock.real_ms() + round(1000 * _GUARD_S)
        delivery = deliveries.begin(self._connection, one.delivery_id, next_try_real_ms=guard_ms)
        return one, None if delivery is None else self._letter(delivery)

    def _letter(self, delivery: Delivery) -> Letter:
        person = recipients.one(self._connection, delivery.recipient_id)
        alert = alerts.one(self._connection, delivery.alert_id)
        kind = AlertKind.LEVEL if alert is None else alert.kind
        return Letter(
            delivery_id=delivery.delivery_id,
            alert_id=delivery.alert_id,
            kind=kind.value,
            severity=delivery.severity,
            word=self._words[delivery.severity] if kind is AlertKind.LEVEL else "",
            to=person.name if person else delivery.recipient_id,
            role=person.role.value if person else "",
            text=delivery.text,
            sms=delivery.sms,
            link=self._link_base + delivery.token,
            created_ms=delivery.created_ms,
        )

    async def _attempt(self, one: Waiting, letter: Letter) -> None:
        """Offer the message once and write down what came of it."""
        target = one.target or ""
        try:
            try:
                await self._channels[one.channel].hand_over(letter, target=target)
            except NotTakenError as problem:
                self._note_failure(one, target, problem)
            else:
                self._note_success(one, target)
        except DatabaseBusyError:
            _LOG.warning("what became of message %s could not be written down; it is offered again", one.delivery_id)
        finally:
            del self._running[one.delivery_id]

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._problem = task.exception()

    def _note_success(self, one: Waiting, target: str) -> None:
        if target in self._failing:
            self._failing.discard(target)
            _LOG.info("messages to %s get through again", masked_target(target))
        now_ms = self._clock.now_ms()
        with write(self._connection):
            if deliveries.move(self._connection, one.delivery_id, DeliveryState.HANDED, at_ms=now_ms, error=""):
                self._tell(one.delivery_id)

    def _note_failure(self, one: Waiting, target: str, problem: NotTakenError) -> None:
        level = logging.DEBUG if target in self._failing else logging.WARNING
        shown, why = masked_target(target), masked_text(str(problem))  # a telephone number has no place in a journal
        _LOG.log(level, "message %s was not taken by %s: %s", one.delivery_id, shown, why)
        self._failing.add(target)
        attempts = one.attempts + 1
        with write(self._connection):
            if pacing.is_hopeless(due_ms=one.due_ms, now_ms=self._clock.now_ms(), rate=self._clock.rate):
                self._give_up(one.delivery_id, f"{problem}; berhenti setelah {attempts} kali")
                return
            pause_ms = round(1000 * pacing.wait_s(attempts, chance=self._chance))
            deliveries.try_again(
                self._connection,
                one.delivery_id,
                next_try_real_ms=self._clock.real_ms() + pause_ms,
                error=f"{problem} ({attempts} kali)",
            )
            self._tell(one.delivery_id)

    def _give_up(self, delivery_id: str, error: str) -> None:
        now_ms = self._clock.now_ms()
        if deliveries.move(self._connection, delivery_id, DeliveryState.FAILED, at_ms=now_ms, error=error):
            self._tell(delivery_id)

    def _tell(self, delivery_id: str) -> None:
        """Let the pages look at the message again; inside `write`."""
        delivery = deliveries.one(self._connection, delivery_id)
        if delivery is not None:
            changes.add(self._connection, at_ms=self._clock.now_ms(), kind="delivery", ref=delivery.alert_id)

    async def finish(self, *, grace_s: float) -> None:
        """Let attempts under way end for `grace_s` real seconds; what is cut off is offered again at the next start."""
        tasks = [task for _, task in self._running.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
