"""Pictures of a view: what is here, and asking a camera for one of now. For the API and the pages alike."""

from fastapi import Request

from hub.api.errors import ApiError, NotFoundError, RefusedError
from hub.api.house import House
from hub.api.panorama import views_of
from hub.api.shapes.still import StillAsked, ViewStills, asked_of, still_of
from hub.api.shapes.view import View
from hub.sightings.where import Eye
from hub.stills import asking
from hub.stills.errors import AskError, TooSoonError
from hub.storage.board import stills
from hub.storage.connection import Connection


class TooOftenError(ApiError):
    """This camera, or too many, were asked a moment ago."""

    status = 429
    code = "too_often"


def keeps_pictures(request: Request) -> bool:
    """Answer whether this hub keeps pictures at all: boxes bring them by TLS only."""
    return getattr(request.app.state, "blobs", None) is not None


def eye_of(view: View) -> Eye | None:
    """Return the camera that looks at a view now."""
    return None if view.node_id is None or view.source is None else (view.node_id, view.source)


def pictures_of(
    house: House, connection: Connection, view: View, *, before_ms: int = stills.EVER_MS, limit: int
) -> ViewStills:
    """Return the newest pictures of a view, and the newest request for one.

    Args:
        house: of the application.
        connection: to read with.
        view: whose.
        before_ms: only pictures taken before.
        limit: most of them.
    """
    eye = eye_of(view)
    request = None
    if eye is not None:
        request = asking.newest_request(connection, eye, now_ms=house.clock.now_ms(), rate=house.clock.rate)
    rows = stills.of_view(connection, view.id, before_ms=before_ms, limit=limit)
    return ViewStills(
        view_id=view.id,
        stills=tuple(still_of(row) for row in rows),
        request=None if request is None else asked_of(request),
    )


def ask_for_still(house: House, view_id: str, *, by: str, keeps: bool) -> StillAsked:
    """Ask the camera of a view for a picture of now, or join the request that is open.

    Args:
        house: of the application.
        view_id: of the view.
        by: who asks.
        keeps: whether this hub keeps pictures; where not, the box would refuse to make one.

    Raises:
        NotFoundError: there is no such view.
        TooOftenError: it was asked a moment ago, or one person asks very often.
        RefusedError: this hub keeps none, no camera looks there, or its box cannot be asked now.
    """
    now_ms, rate = house.clock.now_ms(), house.clock.rate
    with house.connections.writing() as connection:
        view = next((one for one in views_of(connection, now_ms=now_ms, rate=rate) if one.id == view_id), None)
        if view is None:
            raise NotFoundError(f"Tidak ada kamera {view_id!r}.", f"There is no view {view_id!r}.")
        if not keeps:
            raise RefusedError(
                "Pusat ini tidak menerima gambar: kotak mengirimnya hanya lewat TLS. Buat sertifikatnya dengan "
                "hub authority init, tulis [web.tls] di hub.toml, lalu jalankan ulang pusat.",
                "This hub takes no pictures: boxes send them by TLS only. Make its certificates by "
                "hub authority init, write [web.tls] in hub.toml, and start the hub again.",
            )
        try:
            made = asking.ask(connection, eye_of(view), view_id=view_id, by=by, now_ms=now_ms, rate=rate)
        except TooSoonError as problem:
            headers = {"Retry-After": str(problem.again_s)}
            raise TooOftenError(problem.sentence_id, problem.sentence_en, headers=headers) from problem
        except AskError as problem:
            raise RefusedError(problem.sentence_id, problem.sentence_en) from problem
    return asked_of(made)
