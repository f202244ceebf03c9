"""Blurred pictures of a view as the API and the pages show them."""

from typing import Literal

from pydantic import Field

from hub.api.shapes.shape import Shape
from hub.stills.request import StillRequest, words_of
from hub.storage.stills import StillRow

PICTURES = "/api/v1/blobs"


class ViewStill(Shape):
    """One picture that is here. Nobody in it can be recognised; it was blurred on the box."""

    address: str = Field(description="Of the picture; who sees it is written down")
    sha256: str
    at_ms: int = Field(description="When it was taken, by the hub's reckoning where is_at_doubted")
    is_at_doubted: bool
    arrived_ms: int
    why: str = Field(description="hour, bank (people or a boat came), asked; empty: the box did not say")
    asked_by: str = Field(description="Who asked for it, where somebody did")
    node_id: str
    source: str
    bytes: int
    width_px: int
    height_px: int


class StillAsked(Shape):
    """A request for a picture of now, and how it stands."""

    command_id: str
    by: str
    asked_ms: int
    stage: Literal["waiting", "coming", "here", "refused", "silent", "late"] = Field(
        description="waiting for the box; coming: it was made; here; refused: `answer` says why; silent: the box did"
        " not answer; late: it was made and has not arrived"
    )
    answer: str = Field(description="What the box said, in Indonesian")
    answer_en: str = Field(description="The same in English, where the box says so")


class ViewStills(Shape):
    """The newest pictures of a view, newest first, and the newest request for one."""

    view_id: str
    stills: tuple[ViewStill, ...]
    request: StillAsked | None


def still_of(row: StillRow) -> ViewStill:
    """Return a picture in the API's form."""
    return ViewStill(
        address=f"{PICTURES}/{row.sha256}",
        sha256=row.sha256,
        at_ms=row.at_ms,
        is_at_doubted=row.is_at_doubted,
        arrived_ms=row.arrived_ms,
        why=row.why,
        asked_by=row.asked_by,
        node_id=row.node_id,
        source=row.source,
        bytes=row.bytes,
        width_px=row.width_px,
        height_px=row.height_px,
    )


def asked_of(request: StillRequest) -> StillAsked:
    """Return a request in the API's form."""
    return StillAsked(
        command_id=request.command_id,
        by=request.by,
        asked_ms=request.asked_ms,
        stage=request.stage.value,
        answer=words_of(request.answer, "id"),
        answer_en=words_of(request.answer, "en"),
    )
