"""What the routes of pictures need beside the house: the keeper, threads of their own, and how a refusal is answered.

Bytes go to the disk by two threads that pages do not use: a slow disk makes boxes wait and nobody else.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, TypeVar, cast

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Depends, FastAPI, Request

from contract.blobs import OFFSET_HEADER
from hub.api.errors import ApiError, NotFoundError
from hub.api.house import House
from hub.blobs.errors import (
    BlobError,
    BlobTooLargeError,
    CutError,
    ExtentError,
    NoRoomError,
    OustedError,
    PartlyHereError,
    SentEnoughError,
    WrongHashError,
    WrongKindError,
)
from hub.blobs.keeper import Bounds, Keeper
from hub.storage.errors import StorageError

DISK_THREADS = 2
SWEEP_EVERY_S = 3_600.0
_STATUS: dict[type[BlobError], int] = {
    ExtentError: 422,
    BlobTooLargeError: 413,
    PartlyHereError: 409,
    CutError: 409,
    OustedError: 409,
    WrongHashError: 422,
    WrongKindError: 415,
    SentEnoughError: 429,
    NoRoomError: 507,
}

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class BlobRefusedError(ApiError):
    """How a refusal is answered: `blob_` and its reason, with what is here and when to come again."""

    def __init__(self, refusal: BlobError) -> None:
        """Take status and headers from the refusal."""
        headers = {} if refusal.again_s is None else {"Retry-After": str(refusal.again_s)}
        extra = {}
        if refusal.here_bytes is not None:
            headers[OFFSET_HEADER] = str(refusal.here_bytes)
            extra["here_bytes"] = refusal.here_bytes
        super().__init__(refusal.sentence_id, refusal.sentence_en, extra=extra, headers=headers)
        self.status = _STATUS[type(refusal)]  # type: ignore[misc]  # one word and status for each refusal
        self.code = f"blob_{refusal.reason}"  # type: ignore[misc]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobCalls:
    """Made once by the web process."""

    keeper: Keeper
    _threads: CapacityLimiter = field(default_factory=partial(CapacityLimiter, DISK_THREADS))

    async def by_disk(self, work: Callable[..., T], *args: Any, **more: Any) -> T:
        """Do what blocks in a thread of ours."""
        return await anyio.to_thread.run_sync(partial(work, *args, **more), limiter=self._threads)

    async def sweep(self) -> None:
        """Sweep now and once an hour, until cancelled."""
        while True:
            try:
                await self.by_disk(self.keeper.sweep)
            except (OSError, sqlite3.Error, StorageError):
                _LOG.warning("sweeping pictures failed; trying again in an hour", exc_info=True)
            await asyncio.sleep(SWEEP_EVERY_S)


def blobs_of(request: Request) -> BlobCalls:
    """Return what the application keeps pictures with.

    Raises:
        NotFoundError: it keeps none.
    """
    found = cast("BlobCalls | None", getattr(request.app.state, "blobs", None))
    if found is None:
        raise NotFoundError("Pusat ini tidak menyimpan gambar.", "This hub keeps no pictures.")
    return found


TheBlobs = Annotated[BlobCalls, Depends(blobs_of)]


def blob_calls(app: FastAPI, bounds: Bounds) -> BlobCalls:
    """Return what keeps the pictures of an application within these bounds."""
    house = cast("House", app.state.house)
    keeper = Keeper(bounds=bounds, connections=house.connections, clock=house.clock, real=house.real)
    return BlobCalls(keeper=keeper)
