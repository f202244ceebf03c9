"""A phone that gets webhook messages: a small HTTP server on loopback that remembers every POST."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.processes import free_port


class Phone:
    """Remembers what was posted to it, in order; answers with `status`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.status = 204
        self._messages: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        phone = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = json.loads(self.rfile.read(length))
                with phone._lock:
                    phone._messages.append(body)
                self.send_response(phone.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing on the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="phone", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where messages are to be posted."""
        return f"http://127.0.0.1:{self.port}/messages"

    def messages(self) -> list[dict[str, Any]]:
        """Return what has come so far."""
        with self._lock:
            return list(self._messages)

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def officer(phone: Phone, *, recipient_id: str = "bpbd-1", role: str = "officer", min_severity: int = 1) -> str:
    """Return the TOML of a recipient of all stations whose messages go to `phone`."""
    return (
        f'\n[[recipients]]\nrecipient = "{recipient_id}"\nname = "Petugas {recipient_id}"\nrole = "{role}"\n'
        f'channel = "webhook"\ntarget = "{phone.url}"\nmin_severity = {min_severity}\nstations = ["*"]\n'
    )


@contextlib.contextmanager
def running_phone() -> Iterator[Phone]:
    """Give a phone for the length of a `with` block."""
    phone = Phone()
    try:
        yield phone
    finally:
        phone.close()
