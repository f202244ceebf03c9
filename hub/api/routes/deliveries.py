"""Messages owed to people."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.house import Reader
from hub.api.routes.answers import INVALID
from hub.api.shapes.alert import Delivery, DeliveryStateWord, delivery_of
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
