"""Boxes of the fleet."""

from fastapi import APIRouter

from hub.api.house import Reader, TheHouse
from hub.api.shapes.node import Node, node_of
from hub.storage.board import nodes

router = APIRouter(prefix="/nodes", tags=["nodes"])


@router.get("", summary="All boxes as they last spoke of themselves")
def all_nodes(house: TheHouse, connection: Reader) -> list[Node]:
    """Return every box, by its id."""
    now_ms, rate = house.clock.now_ms(), house.clock.rate
    return [node_of(row, now_ms=now_ms, rate=rate) for row in nodes.nodes(connection)]
