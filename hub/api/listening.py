"""By TLS, and the bundle without it, beside the plain listener: servers that live and end with the main one."""

import contextlib
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from hub.api.admission import Admission
from hub.api.reception import BoundedServer

LOOK_EACH_TICKS = 20
"""Of 0.1 s: a certificate that was replaced is shown within 2 s."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTls:
    """Where boxes and browsers come by HTTPS."""

    host: str
    port: int
    bundle_port: int
    certificate: Path
    """The hub's key and chain, PEM in one file."""
    bundle: Path
    """What boxes trust, PEM."""
    box_port: int
    """Where boxes show their certificates."""
    root: Path
    """Under which those are, PEM."""


class ServerBeside(BoundedServer):
    """Ends when the main server does, and leaves signals to it."""

    def __init__(self, config: uvicorn.Config, *, admission: Admission, main: uvicorn.Server) -> None:
        """Take whom to follow."""
        super().__init__(config, admission=admission)
        self._main = main

    async def on_tick(self, counter: int) -> bool:
        """Look after the server, ten times a second."""
        self.should_exit = self.should_exit or self._main.should_exit
        is_ending: bool = await super().on_tick(counter)
        return is_ending

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class TlsServer(ServerBeside):
    """Shows a certificate that was replaced without a restart."""

    def __init__(
        self, config: uvicorn.Config, *, admission: Admission, main: uvicorn.Server, certificate: Path
    ) -> None:
        """Take whose certificate is shown."""
        super().__init__(config, admission=admission, main=main)
        self._certificate = certificate
        self._shown = _version(certificate)

    async def on_tick(self, counter: int) -> bool:
        """Look after the server, and now and then after the file."""
        if counter % LOOK_EACH_TICKS == 0:
            self._look_at_certificate()
        return await super().on_tick(counter)

    def _look_at_certificate(self) -> None:
        version = _version(self._certificate)
        if version in {self._shown, 0} or self.config.ssl is None:
            return
        self._shown = version
        try:
            self.config.ssl.load_cert_chain(self._certificate)
        except (OSError, ssl.SSLError) as problem:
            _LOG.warning("%s: %s. The certificate of before is shown on.", self._certificate, problem)
        else:
            _LOG.info("%s is shown from now on", self._certificate)


def tls_context(certificate: Path) -> ssl.SSLContext:
    """Return TLS 1.2 or newer with the hub's key and chain."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate)
    return context


def _version(path: Path) -> int:
    """Return what is another number after the file was replaced; 0 while it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
