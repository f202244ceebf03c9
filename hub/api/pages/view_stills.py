"""The part of a view's page that shows its pictures."""

from collections.abc import Sequence

from fastapi import Request
from msgspec import Struct

from hub.api.caller import Caller
from hub.api.house import House
from hub.api.pictures import keeps_pictures, pictures_of
from hub.api.rights import Right
from hub.api.shapes.still import StillAsked, ViewStill
from hub.api.shapes.view import View
from hub.storage import changes, meta
from hub.storage.board import stills
from hub.storage.connection import Connection
from hub.wall.outline_picture import WIDTH

LISTED = 12
"""Pictures that a page names; older ones stand behind the last of them."""
TOLD_FOR_S = 600.0
"""Real: so long the end of a request is shown."""


class Gallery(Struct, frozen=True, kw_only=True):
    """What a page shows of a view's pictures."""

    keeps: bool
    """Whether this hub takes pictures at all."""
    may_see: bool
    shown: ViewStill | None
    listed: Sequence[ViewStill]
    is_old: bool
    """An older one was chosen."""
    request: StillAsked | None
    as_of: str
    """Of the change as of which this stands; events go on from there."""
    problem: str
    """Why a picture was not asked for just now."""

    @property
    def is_waiting(self) -> bool:
        """Whether a picture may come any moment."""
        return self.request is not None and self.request.stage in {"waiting", "coming"}

    @property
    def field_height(self) -> int:
        """Height of the field on which zones are drawn, where it is 1600 wide."""
        return 900 if self.shown is None else round(WIDTH * self.shown.height_px / max(1, self.shown.width_px))


def gallery_of(
    request: Request,
    view: View,
    *,
    house: House,
    connection: Connection,
    person: Caller | None,
    up_to_ms: int | None = None,
    problem: str = "",
) -> Gallery:
    """Return what a page shows; to who may see no pictures, whether there are some.

    Args:
        request: for the page.
        view: whose.
        house: of the application.
        connection: to read with.
        person: who looks; None: nobody known.
        up_to_ms: when the picture was taken that is to be shown; None: the newest.
        problem: why a picture was not asked for just now.
    """
    as_of = f"{meta.db_epoch(connection)}-{changes.newest_id(connection)}"
    before_ms = stills.EVER_MS if up_to_ms is None else up_to_ms + 1
    found = pictures_of(house, connection, view, before_ms=before_ms, limit=LISTED)
    asked = found.request
    return Gallery(
        keeps=keeps_pictures(request),
        may_see=person is not None and Right.SEE_PICTURES in person.rights,
        shown=found.stills[0] if found.stills else None,
        listed=found.stills,
        is_old=up_to_ms is not None,
        request=asked if asked is not None and _is_told(asked, found.stills, house) else None,
        as_of=as_of,
        problem=problem,
    )


def _is_told(asked: StillAsked, found: Sequence[ViewStill], house: House) -> bool:
    """Answer whether the page still speaks of a request: until its end is old, or a later picture is here."""
    if asked.stage in {"waiting", "coming"}:
        return True
    is_old = house.clock.now_ms() - asked.asked_ms > 1000 * TOLD_FOR_S * house.clock.rate
    return asked.stage != "here" and not is_old and not any(one.at_ms > asked.asked_ms for one in found)
