"""How a box becomes known; the same words as `provisioning.identity.enrolment`, described for /openapi.json."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.api.shapes.shape import Shape
from hub.fleet.authority.issuing import REQUEST_BYTES_MAX

CODE_LONGEST = 64
"""Characters; a code has 26 as it stands on the label."""


class EnrolAsk(BaseModel):
    """A box asks; what a newer one says beside it is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = 1
    claim: Annotated[str, Field(max_length=CODE_LONGEST, description="The code on the label", repr=False)]
    csr: Annotated[str, Field(max_length=REQUEST_BYTES_MAX, description="Certificate request, PKCS#10 as PEM")]


class BrokerPlace(Shape):
    """Where the box reaches the broker by TLS; no host: the one on its label."""

    host: str | None
    port: int


class EnrolAnswer(Shape):
    """The box is known."""

    v: int
    node: str
    certificate: str
    bundle: str
    broker: BrokerPlace
