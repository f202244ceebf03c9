"""By HTTPS: nothing is sent before whoever answers has shown to be the hub of the label.

1. The trust bundle is fetched without TLS, one port above the label's. It is public; who changes it on the way is found
   out by the fingerprint. Nothing but the address of the bundle is sent.
2. Every word after that goes through TLS that trusts this bundle alone and demands the host of the label in the hub's
   certificate. There is no way to go on without.
"""

import http.client
import socket
import ssl

import msgspec

from contract.clock import Clock
from provisioning.claim.bounded_answer import Bounds, Heard, UnboundedError, hear
from provisioning.claim.errors import HubAwayError, HubNotTrustedError, HubRefusedError, LoginPageError
from provisioning.claim.identity_folder import Journal
from provisioning.identity import foreign, trust
from provisioning.identity.claim_text import host_of
from provisioning.identity.enrolment import ANSWER_BYTES_MAX, BUNDLE_PATH, PATH, Ask, encoded
from provisioning.identity.trust import BUNDLE_BYTES_MAX, Trust

QUIET_S = 15.0
"""So long a hub may be silent; 4G at a river."""
WHOLE_MS = 60_000
"""So long an answer may take; a hub that sends a byte now and then holds nobody."""
_LOGIN_STATUS = {301, 302, 303, 307, 308, 511}
"""Redirects, and 511 Network Authentication Required of RFC 6585; the hub answers with none of them."""
_HTML = "text/html"
_REFUSAL_MAX = 400
"""Characters of a sentence of the hub."""
NAME_DIFFERS = {62, 64}
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL."""
ENDED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED."""


class Https:
    """Asks the hub itself."""

    def __init__(self, *, clock: Clock, bundle_port: int | None = None, bundle: bytes | None = None) -> None:
        """Take how the bundle is had.

        Args:
            clock: for time-outs.
            bundle_port: where the hub serves it; None: one above the label's.
            bundle: PEM that is there already, so that none is fetched; judged in the same way.
        """
        self._clock = clock
        self._bundle_port = bundle_port
        self._bundle = bundle

    def ask(self, ask: Ask, *, journal: Journal, key_fingerprint: str) -> bytes | None:  # noqa: ARG002 - of the stick
        """Return what the hub answered.

        Raises:
            HubAwayError: it does not answer.
            IdentityError: its bundle is not that of the label.
            HubNotTrustedError: whoever answers has no certificate of it.
            HubRefusedError: it says no.
        """
        trusted = trust.verified(self._bundle or self._fetched(journal.address), expected=journal.fingerprint)
        connection = http.client.HTTPSConnection(
            host_of(journal.address), _port_of(journal.address), timeout=QUIET_S, context=_context(trusted)
        )
        try:
            self._shake(connection, journal.address)
            heard = self._answer(connection, "POST", PATH, body=encoded(ask), most=ANSWER_BYTES_MAX)
        finally:
            connection.close()
        if heard.status != http.client.OK:
            raise _refusal(heard.status, heard.body)
        return heard.body

    def ask_anew(self, ask: Ask, *, key_fingerprint: str) -> None:
        """Nothing: every call asks."""

    def _fetched(self, address: str) -> bytes:
        host, port = host_of(address), self._bundle_port or _port_of(address) + 1
        connection = http.client.HTTPConnection(host, port, timeout=QUIET_S)
        try:
            heard = self._answer(connection, "GET", BUNDLE_PATH, body=None, most=BUNDLE_BYTES_MAX)
        finally:
            connection.close()
        if _is_login_page(heard):
            raise LoginPageError(
                f"Jaringan ini meminta masuk dulu / you are behind a login page of the network: at {host}:{port} "
                "a page answered. Kode tidak dikirim / the code was not sent. Buka peramban di jaringan ini dan masuk, "
                "atau pakai jaringan lain / open a browser on this network and log in, or use another network; then "
                "the same command again. Tanpa jaringan / without: --usb DIR"
            )
        if heard.status != http.client.OK:
            raise HubAwayError(
                f"http://{host}:{port}{BUNDLE_PATH}: answered {heard.status}. Alamat di label benar? / is the "
                "address on the label right? At the hub: hub authority show"
            )
        return heard.body

    def _shake(self, connection: http.client.HTTPSConnection, address: str) -> None:
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as problem:
            raise HubNotTrustedError(_distrust(problem, address)) from problem
        except OSError as problem:
            raise _away(address, problem) from problem

    def _answer(
        self, connection: http.client.HTTPConnection, method: str, path: str, *, body: bytes | None, most: int
    ) -> Heard:
        where = f"{connection.host}:{connection.port}"
        until_ms = self._clock.real_ms() + WHOLE_MS
        try:
            connection.request(method, path, body=body, headers={"Content-Type": "application/json"} if body else {})
            bounds = Bounds(body_bytes=most, quiet_s=QUIET_S, until_ms=until_ms)
            return hear(connection.sock, method=method, bounds=bounds, clock=self._clock)
        except UnboundedError as problem:
            raise HubAwayError(
                f"{where}: an answer of up to {most} bytes within {WHOLE_MS // 1000} s expected. Bukan hub? / not the "
                "hub? Look at the address on the label."
            ) from problem
        except (OSError, http.client.HTTPException) as problem:
            raise _away(where, problem) from problem


def _is_login_page(heard: Heard) -> bool:
    """Answer whether the network itself answers instead of the hub, which sends PEM and never HTML."""
    begins = heard.body[:64].lstrip().lower()
    is_page = heard.content_type == _HTML or begins.startswith((b"<!doctype", b"<html"))
    return heard.status in _LOGIN_STATUS or (is_page and heard.status == http.client.OK)


def _context(trusted: Trust) -> ssl.SSLContext:
    """Return TLS that knows no other authority; CERT_REQUIRED and the check of the host are its defaults."""
    context = ssl.create_default_context(cadata=trusted.pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def _away(where: str, problem: Exception) -> HubAwayError:
    said = problem.strerror if isinstance(problem, OSError) else None
    why = foreign.shown(said or problem) or "no answer"
    if isinstance(problem, socket.gaierror):
        why = "nama tidak dikenal / name not known"
    return HubAwayError(
        f"Hub {where} tidak menjawab / does not answer: {why}. Cek sinyal dan ketik perintah yang sama lagi / look "
        "at the signal, then the same command again: it goes on where it stopped. Tanpa sinyal / without: --usb DIR"
    )


def _distrust(problem: ssl.SSLCertVerificationError, address: str) -> str:
    nothing = "Kode tidak dikirim / the code was not sent."
    if problem.verify_code in NAME_DIFFERS:
        return (
            f"Sertifikat hub tidak menyebut / the hub's certificate does not name {host_of(address)}. {nothing} "
            f"Di hub / at the hub: hub authority server --name {host_of(address)}"
        )
    if problem.verify_code == ENDED:
        return (
            f"Sertifikat hub {address} habis masa, atau jam kotak ini salah / the hub's certificate has ended, or this "
            f"box's clock is wrong. {nothing} At the hub: hub authority show"
        )
    return (
        f"PERINGATAN: yang menjawab di {address} bukan hub di label / who answers is not the hub of the label "
        f"({problem.verify_message}). {nothing} Berhenti dan telepon kota / stop and call the city."
    )


class _ErrorText(msgspec.Struct):
    code: str
    id: str
    en: str


class _Problem(msgspec.Struct):
    error: _ErrorText


def _refusal(status: int, body: bytes) -> HubRefusedError:
    try:
        told = msgspec.json.decode(body, type=_Problem).error
    except msgspec.MsgspecError:
        return HubRefusedError(f"Hub menjawab / the hub answered {status}. Coba lagi / try again.", code=str(status))
    return HubRefusedError(foreign.shown(f"{told.id} / {told.en}", most=_REFUSAL_MAX), code=told.code)
