"""Headers of every answer: nothing from elsewhere may run or show in our pages, and nothing is cached by accident.

A plain ASGI wrapper: it touches only the first message, so that streams pass through as they are.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What is not named may not be: no inline script or style, no frame around our pages or in them, no plug-in."""
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
BY_TLS = {"Strict-Transport-Security": "max-age=31536000"}
"""A browser that came by TLS once comes by nothing else for a year."""


class SafeHeaders:
    """Adds the headers."""

    def __init__(self, app: ASGIApp, *, is_by_tls: bool) -> None:
        """Wrap an application; `is_by_tls`: browsers reach it by TLS only."""
        self._app = app
        self._fixed = FIXED | (BY_TLS if is_by_tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
