"""The public trust bundle without TLS, and nothing else: the first thing that a new box fetches.

A box that knows only a fingerprint cannot check a certificate before it has this. It needs no secrecy and no
protection on its way: the box judges it by the fingerprint on its label.
"""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from provisioning.identity.enrolment import BUNDLE_PATH

PEM = "application/x-pem-file"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def bundle_app(file: Path) -> Starlette:
    """Return an application that serves one file; it is read anew each time, so a replaced issuing key is there."""

    def bundle(_: Request) -> Response:
        try:
            return Response(file.read_bytes(), media_type=PEM, headers=_HEADERS)
        except OSError:
            return PlainTextResponse("Belum ada otoritas / no authority yet\n", status_code=404, headers=_HEADERS)

    return Starlette(routes=[Route(BUNDLE_PATH, bundle)])
