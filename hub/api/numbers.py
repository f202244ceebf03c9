"""Telephone numbers at the hub: everybody sees the last three digits, and a sight of a whole one is a row of the log.

1. Where a person's address in a channel is shown, it is masked: of a number three digits, of a URL the host.
2. What people wrote, and what a channel answered, is shown without the numbers in it.
3. Who has the right `see-numbers` asks for one by a POST. Whose it was, where it was seen and by whom is written down
   before it is shown; if that cannot be written, nothing is shown.
"""

from msgspec import Struct

from hub.alerting.alert import EventKind
from hub.api.errors import NotFoundError
from hub.api.house import House
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.audit.masking import masked_words
from hub.storage import alerts, deliveries, recipients

_BY_PEOPLE = frozenset({EventKind.COMMENTED, EventKind.SHELVED, EventKind.BORNE_OUT})
"""Lines of a history that repeat somebody's words; all others are made of figures, which are no numbers to call."""


class SeenNumber(Struct, frozen=True, kw_only=True):
    """Where one message went, in full."""

    delivery_id: str
    recipient_id: str
    recipient: str
    channel: str
    target: str


def shown_words(words: str, *, kind: str) -> str:
    """Return a line of an alert's history as everybody may read it."""
    return masked_words(words) if kind in _BY_PEOPLE else words


def see_target(house: House, delivery_id: str, *, by: str, where: str) -> SeenNumber:
    """Return where a message went, and write down who saw it.

    Args:
        house: of the hub.
        delivery_id: of the message.
        by: who asks.
        where: page or address of the API.

    Raises:
        NotFoundError: there is no such message, or its recipient is gone.
    """
    with house.connections.writing() as writer:
        message = deliveries.one(writer, delivery_id)
        person = None if message is None else recipients.one(writer, message.recipient_id)
        if message is None or person is None:
            raise NotFoundError("Tidak ada pesan atau penerima ini.", "There is no such message or recipient.")
        audit_log.note(
            writer,
            now_ms=house.clock.now_ms(),
            actor=by,
            action=Action.NUMBER_SEEN,
            subject=person.recipient_id,
            detail={"name": person.name, "where": where, "alert": message.alert_id},
        )
    return SeenNumber(
        delivery_id=delivery_id,
        recipient_id=person.recipient_id,
        recipient=person.name,
        channel=person.channel,
        target=person.target,
    )


def see_words(house: House, alert_id: str, *, by: str, where: str) -> None:
    """Write down that somebody sees the numbers that people wrote into an alert's history.

    Raises:
        NotFoundError: there is no such alert.
    """
    with house.connections.writing() as writer:
        if alerts.one(writer, alert_id) is None:
            raise NotFoundError(f"Tidak ada alarm {alert_id!r}.", f"There is no alert {alert_id!r}.")
        audit_log.note(
            writer,
            now_ms=house.clock.now_ms(),
            actor=by,
            action=Action.NUMBER_SEEN,
            subject=alert_id,
            detail={"name": "riwayat", "where": where, "alert": alert_id},
        )
