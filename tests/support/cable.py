"""A cable between a box and a broker that a test can cut and mend: a TCP relay on loopback.

`cut()` ends every connection and refuses new ones, as a dead modem does; `stall()` keeps connections open and carries
nothing, as a hanging one does; `mend()` makes it whole again.
"""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator

from tests.support.processes import free_port

CHUNK_BYTES = 65_536


class Cable:
    """A relay from `port` to `target_port`, both on loopback; counts what it carries."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self.carried_bytes = 0
        self._target_port = target_port
        self._selector = selectors.DefaultSelector()
        self._other_end: dict[socket.socket, socket.socket] = {}
        self._state = "whole"
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="cable", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """End all connections; new ones are ended at once."""
        with self._lock:
            self._state = "cut"
            for end in list(self._other_end):
                self._drop(end)

    def stall(self) -> None:
        """Carry nothing, end nothing."""
        with self._lock:
            self._state = "stalled"

    def mend(self) -> None:
        """Carry again. What a stalled connection had to say is carried now."""
        with self._lock:
            self._state = "whole"

    def close(self) -> None:
        """End the relay for good."""
        self._ended.set()
        self._thread.join(timeout=5)
        self.cut()
        self._listener.close()
        self._selector.close()

    def _carry(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._selector.select(timeout=0.02):
                with self._lock:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif self._state == "whole" and isinstance(key.fileobj, socket.socket):
                        self._pass_on(key.fileobj)
            if self._state == "stalled":
                self._ended.wait(0.02)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if self._state == "cut":
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._target_port), timeout=1)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            self._other_end[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        target = self._other_end.get(source)
        if target is None:
            return
        try:
            data = source.recv(CHUNK_BYTES)
            if data:
                target.sendall(data)
                self.carried_bytes += len(data)
                return
        except OSError:
            pass
        self._drop(source)

    def _drop(self, end: socket.socket) -> None:
        other = self._other_end.pop(end, None)
        for one in (end, other):
            if one is None:
                continue
            self._other_end.pop(one, None)
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
            one.close()


@contextlib.contextmanager
def running_cable(target_port: int) -> Iterator[Cable]:
    """Lay a cable for the length of a `with` block."""
    cable = Cable(target_port)
    try:
        yield cable
    finally:
        cable.close()
