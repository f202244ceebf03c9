"""The answer to a body that is too long, in the form of every other answer.

The framework's limit answers in plain text where the length was said beforehand: it then answers instead of the
application, whatever the application would have said. Here that answer is exchanged for ours.
"""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.errors import TooLargeError


class TooLargeAnswers:
    """Stands around the framework's limit."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request, TooLargeError], Response]) -> None:
        """Wrap an application; `answer` gives an error the form that was asked for."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; the framework's own answer is not sent."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_exchanged = False

        async def send_in_our_form(message: Message) -> None:
            nonlocal is_exchanged
            if is_exchanged:
                return
            if is_of_framework(message):
                is_exchanged = True
                await self._answer(Request(scope), too_large(scope))(scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, send_in_our_form)


def too_large(scope: Scope) -> TooLargeError:
    """Return the error for a request whose body was longer than its route takes."""
    most_bytes = scope.get(MAX_BODY_SIZE_SCOPE_KEY)
    return TooLargeError(
        f"Kiriman lebih dari {most_bytes} byte. Kirim lebih sedikit.",
        f"More than {most_bytes} bytes were sent. Send less.",
    )


def is_of_framework(message: Message) -> bool:
    """Answer whether an answer begins that says 413 in plain text; ours is JSON or a page."""
    if message["type"] != "http.response.start" or message["status"] != TooLargeError.status:
        return False
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
