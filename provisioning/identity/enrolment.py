"""What box and hub say to each other when a box becomes known, by HTTPS and on a USB stick alike. JSON.

```json
{"v":1,"claim":"KX4M2P9T0ABCW7RD5QZH3","csr":"-----BEGIN CERTIFICATE REQUEST-----…"}
{"v":1,"node":"n-7f3k2m9q","certificate":"-----BEGIN CERTIFICATE-----…","bundle":"…","broker":{"host":null,"port":8883}}
```
"""

import msgspec
from msgspec import Struct

from provisioning.identity.errors import CertificateError

PATH = "/api/v1/enrol"
BUNDLE_PATH = "/api/v1/authority/bundle"
HUB_PORT = 8443
"""HTTPS; the bundle is served one port higher, without TLS."""
ASK_BYTES_MAX = 16 * 1024
ANSWER_BYTES_MAX = 128 * 1024


class Ask(Struct, frozen=True, kw_only=True):
    """A box asks to become known."""

    v: int = 1
    claim: str
    """As on the label; the right to ask."""
    csr: str
    """PKCS#10, PEM."""

    @property
    def csr_bytes(self) -> bytes:
        """The request as it is read; what is no ASCII is none of ours and is seen as such."""
        return self.csr.encode("ascii", "replace")

    def __repr__(self) -> str:
        """Say nothing of the code."""
        return "Ask()"


class Broker(Struct, frozen=True, kw_only=True):
    """Where boxes reach the broker, by TLS."""

    host: str | None = None
    """None: the host that stands on the label."""
    port: int = 8883


class Answer(Struct, frozen=True, kw_only=True):
    """The hub lets a box in."""

    v: int = 1
    node: str
    certificate: str
    """Its certificate and that of the issuing key, PEM."""
    bundle: str
    """Root and issuing certificates, PEM."""
    broker: Broker = Broker()


def encoded(message: Ask | Answer) -> bytes:
    """Return a message as JSON, its fields always in the same order."""
    return msgspec.json.encode(message)


def decoded_answer(data: bytes) -> Answer:
    """Return the hub's answer.

    Raises:
        CertificateError: it is none.
    """
    try:
        return msgspec.json.decode(data, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise CertificateError(
            f"answer of the hub: cannot be read ({problem}). Hub dan kotak berbeda versi? / do hub and box differ in "
            "version?"
        ) from problem


def decoded_ask(data: bytes) -> Ask:
    """Return what a box asks.

    Raises:
        CertificateError: it is none.
    """
    try:
        return msgspec.json.decode(data, type=Ask)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise CertificateError(f"request of a box: cannot be read ({type(problem).__name__}).") from None
