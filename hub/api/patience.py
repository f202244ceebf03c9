"""HTTP with bounds in time and size, so that nobody keeps a connection by doing nothing, or hardly anything.

The state of a connection and how long it may last:

1. accepted, or a first byte after an answer -> a whole request head: 15 s, a TLS handshake included
2. head -> end of body: 30 s, and a second more for each 1,000 bytes of body that came
3. answered before the body has ended: 5 s to read the answer
4. between two requests: 5 s
5. what was sent is taken by nobody: 60 s from a full buffer; 20 s where the connection is to end
6. being answered: no bound here, an event stream lives for weeks

A head, or what stands around a body (trailers, lengths of pieces), may be 64 KiB and a sixteenth of the body: the
parser itself knows no bound. The looking is done once a second, by the server.
"""

import math
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.api.admission import SLOW, Admission, Guest

HEAD_WITHIN_S = 15.0
BODY_WITHIN_S = 30.0
BODY_BYTES_A_SECOND = 1_000
BETWEEN_REQUESTS_S = 5
READ_ANSWER_WITHIN_S = 5.0
TAKE_WITHIN_S = 60.0
END_WITHIN_S = 20.0
GOODBYE_WITHIN_S = 1.0
BESIDE_BODY_MOST_BYTES = 64 * 1024
BESIDE_BODY_PART = 16


class PatientProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """Take what the server gives; `expect` has to follow."""
        super().__init__(*args, **more)
        self._until_s = math.inf
        """By when what is awaited now has to be there, by the loop's clock."""
        self._stalled_until_s = math.inf
        self._ends_until_s = math.inf
        self._is_in_request = False
        self._is_body_awaited = False
        self._beside_body_bytes = 0
        self._body_bytes = 0
        self._fed_body_bytes = 0

    def expect(self, guest: Guest, *, admission: Admission, accepted_s: float) -> None:
        """Say whose connection this will be and when it was accepted, by the loop's clock."""
        self._guest = guest
        self._admission = admission
        self._until_s = accepted_s + HEAD_WITHIN_S

    def look(self, now_s: float) -> None:
        """End the connection if it has taken too long."""
        if self.transport.is_closing():
            self._ends_until_s = min(self._ends_until_s, now_s + END_WITHIN_S)
        is_held_up_by_us = self._is_body_awaited and self.flow.read_paused
        until_s = math.inf if is_held_up_by_us else self._until_s
        if now_s >= min(until_s, self._stalled_until_s, self._ends_until_s):
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything."""
        self._admission.leave(self._guest)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the first ones after an answer begin a head, even if they are only empty lines."""
        if not self._is_in_request:
            self._until_s = min(self._until_s, self.loop.time() + HEAD_WITHIN_S)
        self._fed_body_bytes = 0
        super().data_received(data)
        self._beside_body_bytes += len(data) - self._fed_body_bytes
        if self._beside_body_bytes > BESIDE_BODY_MOST_BYTES + self._body_bytes // BESIDE_BODY_PART:
            self._end()

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._beside_body_bytes = self._body_bytes = 0

    def on_headers_complete(self) -> None:
        """Begin with a request."""
        self._is_in_request = self._is_body_awaited = True
        self._until_s = self.loop.time() + BODY_WITHIN_S
        self._admission.is_sending(self._guest)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._fed_body_bytes += len(body)
        self._body_bytes += len(body)
        if not self.cycle.response_complete:
            self._until_s += len(body) / BODY_BYTES_A_SECOND
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Await nothing more of this request."""
        self._is_body_awaited = False
        self._until_s = math.inf
        self._admission.is_busy(self._guest)
        super().on_message_complete()
        if self.cycle.response_complete:  # the answer came first; the server's keep-alive knows nothing of this order
            self._await_next()
            self._until_s = self.loop.time() + BETWEEN_REQUESTS_S

    def on_response_complete(self) -> None:
        """Await the rest of the body, or the next request unless it is there already."""
        super().on_response_complete()
        if not self.cycle.response_complete:
            return
        if self._is_body_awaited:
            self._until_s = min(self._until_s, self.loop.time() + READ_ANSWER_WITHIN_S)
        else:
            self._await_next()

    def pause_writing(self) -> None:
        """Note since when nobody takes what is sent."""
        super().pause_writing()
        self._stalled_until_s = self.loop.time() + TAKE_WITHIN_S

    def resume_writing(self) -> None:
        """Note that it was taken."""
        super().resume_writing()
        self._stalled_until_s = math.inf

    def shutdown(self) -> None:
        """End with the server; a TLS peer that never says goodbye holds nobody up for longer than a second."""
        super().shutdown()
        self.loop.call_later(GOODBYE_WITHIN_S, self._leave)

    def _leave(self) -> None:
        if self.transport.is_closing():
            self.transport.abort()

    def _await_next(self) -> None:
        self._is_in_request = False
        self._admission.is_waiting(self._guest)

    def _end(self) -> None:
        """End the connection at once, whatever waits to be sent."""
        self._admission.count(SLOW)
        self._until_s = self._stalled_until_s = self._ends_until_s = math.inf
        self.transport.abort()
