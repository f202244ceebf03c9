"""Tells of the hub's trouble when nothing can be written down: ingest stands still and holds the database.

Then there are no rows to owe messages by, so officers and shift leads get one letter each, straight through their
channel, once for each such trouble. Its delivery id is made of the trouble itself, so a repeated one is known. Who took
it is kept until `hub.dispatch.watch` can write it down.
"""

import asyncio
import logging
from collections.abc import Mapping

from contract.clock import Clock
from hub.alerting import hub_notices, routing
from hub.alerting.alert import AlertKind
from hub.alerting.desk import STILL_CODE
from hub.alerting.policy import AlertPolicy
from hub.alerting.routing import Recipient
from hub.audit.masking import masked_text
from hub.dispatch.channel import Channel, Letter
from hub.dispatch.errors import NotTakenError
from hub.dispatch.watch import Heralded, Silence
from hub.storage import recipients
from hub.storage.connection import Connection

_LOG = logging.getLogger(__name__)


class Herald:
    """Speaks once in each trouble."""

    def __init__(self, *, channels: Mapping[str, Channel], policy: AlertPolicy, clock: Clock) -> None:
        """Take what is needed."""
        self._channels = channels
        self._policy = policy
        self._clock = clock
        self._heralded: Heralded | None = None

    @property
    def heralded(self) -> Heralded | None:
        """What was told of this standstill and is not yet written down."""
        return self._heralded

    async def tell(self, connection: Connection, silence: Silence) -> None:
        """Tell of `silence` if it is too long and nobody was told yet; reads only."""
        if not silence.is_too_long or self._heralded is not None:
            return
        now_ms = self._clock.now_ms()
        due = routing.due_at_hub_trouble(recipients.all_recipients(connection), now_ms=now_ms)
        _LOG.error("ingest stands still and holds the database; telling %d people without a record", len(due))
        tries = [self._hand_over(one.recipient, silence, now_ms=now_ms) for one in due]
        are_taken = await asyncio.gather(*tries)
        told = [one.recipient.recipient_id for one, is_taken in zip(due, are_taken, strict=True) if is_taken]
        self._heralded = Heralded(silence=silence, told_ms=dict.fromkeys(told, self._clock.now_ms()))

    def rest(self) -> None:
        """Note that all is written down: a new standstill is told anew."""
        self._heralded = None

    async def _hand_over(self, person: Recipient, silence: Silence, *, now_ms: int) -> bool:
        channel = self._channels.get(person.channel)
        if channel is None:
            _LOG.error("telling %s: there is no channel %s", person.name, person.channel)
            return False
        message = hub_notices.trouble(STILL_CODE, since_ms=silence.since_ms, now_ms=now_ms, policy=self._policy)
        letter = Letter(
            delivery_id=f"d-hub-{silence.since_ms}-{person.recipient_id}",
            alert_id="",
            kind=AlertKind.HUB.value,
            severity=routing.NOTICE_SEVERITY,
            word="",
            to=person.name,
            role=person.role.value,
            text=message.text,
            sms=message.sms,
            link="",
            created_ms=now_ms,
        )
        try:
            await channel.hand_over(letter, target=person.target)
        except NotTakenError as problem:
            _LOG.error("telling %s that the hub stands still: %s", person.name, masked_text(str(problem)))
            return False
        return True
