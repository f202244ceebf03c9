"""Mutual TLS from the three files of `[hub.tls]`."""

import ssl
from pathlib import Path

from edge_agent.uplink.errors import TlsFilesError


def client_context(*, ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what a connection needs: trust in one authority, and this box's own certificate.

    Raises:
        TlsFilesError: a file is missing, unreadable, or certificate and key do not belong together.
    """
    for name, path in (("ca", ca), ("certificate", certificate), ("key", key)):
        try:
            with path.open("rb"):
                pass
        except OSError as exc:
            raise TlsFilesError(
                f"hub.tls.{name}: {path}: {exc.strerror}. Provision the box again, or correct the path"
            ) from exc
    try:
        context = ssl.create_default_context(cafile=str(ca))
    except ssl.SSLError as exc:
        raise TlsFilesError(f"hub.tls.ca: {ca}: expected a PEM certificate, got {exc}") from exc
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as exc:
        raise TlsFilesError(
            f"hub.tls.certificate and hub.tls.key: {certificate}, {key}: expected a PEM pair that belongs together, "
            f"got {exc}. Copy both again"
        ) from exc
    return context
