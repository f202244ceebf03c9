"""The web application: routes, static files, errors in both languages, and the follower that feeds the event stream."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from contract.clock import Clock, SystemClock
from hub.alerting.policy import AlertPolicy
from hub.api import gate, receipts
from hub.api.blob_calls import BlobCalls
from hub.api.errors import (
    ApiError,
    InvalidRequestError,
    MethodNotAllowedError,
    NotFoundError,
    NotSignedInError,
    TooBusyError,
    TooLargeError,
)
from hub.api.follower import Follower
from hub.api.headers import SafeHeaders
from hub.api.house import READERS, Connections, House
from hub.api.pages import (
    about,
    account,
    alert_forms,
    first_admin,
    password_link,
    rivers,
    screen,
    sign_in,
    tokens,
    users,
    view_forms,
)
from hub.api.pages import alerts as alert_pages
from hub.api.pages import audit as audit_page
from hub.api.pages import nodes as node_pages
from hub.api.pages import view_drawing as view_drawing_page
from hub.api.pages import views as view_pages
from hub.api.pages import wall as wall_page
from hub.api.pages.page import page, wording_of
from hub.api.routes import (
    alerts,
    blobs,
    dead_letters,
    deliveries,
    enrol,
    events,
    nodes,
    renew,
    service,
    stations,
    stills,
    views,
    wall,
)
from hub.api.secret_paths import shown_path
from hub.api.stream import Broadcaster, Event
from hub.api.too_large import TooLargeAnswers, too_large
from hub.api.watch import watch_streams
from hub.storage.errors import DatabaseBusyError, is_trouble_of_the_database
from hub.wall import static_files
from hub.wall.city import City

API_ROOT = "/api/v1"
THREADS = READERS + 4
BODY_LONGEST_BYTES = 64 * 1024
"""More than any form or call of ours needs; a route that needs more says so itself."""

TOO_LARGE = {
    "description": "More was sent than this call needs",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
"""How every route that takes a body answers."""

_FORMS = ("/alarm/", "/kamera/")
"""Pages with forms below them: who has to sign in first comes back to the page."""

_LOG = logging.getLogger(__name__)


class _KeptStaticFiles(StaticFiles):
    """Static files that a browser may keep for ever: their address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(
    *,
    db_path: Path,
    clock: Clock,
    city: City,
    policy: AlertPolicy,
    secure_cookies: bool = False,
    is_open: bool = True,
    real_clock: Clock | None = None,
) -> FastAPI:
    """Return the application.

    Args:
        db_path: the hub's database; its schema is in place.
        clock: the hub's.
        city: what pages call it.
        policy: of its alerts.
        secure_cookies: whether browsers reach it by TLS only.
        is_open: whether everybody may look at it; nobody acts unknown.
        real_clock: by which sessions and tokens end; the machine's own by default.

    Raises:
        UnlistedRouteError: a route has no row in the table of rights.
    """
    house = House(
        connections=Connections(db_path),
        clock=clock,
        city=city,
        policy=policy,
        version=static_files.digest(),
        secure_cookies=secure_cookies,
        is_open=is_open,
        real=real_clock or SystemClock(),
    )
    app = FastAPI(
        title="Jagawai",
        version="1",
        summary="Rivers, alerts and boxes of a city",
        openapi_url=None,  # served by a route that passes the gate
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(gate.pass_gate)],
        lifespan=_lifespan,
        separate_input_output_schemas=False,
    )
    app.state.house = house
    app.state.broadcaster = Broadcaster()
    _wrap(app, is_by_tls=secure_cookies)
    for router in _api_routers():
        app.include_router(router, prefix=API_ROOT)
    app.include_router(service.router)
    for router in _page_routers():
        app.include_router(router)
    app.mount(f"/static/{house.version}", _KeptStaticFiles(directory=static_files.FOLDER), name="static")
    gate.post(app)
    _answer_errors(app)
    app.openapi = _openapi_of(app)  # type: ignore[method-assign]
    return app


def _wrap(app: FastAPI, *, is_by_tls: bool) -> None:
    """Put the bound of a body, its answer and the headers of every answer around it; the last is the outermost."""
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LONGEST_BYTES)
    app.add_middleware(TooLargeAnswers, answer=lambda request, error: _answer(request, error, status=error.status))
    app.add_middleware(SafeHeaders, is_by_tls=is_by_tls)


def _api_routers() -> tuple[APIRouter, ...]:
    return (
        stations.router,
        views.router,
        stills.router,
        alerts.router,
        nodes.router,
        deliveries.router,
        dead_letters.router,
        wall.router,
        events.router,
        enrol.router,
        renew.router,
        blobs.router,
    )


def _page_routers() -> tuple[APIRouter, ...]:
    return (
        wall_page.router,
        rivers.router,
        view_pages.router,
        view_forms.router,
        view_drawing_page.router,
        alert_pages.router,
        alert_forms.router,
        node_pages.router,
        sign_in.router,
        first_admin.router,
        screen.router,
        users.router,
        tokens.router,
        account.router,
        password_link.router,
        audit_page.router,
        about.router,
        receipts.router,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Follow the changes while the application serves."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    house = cast("House", app.state.house)
    broadcaster = cast("Broadcaster", app.state.broadcaster)
    loop = asyncio.get_running_loop()

    def publish(told: list[Event]) -> None:
        loop.call_soon_threadsafe(broadcaster.publish, told)

    follower = Follower(
        connect=house.connections.own_reader,
        clock=house.clock,
        version=house.version,
        publish=publish,
        is_heard=lambda: broadcaster.client_count > 0,
    )
    follower.start()
    tasks = [asyncio.create_task(watch_streams(house, broadcaster), name="watch")]
    pictures = cast("BlobCalls | None", getattr(app.state, "blobs", None))
    if pictures is not None:
        tasks.append(asyncio.create_task(pictures.sweep(), name="sweep pictures"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        broadcaster.close()
        await asyncio.to_thread(follower.stop)
        house.connections.close()


def _answer_errors(app: FastAPI) -> None:
    """Give every failure the form of the API, or a page where a page was asked for."""
    _answer_database_trouble(app)

    @app.exception_handler(ApiError)
    def on_api_error(request: Request, error: ApiError) -> Response:
        return _answer(request, error, status=error.status)

    @app.exception_handler(RequestValidationError)
    def on_invalid(request: Request, error: RequestValidationError) -> Response:
        places = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        invalid = InvalidRequestError(
            f"Permintaan tidak dapat dipakai: {places}", f"The request cannot be used: {places}"
        )
        return _answer(request, invalid, status=invalid.status)

    @app.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> Response:
        told: ApiError = NotFoundError("Tidak ada halaman atau alamat ini.", f"There is nothing here: {error.detail}.")
        if error.status_code == MethodNotAllowedError.status:
            told = MethodNotAllowedError(
                f"Alamat ini tidak menerima {request.method}.", f"This address does not take {request.method}."
            )
        if error.status_code == TooLargeError.status:
            told = too_large(request.scope)
        if error.status_code == HTTPStatus.BAD_REQUEST:  # the framework's word for a body that is no JSON or no form
            told = InvalidRequestError(
                f"Isi kiriman tidak dapat dibaca: {error.detail}.", f"The body cannot be read: {error.detail}."
            )
            return _answer(request, told, status=told.status)
        return _answer(request, told, status=error.status_code, headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    def on_failure(request: Request, error: Exception) -> Response:
        return _failed(request, error)


def _answer_database_trouble(app: FastAPI) -> None:
    """Say so where the database is held by another or its disk takes nothing more."""

    @app.exception_handler(DatabaseBusyError)
    def on_busy(request: Request, error: DatabaseBusyError) -> Response:
        _LOG.warning("%s %s: %s", request.method, shown_path(request.url.path), error)
        busy = TooBusyError("Pangkalan data sibuk. Coba lagi.", "The database is busy. Try again.")
        return _answer(request, busy, status=busy.status)

    @app.exception_handler(sqlite3.OperationalError)
    def on_trouble(request: Request, error: sqlite3.OperationalError) -> Response:
        if not is_trouble_of_the_database(error):
            return _failed(request, error)
        _LOG.error("%s %s: %s", request.method, shown_path(request.url.path), error)
        unwritable = TooBusyError(
            "Pusat tidak dapat menyimpan: disk penuh atau rusak. Melihat tetap bisa; hubungi teknisi, lalu coba lagi.",
            "The hub cannot store: its disk is full or broken. Looking still works; call the technician, then retry.",
        )
        return _answer(request, unwritable, status=unwritable.status)


def _failed(request: Request, error: Exception) -> Response:
    """Answer what nobody has foreseen; the log has the rest."""
    _LOG.error("%s %s failed", request.method, shown_path(request.url.path), exc_info=error)
    failed = ApiError("Terjadi kesalahan di pusat. Coba lagi.", "Something failed at the hub. Try again.")
    return _answer(request, failed, status=failed.status)


def _answer(request: Request, error: ApiError, *, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return the error as JSON, or as a page to a browser that asked for a page."""
    heads = {**error.headers, **(headers or {})}
    is_page = not request.url.path.startswith(("/api/", "/static/", "/metrics", "/healthz", "/openapi"))
    if is_page and "text/html" in request.headers.get("accept", ""):
        house = cast("House", request.app.state.house)
        if isinstance(error, NotSignedInError) and request.method == "GET":
            return RedirectResponse(_sign_in_at(request), status_code=303)
        response: HTMLResponse = page(
            request,
            "error.html",
            house=house,
            wording=wording_of(request, house),
            person=None,
            status=status,
            error=error,
            error_status=status,
            kept_words=getattr(request.state, "kept_words", ""),
            sign_in_at=_sign_in_at(request) if isinstance(error, NotSignedInError) else "",
        )
        response.headers.update(heads)
        return response
    body = {"error": {"code": error.code, "id": error.sentence_id, "en": error.sentence_en}} | error.extra
    return JSONResponse(body, status_code=status, headers=heads)


def _sign_in_at(request: Request) -> str:
    """Return where to sign in and come back from: to the page that was asked for, or that a form stood on."""
    path = request.url.path
    back = path if request.method == "GET" else path.rpartition("/")[0] if path.startswith(_FORMS) else "/dinding"
    return f"/masuk?kembali={quote(back)}"


def _openapi_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return a maker of /openapi.json that holds only answers which the application gives."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
            for operations in made["paths"].values():
                for operation in operations.values():
                    _drop_foreign_answers(operation["responses"])
                    if "requestBody" in operation:
                        operation["responses"].setdefault("413", TOO_LARGE)
            for name in ("HTTPValidationError", "ValidationError"):
                made["components"]["schemas"].pop(name, None)
            app.openapi_schema = made
        return app.openapi_schema

    return openapi


def _drop_foreign_answers(responses: dict[str, Any]) -> None:
    """Take out the framework's own form of 422, which no route of ours answers with."""
    content = responses.get("422", {}).get("content", {}).get("application/json", {})
    if content.get("schema", {}).get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]
