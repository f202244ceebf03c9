"""What is asked of the hub, each question over a TLS connection of its own that trusts the bundle of the claim alone.

With a certificate the port of boxes is asked, two above the one of the label if nobody has named another; without, the
port of the label.
"""

import http.client
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from contract.clock import Clock
from edge_agent.renewal import slots
from provisioning.claim.bounded_answer import Bounds, Heard, hear
from provisioning.claim.https import ENDED, NAME_DIFFERS
from provisioning.identity import foreign
from provisioning.identity.claim_text import host_of
from provisioning.identity.renewal import (
    ANSWER_BYTES_MAX,
    BOX_PORT_ABOVE,
    EXPIRED_PATH,
    NONCE_PATH,
    PATH,
    Due,
    ExpiredAsk,
    Nonce,
    RenewAnswer,
    RenewAsk,
    encoded,
)
from provisioning.renewal.errors import IdentityDiskError, RenewalAwayError, RenewalRefusedError, ShownRefusedError

QUIET_S = 15.0
"""So long a hub may be silent; 4G at a river."""
WHOLE_MS = 50_000
"""So long a question may take as a whole."""
_REFUSAL_MAX = 400
"""Characters of a sentence of the hub."""

T = TypeVar("T")


class _ErrorText(msgspec.Struct):
    code: str
    id: str
    en: str


class _Problem(msgspec.Struct):
    error: _ErrorText


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSide:
    """The hub of a claim."""

    address: str
    """host:port of the label, or another that was named."""
    box_port: int | None = None
    """Of boxes with certificates; None: two above that of the address."""
    clock: Clock

    def due(self, identity: Path) -> Due:
        """Ask whether it is time, with the identity in a folder.

        Raises:
            RenewalError: no answer, or a refusal.
        """
        return _form(self._ask("GET", PATH, shown=identity, trusted=identity), Due)

    def renew(self, ask: RenewAsk, *, identity: Path) -> RenewAnswer:
        """Ask for the next certificate, with the identity in a folder.

        Raises:
            RenewalError: no answer, or a refusal.
        """
        heard = self._ask("POST", PATH, shown=identity, trusted=identity, body=encoded(ask))
        return _form(heard, RenewAnswer)

    def nonce(self, identity: Path) -> str:
        """Ask for a word to sign; nothing of the identity is shown but what it trusts is used.

        Raises:
            RenewalError: no answer, or a refusal.
        """
        return _form(self._ask("GET", NONCE_PATH, shown=None, trusted=identity), Nonce).nonce

    def renew_expired(self, ask: ExpiredAsk, *, identity: Path) -> RenewAnswer:
        """Ask for the next certificate after the end of the old.

        Raises:
            RenewalError: no answer, or a refusal.
        """
        heard = self._ask("POST", EXPIRED_PATH, shown=None, trusted=identity, body=encoded(ask))
        return _form(heard, RenewAnswer)

    def _ask(
        self, method: str, path: str, *, shown: Path | None, trusted: Path, body: bytes | None = None
    ) -> Heard:  # fmt: skip
        host, port = host_of(self.address), int(self.address.rpartition(":")[2])
        if shown is not None:
            port = self.box_port or port + BOX_PORT_ABOVE
        context = _context(shown=shown, trusted=trusted)
        connection = http.client.HTTPSConnection(host, port, timeout=QUIET_S, context=context)
        bounds = Bounds(
            body_bytes=ANSWER_BYTES_MAX, quiet_s=QUIET_S, until_ms=self.clock.real_ms() + WHOLE_MS
        )  # fmt: skip
        try:
            connection.request(method, path, body=body, headers={"Content-Type": "application/json"} if body else {})
            heard = hear(connection.sock, method=method, bounds=bounds, clock=self.clock)
        except ssl.SSLCertVerificationError as problem:
            raise RenewalAwayError(_distrust(problem, host=host, port=port)) from problem
        except (ssl.SSLError, ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected) as problem:
            kind = RenewalAwayError if shown is None else ShownRefusedError
            raise kind(f"{host}:{port}: {foreign.shown(problem)}") from problem
        except (OSError, http.client.HTTPException) as problem:
            raise RenewalAwayError(
                f"Hub {host}:{port} tidak menjawab / does not answer: {foreign.shown(problem)}. Dicoba lagi / tried "
                "again."
            ) from problem
        finally:
            connection.close()
        if heard.status != http.client.OK:
            raise _refusal(heard)
        return heard


def _distrust(problem: ssl.SSLCertVerificationError, *, host: str, port: int) -> str:
    """Return what is wrong; a warning only of somebody who is not the hub."""
    if problem.verify_code == ENDED:
        return (
            f"Sertifikat hub {host}:{port} habis masa, atau jam kotak ini salah / the hub's certificate has ended, or "
            "this box's clock is wrong. Periksa / check: date; at the hub: hub authority show"
        )
    if problem.verify_code in NAME_DIFFERS:
        return (
            f"Sertifikat hub tidak menyebut / the hub's certificate does not name {host}. Di hub / at the hub: "
            f"hub authority server --name {host}"
        )
    return (
        f"PERINGATAN: yang menjawab di {host}:{port} bukan hub kotak ini / who answers is not this box's hub "
        f"({problem.verify_message})."
    )


def _context(*, shown: Path | None, trusted: Path) -> ssl.SSLContext:
    """Return TLS that knows no other authority; CERT_REQUIRED and the check of the host are its defaults."""
    try:
        context = ssl.create_default_context(cafile=str(trusted / slots.BUNDLE))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if shown is not None:
            context.load_cert_chain(shown / slots.CERTIFICATE, shown / slots.KEY)
    except OSError as problem:  # of which SSLError is one
        raise IdentityDiskError(
            f"{trusted}: kunci, sertifikat atau bundel tidak terbaca / key, certificate or bundle cannot be read "
            f"({problem}). Minta label baru / ask for a new label: hub site replace"
        ) from problem
    return context


def _form(heard: Heard, form: type[T]) -> T:
    try:
        return msgspec.json.decode(heard.body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise RenewalAwayError(
            f"answer of the hub: cannot be read ({foreign.shown(problem)}). Hub dan kotak berbeda versi? / do hub and "
            "box differ in version?"
        ) from problem


def _refusal(heard: Heard) -> RenewalRefusedError:
    try:
        told = msgspec.json.decode(heard.body, type=_Problem).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return RenewalRefusedError(
            f"Hub menjawab / the hub answered {heard.status}. Dicoba lagi / tried again.", code=str(heard.status)
        )
    return RenewalRefusedError(foreign.shown(f"{told.id} / {told.en}", most=_REFUSAL_MAX), code=told.code)
