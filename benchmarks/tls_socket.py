"""A TCP socket under TLS that speaks like a plain one: a simulated box need not know which it has."""

import socket
import ssl


class TlsSocket:
    """One connection of a client that shows a certificate."""

    def __init__(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        self._plain = plain
        self._context = context
        self._tls: ssl.SSLSocket | None = None

    def connect(self, address: tuple[str, int]) -> None:
        """Connect and shake hands; waits for both."""
        self._plain.connect(address)
        self._tls = self._context.wrap_socket(self._plain, server_hostname=address[0])

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - as a plain socket has it
        """Wait from now on, or not."""
        self._wire.setblocking(flag)

    def fileno(self) -> int:
        """Return what a selector looks at."""
        return self._wire.fileno()

    def send(self, data: bytes | bytearray) -> int:
        """Send what is taken now; return how much.

        Raises:
            BlockingIOError: nothing.
        """
        try:
            return self._wire.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as problem:
            raise BlockingIOError from problem

    def recv(self, size: int) -> bytes:
        """Return what has come, also what a selector no longer sees because TLS has read it already.

        Raises:
            BlockingIOError: not a whole record of TLS yet.
        """
        pieces = bytearray()
        while True:
            try:
                piece = self._wire.recv(size)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as problem:
                if pieces:
                    return bytes(pieces)
                raise BlockingIOError from problem
            pieces += piece
            if not piece or not self._wire.pending():
                return bytes(pieces)

    def close(self) -> None:
        """End the connection."""
        (self._tls or self._plain).close()

    @property
    def _wire(self) -> ssl.SSLSocket:
        assert self._tls is not None, "connect first"
        return self._tls
