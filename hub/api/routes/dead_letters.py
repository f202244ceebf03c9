"""Messages and records that could not be read."""

from typing import Annotated

from fastapi import APIRouter, Query

from hub.api.house import Reader
from hub.api.routes.answers import INVALID
from hub.api.shapes.service import DeadLetter
from hub.storage import dead_letters
from hub.storage.dead_letters import StoredDeadLetter

MOST = 500

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])


@router.get("", summary="What could not be read, newest first", responses=INVALID)
def all_dead_letters(connection: Reader, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> list[DeadLetter]:
    """Return dead letters with what they held, newest first."""
    return [_shape(letter) for letter in dead_letters.newest(connection, limit=limit)]


def _shape(letter: StoredDeadLetter) -> DeadLetter:
    values = {name: getattr(letter, name) for name in DeadLetter.model_fields}
    return DeadLetter.model_validate(values | {"payload": letter.payload.decode("utf-8", errors="backslashreplace")})
