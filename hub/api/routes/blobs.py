"""Pictures: boxes bring them piece by piece on the port of boxes, people with the right see them on their own.

`PUT /api/v1/blobs/{sha256}` takes the whole, or the bytes that `Content-Range` names; what came before a cut stays
here. 409 with `Upload-Offset` says from where to go on; `Content-Range: bytes */TOTAL` without a body asks for it.
"""

import logging
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from contract.blobs import BLOB_MOST_BYTES
from hub.api.blob_calls import BlobCalls, BlobRefusedError, TheBlobs
from hub.api.box_caller import BoxRefusedError, TheBox
from hub.api.caller import TheCaller
from hub.api.errors import ApiError, NotFoundError, NotSignedInError
from hub.api.house import House, TheHouse
from hub.api.routes.answers import BUSY, INVALID, NOT_ALLOWED, NOT_FOUND, Answers
from hub.api.shapes.blob import BlobKept, BlobPartly, Sha256
from hub.api.shapes.shape import Problem
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.blobs.arrivals import Arrival
from hub.blobs.errors import BlobError, CutError, NoRoomError
from hub.blobs.extent import Extent, read_extent
from hub.blobs.keeper import AGAIN, STORED
from hub.blobs.kinds import SUFFIXES
from hub.fleet.standing import Standing, standing
from hub.storage.blobs import BlobRow
from hub.storage.connection import Connection
from hub.storage.errors import StorageError

TAKEN: Answers = {
    200: {"model": BlobKept, "description": "The hub has it from this box already"},
    201: {"model": BlobKept, "description": "It was taken"},
    403: {"model": Problem, "description": "No box of this hub, or one that is refused"},
    404: {"model": Problem, "description": "This hub keeps no pictures"},
    409: {"model": BlobPartly, "description": "Other bytes are needed next: Upload-Offset says from where"},
    415: {"model": Problem, "description": "It is no JPEG, PNG or WebP; nothing of it is kept"},
    422: {"model": Problem, "description": "The content is not what its name says, or which bytes came is not clear"},
    429: {"model": Problem, "description": "The day's quota is used up; Retry-After says when to come again"},
    507: {"model": Problem, "description": "No room for pictures; Retry-After says when to come again"},
}
_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_PICTURES = {"content": dict.fromkeys(SUFFIXES, _PICTURE)}
SHOWN: Answers = {200: {**_PICTURES, "description": "The picture"}}
ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Policy of a picture that is opened by itself: whatever is in it, nothing of it runs."""

_LOG = logging.getLogger(__name__)


class _LargeRoute(APIRoute):
    """A route whose body may be a picture; every other route takes less."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with a bound of its own."""
        await RequestBodyLimitMiddleware(super().handle, max_body_size=BLOB_MOST_BYTES)(scope, receive, send)


router = APIRouter(prefix="/blobs", route_class=_LargeRoute)


@router.put(
    "/{sha256}",
    summary="A box brings a picture, or the next bytes of one",
    tags=["boxes"],
    status_code=201,
    response_model=BlobKept,
    responses=TAKEN | BUSY,
    openapi_extra={"requestBody": {**_PICTURES, "required": False}},
)
async def put_blob(sha256: Sha256, request: Request, box: TheBox, calls: TheBlobs) -> Response:
    """Take it; the same again is no error and writes nothing."""
    try:
        extent = read_extent(request.headers.get("content-range"), content_length=_length(request))
        row = await calls.by_disk(calls.keeper.kept, box.node_id, sha256)
        if row is not None:
            calls.keeper.outcomes[AGAIN] += 1
            return _kept(row, status=200)
        row = await _take(calls, box.node_id, sha256, extent, request=request)
    except BlobError as refusal:
        calls.keeper.outcomes[refusal.reason] += 1
        raise BlobRefusedError(refusal) from refusal
    calls.keeper.outcomes[STORED] += 1
    return _kept(row, status=201)


async def _take(calls: BlobCalls, node_id: str, sha256: str, extent: Extent, *, request: Request) -> BlobRow:
    """Take what this call carries, and the whole when it is there."""
    keeper, arrival = calls.keeper, None
    try:
        arrival = await calls.by_disk(keeper.begin, node_id, sha256, extent)
        await _hear(calls, arrival, request)
        return await calls.by_disk(keeper.finish, node_id, sha256, arrival, verify_live=_verify_live(node_id))
    except ClientDisconnect as problem:  # nobody hears the answer; what came stays
        raise CutError("Kiriman terputus.", "It was cut.") from problem
    except (BlobError, ApiError, StorageError):  # some of which are kinds of OSError
        raise
    except OSError as problem:
        _LOG.error("taking a picture of %s: %s", node_id, problem)
        raise NoRoomError(
            "Cakram pusat menolak.", f"The hub's disk refuses: {problem.strerror}.", again_s=3600
        ) from problem
    finally:
        if arrival is not None:
            await calls.by_disk(keeper.end, node_id, arrival)


async def _hear(calls: BlobCalls, arrival: Arrival, request: Request) -> None:
    async for piece in request.stream():
        if piece:
            await calls.by_disk(arrival.append, piece)


def _verify_live(node_id: str) -> Callable[[Connection], None]:
    def verify(connection: Connection) -> None:
        stands = standing(connection, node_id)
        if stands is not Standing.LIVE:  # since the call began
            raise BoxRefusedError(stands)

    return verify


def _length(request: Request) -> int | None:
    """Return what the server has counted the body by; it refuses a header that is no number."""
    length = request.headers.get("content-length")
    return int(length) if length is not None and length.isascii() and length.isdigit() else None


def _kept(row: BlobRow, *, status: int) -> Response:
    shown = BlobKept(v=1, sha256=row.sha256, bytes=row.bytes, type=row.type)
    return JSONResponse(shown.model_dump(), status_code=status)


@router.get(
    "/{sha256}",
    summary="One picture; who sees it is written down before",
    tags=["pictures"],
    response_class=Response,
    responses=SHOWN | NOT_FOUND | NOT_ALLOWED | INVALID | BUSY,
)
def see_blob(sha256: Sha256, caller: TheCaller, house: TheHouse, calls: TheBlobs) -> Response:
    """Return the picture. If the sight cannot be written down, nothing is shown."""
    if caller is None:
        raise NotSignedInError
    senders = calls.keeper.senders(sha256)
    content = calls.keeper.content(sha256) if senders else None
    if content is None:
        raise NotFoundError("Tidak ada gambar ini, atau sudah dihapus.", "There is no such picture, or it has gone.")
    _note_sight(house, senders[0], by=caller.name)
    kind = senders[0].type
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Security-Policy": ALONE,
            "Content-Disposition": f'inline; filename="{sha256[:12]}.{SUFFIXES[kind]}"',
        },
    )


def _note_sight(house: House, row: BlobRow, *, by: str) -> None:
    with house.connections.writing() as connection:
        audit_log.note(
            connection,
            now_ms=house.clock.now_ms(),
            actor=by,
            action=Action.PICTURE_SEEN,
            subject=row.node_id,
            detail={"sha256": row.sha256, "where": "/api/v1/blobs"},
        )
