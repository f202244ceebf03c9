"""How a certificate is renewed; the same words as `provisioning.identity.renewal`, described for /openapi.json."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.api.shapes.shape import Shape
from hub.fleet.authority.issuing import REQUEST_BYTES_MAX
from hub.fleet.authority.presented import PRESENTED_BYTES_MAX

_NONCE_LONGEST = 200
_SIGNATURE_LONGEST = 400

Csr = Annotated[str, Field(max_length=REQUEST_BYTES_MAX, description="Certificate request, PKCS#10 as PEM")]


class RenewalDue(Shape):
    """Whether it is time; real times, UTC ms."""

    v: int
    is_due: bool
    due_ms: int
    ends_ms: int


class RenewalAsk(BaseModel):
    """A box asks; what a newer one says beside it is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = 1
    csr: Csr


class RenewalNonce(Shape):
    """Good for one answer within two minutes."""

    v: int
    nonce: str


class RenewalExpiredAsk(RenewalAsk):
    """A box whose certificate has ended asks."""

    certificate: Annotated[str, Field(max_length=PRESENTED_BYTES_MAX, description="The one that has ended, PEM")]
    nonce: Annotated[str, Field(max_length=_NONCE_LONGEST)]
    signature: Annotated[
        str,
        Field(
            max_length=_SIGNATURE_LONGEST,
            description="ECDSA with SHA-256 by the old key over `jagawai renew-expired 1`, nonce and request, each but "
            "the last with a line feed behind it; base64",
        ),
    ]


class RenewalAnswer(Shape):
    """The next certificate."""

    v: int
    node: str
    certificate: str
    bundle: str
