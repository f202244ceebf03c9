"""The gate that every route passes: is there a row for it, who asks, may they, and did they mean it.

1. Before anything of a route runs, its row of `rights.ROUTES` is found; an application with a route that has no row
   does not start, and a route that was added behind the start is refused.
2. What changes something and is asked for by a session comes from a page of ours: it carries the session's CSRF token,
   in a header or in the form, and no foreign `Origin`. A token of a program is never sent by a browser on its own.
3. A route of boxes needs the certificate of a live box, and nothing else opens it.
4. Routes that are open look after themselves: signing in looks at `Origin`, a link is the right by itself.
"""

import secrets
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from hub.api.box_caller import look_up_box
from hub.api.caller import Caller, look_up, shows_secret
from hub.api.errors import ForbiddenError, NotSignedInError, UnlistedRouteError
from hub.api.house import House, house_of
from hub.api.rights import IN_OPEN_PAGES, ROUTES, Right

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
WORDS_FIELDS = ("text", "why")
"""Fields of forms in which people write sentences."""
_SAFE = frozenset({"GET", "HEAD"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_STATIC = "/static"


def post(app: FastAPI) -> None:
    """Post the rights at the application's routes; call it when all of them are there.

    Raises:
        UnlistedRouteError: a route stands in no row.
    """
    posted: dict[tuple[int, str], Right] = {}
    unlisted: list[str] = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        row = _STATIC if path.startswith(f"{_STATIC}/") else path
        for method in sorted(context.methods or {"GET"}):
            right = ROUTES.get((method, row))
            if right is None:
                unlisted.append(f"{method} {path}")
            else:
                posted[id(context.original_route), method] = right
    if unlisted:
        raise UnlistedRouteError(unlisted)
    app.state.posted_rights = posted


async def pass_gate(request: Request) -> None:
    """Let a request to its route, or refuse it.

    Raises:
        NotSignedInError: the route needs somebody who is known.
        ForbiddenError: whoever asks may not, or another site asks in their name, or the route has no row.
    """
    house = house_of(request)
    right = request.app.state.posted_rights.get((id(request.scope["route"]), request.method))
    if right is None:
        raise ForbiddenError("Alamat ini tidak dibuka untuk siapa pun.", "This address is open to nobody.")
    if right is Right.BOX:
        request.state.box = await run_in_threadpool(look_up_box, request, house)
        return
    caller = await run_in_threadpool(look_up, request, house) if shows_secret(request, house) else None
    request.state.caller = caller
    if right is Right.OPEN:
        return
    try:
        _verify_right(right, caller, house)
        if request.method not in _SAFE and caller is not None and caller.csrf:
            verify_same_origin(request)
            _verify_csrf(caller, await _csrf_of(request))
    except (NotSignedInError, ForbiddenError):
        request.state.kept_words = await _words_of(request)
        raise


def _verify_right(right: Right, caller: Caller | None, house: House) -> None:
    if house.is_open and right in IN_OPEN_PAGES:
        return
    if caller is None:
        raise NotSignedInError
    if right not in caller.rights:
        raise ForbiddenError("Peran Anda tidak boleh melakukan ini.", f"Your role may not do this (right: {right}).")


def verify_same_origin(request: Request) -> None:
    """Refuse what a page of another site sent.

    Browsers say the origin of every POST; `null` is what a sandboxed frame says, no page of ours. Programs say none.

    Raises:
        ForbiddenError: it came from elsewhere.
    """
    origin = request.headers.get("origin")
    is_ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not is_ours or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForbiddenError("Formulir ini datang dari situs lain.", "This form was sent by another site.")


async def _csrf_of(request: Request) -> str:
    """Return the CSRF token of a header, else of a form."""
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and request.headers.get("content-type", "").startswith(_FORMS):
        field = (await request.form()).get(CSRF_FIELD, "")
        sent = field if isinstance(field, str) else ""
    return sent


async def _words_of(request: Request) -> str:
    """Return what a person wrote into a form of ours, for the page that refuses it.

    Nothing of what another site sent, of what a program sent, or of what is no form.
    """
    if not request.headers.get("content-type", "").startswith(_FORMS[0]) or "text/html" not in request.headers.get(
        "accept", ""
    ):
        return ""
    try:
        verify_same_origin(request)
        form = await request.form()
    except (ForbiddenError, HTTPException):
        return ""
    words = (form.get(name, "") for name in WORDS_FIELDS)
    return "\n".join(word for word in words if isinstance(word, str) and word)


def _verify_csrf(caller: Caller, sent: str) -> None:
    if not secrets.compare_digest(caller.csrf.encode(), sent.encode("utf-8", "surrogatepass")):
        raise ForbiddenError(
            "Halaman ini sudah lama. Muat ulang halaman lalu coba lagi.",
            "This page is old: its CSRF token is missing or wrong. Load the page again and retry.",
        )
