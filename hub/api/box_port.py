"""The port of boxes: TLS that asks everybody for a certificate of ours, and the routes of boxes alone.

People's ports never ask for a certificate, so no browser shows its question; and here no page is to be had.
"""

import asyncio
import json
import ssl
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from hub.api.box_caller import PEER_CERTIFICATE
from hub.api.listening import tls_context
from hub.api.patience import PatientProtocol
from hub.api.rights import ROUTES, Right

_ELSEWHERE = json.dumps(
    {
        "error": {
            "code": "not_found",
            "id": "Port ini hanya untuk kotak.",
            "en": "This port is for boxes alone.",
        }
    }
).encode()


def box_context(certificate: Path, *, root: Path) -> ssl.SSLContext:
    """Return TLS with the hub's key and chain that lets nobody in without a certificate under this root.

    A session is not taken up again: a certificate that has ended since would come in with it.
    """
    context = tls_context(certificate)
    context.load_verify_locations(root)
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


class BoxProtocol(PatientProtocol):
    """HTTP that hands the certificate of the connection to each of its requests."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        """Take the certificate; TLS has verified it."""
        super().connection_made(transport)
        secured = transport.get_extra_info("ssl_object")
        shown = None if secured is None else secured.getpeercert(binary_form=True)
        self.app_state = {**self.app_state, PEER_CERTIFICATE: shown}


class BoxPort:
    """The application as boxes see it."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the whole application."""
        self._app = app
        self._roots = {
            (method, path.partition("/{")[0]) for (method, path), right in ROUTES.items() if right is Right.BOX
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what is for boxes."""
        if scope["type"] == "http" and not self._is_of_boxes(scope["method"], scope["path"]):
            await _refuse(send)
        else:
            await self._app(scope, receive, send)

    def _is_of_boxes(self, method: str, path: str) -> bool:
        return any(method == one and (path == root or path.startswith(f"{root}/")) for one, root in self._roots)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": _ELSEWHERE})
