"""Mutual TLS from the three files of `[hub.tls]`."""

import ssl
from pathlib import Path

from edge_agent.config import TlsConfig
from edge_agent.renewal import slots
from edge_agent.renewal.slots import Slots
from edge_agent.uplink.errors import TlsFilesError


def files_in_use(tls: TlsConfig) -> TlsConfig:
    """Return the three files that are in use: those of the config until the certificate was renewed.

    They are looked up once, so that key and certificate never come from two places.
    """
    folder = tls.certificate.parent
    in_use = Slots(folder).in_use()
    return tls if in_use == folder else files_of(in_use)


def files_of(folder: Path) -> TlsConfig:
    """Return the three files of one place of an identity."""
    return TlsConfig(
        ca=folder / slots.BUNDLE, certificate=folder / slots.CERTIFICATE, key=folder / slots.KEY
    )  # fmt: skip


def folder_context(folder: Path) -> ssl.SSLContext:
    """Return what a connection needs, from one place of an identity.

    Raises:
        TlsFilesError: see `client_context`.
    """
    files = files_of(folder)
    return client_context(ca=files.ca, certificate=files.certificate, key=files.key)


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
    except OSError as exc:  # of which SSLError is one
        raise TlsFilesError(f"hub.tls.ca: {ca}: expected a PEM certificate, got {exc}") from exc
    try:
        context.load_cert_chain(certificate, key)
    except OSError as exc:  # of which SSLError is one
        raise TlsFilesError(
            f"hub.tls.certificate and hub.tls.key: {certificate}, {key}: expected a PEM pair that belongs together, "
            f"got {exc}. Copy both again"
        ) from exc
    return context
