"""A person says "Sudah dibaca". The token in the message's link is the right; looking changes nothing."""

from msgspec import Struct

from hub.alerting.alert import Alert
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.storage import alerts, changes, deliveries, recipients
from hub.storage.connection import Connection


class Receipt(Struct, frozen=True, kw_only=True):
    """What the page behind a link shows."""

    delivery: Delivery
    recipient_name: str
    alert: Alert | None

    @property
    def is_read(self) -> bool:
        """Whether the person has said so."""
        return self.delivery.state is DeliveryState.READ


def look(connection: Connection, token: str) -> Receipt | None:
    """Return what the token gives the right to, or None. Changes nothing."""
    delivery = deliveries.by_token(connection, token)
    if delivery is None:
        return None
    recipient = recipients.one(connection, delivery.recipient_id)
    return Receipt(
        delivery=delivery,
        recipient_name=recipient.name if recipient else delivery.recipient_id,
        alert=alerts.one(connection, delivery.alert_id),
    )


def read(connection: Connection, token: str, *, now_ms: int) -> Receipt | None:
    """Note that the person has read the message, once; inside `write`. Return how it stands, or None.

    Who holds the token got the message, so it is read whatever the channel said of it.
    """
    delivery = deliveries.by_token(connection, token)
    if delivery is None:
        return None
    if deliveries.move(connection, delivery.delivery_id, DeliveryState.READ, at_ms=now_ms):
        changes.add(connection, at_ms=now_ms, kind="delivery", ref=delivery.alert_id)
    return look(connection, token)
