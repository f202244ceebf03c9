"""What box and hub say to each other when a box's certificate is renewed. JSON.

```json
{"v":1,"is_due":true,"due_ms":1763712000000,"ends_ms":1775712000000}
{"v":1,"csr":"-----BEGIN CERTIFICATE REQUEST-----…"}
{"v":1,"nonce":"…"}
{"v":1,"csr":"…","certificate":"-----BEGIN CERTIFICATE-----…","nonce":"…","signature":"<base64>"}
{"v":1,"node":"n-7f3k2m9q","certificate":"-----BEGIN CERTIFICATE-----…","bundle":"…"}
```
In order: what the hub says when asked by mutual TLS; the request that follows; what the hub gives a box whose
certificate has ended; what such a box sends; and the answer to either request.
"""

import base64

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from provisioning.identity import box_key

BOX_PORT_ABOVE = 2
"""The port of boxes with certificates is so far above the one on the label."""
PATH = "/api/v1/renewal"
"""On the port of boxes: GET asks whether it is time, POST asks for the next certificate."""
NONCE_PATH = "/api/v1/renewal/nonce"
EXPIRED_PATH = "/api/v1/renewal/expired"
"""Both on the port of the label, where nobody is asked for a certificate."""
ANSWER_BYTES_MAX = 128 * 1024


class Due(Struct, frozen=True, kw_only=True):
    """Whether it is time. Only the hub decides that: its clock is looked after. Times are real, UTC ms."""

    v: int = 1
    is_due: bool
    due_ms: int
    ends_ms: int


class RenewAsk(Struct, frozen=True, kw_only=True):
    """A box asks for the next certificate."""

    v: int = 1
    csr: str


class Nonce(Struct, frozen=True, kw_only=True):
    """A word of the hub that is good for one answer, and soon for none."""

    v: int = 1
    nonce: str


class ExpiredAsk(Struct, frozen=True, kw_only=True):
    """A box whose certificate has ended asks for the next one."""

    v: int = 1
    csr: str
    certificate: str
    nonce: str
    signature: str
    """By the key of the old certificate over `signed_words`; base64."""


class RenewAnswer(Struct, frozen=True, kw_only=True):
    """The next certificate."""

    v: int = 1
    node: str
    certificate: str
    """It and that of the issuing key, PEM."""
    bundle: str
    """Root and issuing certificates, PEM."""


def signed_words(*, nonce: str, csr: str) -> bytes:
    """Return what the old key signs: nothing that it signs elsewhere begins like this."""
    return b"jagawai renew-expired 1\n" + nonce.encode() + b"\n" + csr.encode()


def expired_ask(*, csr: str, certificate: str, nonce: str, old_key_pem: bytes) -> ExpiredAsk:
    """Return what a box sends whose certificate has ended.

    Raises:
        KeyFileError: the old key cannot be read.
    """
    signature = box_key.loaded(old_key_pem).sign(signed_words(nonce=nonce, csr=csr), ec.ECDSA(hashes.SHA256()))
    return ExpiredAsk(csr=csr, certificate=certificate, nonce=nonce, signature=base64.b64encode(signature).decode())


def encoded(message: RenewAsk | ExpiredAsk) -> bytes:
    """Return a message as JSON."""
    return msgspec.json.encode(message)
