"""The demo's phone: a real HTTP receiver on loopback that gets the webhook messages and shows them as an inbox.

`python -m hub.demo.phone --port 8081 --home var`. It verifies the signature with the hub's secret, keeps each delivery
id once, and answers 204 when the message stands on disk. Opening a message goes to the hub's own receipt page; the
phone itself marks nothing as read.
"""

import argparse
import logging
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from hub.demo.inbox import Inbox
from hub.demo.phone_page import newest, page
from hub.dispatch.channel import Letter
from hub.dispatch.signature import HEADER, is_signed, make_secret
from hub.signals import stop_event

LOOPBACK = "127.0.0.1"
MESSAGES_PATH = "/messages"
SECRET_FILE = Path("secrets") / "webhook.key"
INBOX_FILE = "phone-inbox.jsonl"
BODY_BYTES_MAX = 64 * 1024
READ_WITHIN_S = 10
"""Real seconds that one request may take to arrive."""

_LOG = logging.getLogger(__name__)


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    timeout = READ_WITHIN_S
    server: "PhoneServer"

    def do_POST(self) -> None:
        """Take a message."""
        if self.path != MESSAGES_PATH:
            self._answer(HTTPStatus.NOT_FOUND)
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        self._answer(self.server.take(body, signature=self.headers.get(HEADER, "")))

    def do_GET(self) -> None:
        """Show the inbox, or only what its newest message is."""
        letters = self.server.inbox.newest_first()
        if self.path == "/":
            self._answer(HTTPStatus.OK, page(letters), form="text/html")
        elif self.path == "/newest":
            self._answer(HTTPStatus.OK, newest(letters), form="text/plain")
        else:
            self._answer(HTTPStatus.NOT_FOUND)

    def _answer(self, status: HTTPStatus, text: str = "", *, form: str = "text/plain") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{form}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Write requests to the log, where the page's own polling is noise."""
        _LOG.debug(format, *args)


class PhoneServer(ThreadingHTTPServer):
    """Listens on loopback; `inbox` holds what came."""

    daemon_threads = True

    def __init__(self, *, port: int, secret: bytes, inbox: Inbox) -> None:
        """Listen on `port` (0: any free one)."""
        self.inbox = inbox
        self._secret = secret
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def messages_url(self) -> str:
        """Where messages are to be posted: the target of a webhook recipient."""
        return f"http://{LOOPBACK}:{self.port}{MESSAGES_PATH}"

    def take(self, body: bytes, *, signature: str) -> HTTPStatus:
        """Keep the message in `body` and return how to answer: 204 also for one that came before."""
        if not is_signed(self._secret, body, signature):
            _LOG.warning("a message without the hub's signature was refused")
            return HTTPStatus.UNAUTHORIZED
        try:
            letter = msgspec.json.decode(body, type=Letter)
        except msgspec.DecodeError as problem:
            _LOG.warning("a message cannot be read: %s", problem)
            return HTTPStatus.BAD_REQUEST
        if self.inbox.receive(letter):
            _LOG.info("message %s for %s", letter.delivery_id, letter.to)
        return HTTPStatus.NO_CONTENT


def run(*, port: int, home: Path, stop: threading.Event) -> int:
    """Serve until `stop` is set; return the exit code."""
    server = PhoneServer(port=port, secret=make_secret(home / SECRET_FILE), inbox=Inbox(home / INBOX_FILE))
    thread = threading.Thread(target=server.serve_forever, name="phone", kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    stop.wait()
    server.shutdown()
    server.server_close()
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the phone of the demo."""
    parser = argparse.ArgumentParser(prog="hub.demo.phone", description="The phone of the demo.")
    parser.add_argument("--port", type=int, required=True, help="port on loopback")
    parser.add_argument("--home", type=Path, required=True, help="folder of the hub's state")
    args = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    return run(port=args.port, home=args.home, stop=stop_event())


if __name__ == "__main__":
    sys.exit(main())
