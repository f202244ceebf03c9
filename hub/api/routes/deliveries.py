"""Messages owed to people."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.actor import Actor
from hub.api.house import Reader, TheHouse
from hub.api.numbers import see_target
from hub.api.routes.answers import BUSY, INVALID, NOT_ALLOWED, NOT_FOUND
from hub.api.shapes.alert import Delivery, DeliveryStateWord, SeenNumber, delivery_of
from hub.storage.board import deliveries

MOST = 1_000

router = APIRouter(prefix="/deliveries", tags=["deliveries"])


@router.get("", summary="Messages to people, newest first", responses=INVALID)
def all_deliveries(
    connection: Reader,
    state: DeliveryStateWord | None = None,
    alert_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> list[Delivery]:
    """Return messages, newest first."""
    return [delivery_of(row) for row in deliveries.deliveries(connection, state=state, alert_id=alert_id, limit=limit)]


@router.post("/{delivery_id}/number", summary="Where it went, in full", responses=NOT_FOUND | NOT_ALLOWED | BUSY)
def number_of_delivery(delivery_id: str, actor: Actor, house: TheHouse) -> SeenNumber:
    """Return the address in full; whose it is and who asked stands in the audit log before that."""
    seen = see_target(house, delivery_id, by=actor.name, where="/api/v1/deliveries")
    return SeenNumber.model_validate({name: getattr(seen, name) for name in SeenNumber.model_fields})
