"""Which box asks, by the certificate that the port of boxes has asked for. Looked up at every call.

TLS has seen that the box holds the key and that the certificate has not ended. Here it is seen whose it is, whether
the box is live, and whether this certificate is still one of its own.
"""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from hub.api.enrolments import Enrolments
from hub.api.errors import ForbiddenError, TooBusyError
from hub.api.house import House
from hub.fleet import renewal
from hub.fleet.authority import shelf
from hub.fleet.authority.errors import AuthorityError, PresentedError
from hub.fleet.authority.presented import Presented, read_presented
from hub.fleet.renewal import Place, Rank
from hub.fleet.standing import Standing, standing

PEER_CERTIFICATE = "peer_certificate"
"""Of the state of a request: DER, put there by the port of boxes alone."""


class NoBoxError(ForbiddenError):
    """Whoever asks is no box of this hub."""

    code = "no_box"


class BoxRefusedError(ForbiddenError):
    """A box that is not live; `code` says how it stands."""

    def __init__(self, stands: Standing) -> None:
        """Say how it stands and what to do."""
        super().__init__(
            f"Kotak ini ditolak pusat ({stands}). Telepon kota: hub node list.",
            f"The hub refuses this box ({stands}). Call the city: hub node list.",
        )
        self.code = f"node_{stands}"  # type: ignore[misc]  # one word for each standing


class CertificateClosedError(ForbiddenError):
    """The box has had a newer certificate for more than the overlap."""

    code = "certificate_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCaller:
    """A live box."""

    presented: Presented
    place: Place

    @property
    def node_id(self) -> str:
        """Its name."""
        return self.presented.node_id


def look_up_box(request: Request, house: House) -> BoxCaller:
    """Return which box asks.

    Raises:
        NoBoxError: none does.
        BoxRefusedError: it is quarantined or revoked.
        TooBusyError: the authority cannot be read now.
    """
    shown = getattr(request.state, PEER_CERTIFICATE, None)
    enrolments = cast("Enrolments | None", getattr(request.app.state, "enrolments", None))
    if not isinstance(shown, bytes) or enrolments is None:
        raise NoBoxError(
            "Alamat ini hanya untuk kotak, dengan sertifikatnya.", "This address is for boxes alone, by certificate."
        )
    try:
        presented = read_presented(shown, authority=shelf.open_authority(enrolments.home))
    except PresentedError as problem:
        raise NoBoxError("Sertifikat ini bukan milik kotak hub ini.", str(problem)) from problem
    except AuthorityError as problem:
        raise TooBusyError("Otoritas tidak terbaca: hub authority show.", str(problem)) from problem
    with house.connections.reading() as connection:
        stands = standing(connection, presented.node_id)
        place = renewal.place(connection, presented, now_real_ms=house.real.now_ms())
    if stands is not Standing.LIVE:
        raise BoxRefusedError(stands)
    return BoxCaller(presented=presented, place=place)


def verify_open(box: BoxCaller) -> None:
    """Refuse a certificate that is no longer the box's own.

    Raises:
        CertificateClosedError: it is not.
    """
    if box.place.rank is Rank.CLOSED:
        raise CertificateClosedError(
            "Sertifikat ini sudah diganti lebih dari 7 hari lalu, atau tidak dari hub ini. Telepon kota.",
            "This certificate was replaced more than 7 days ago, or not given by this hub. Call the city.",
        )


def _any_certificate(request: Request) -> BoxCaller:
    """Return the box that the gate has found."""
    return cast("BoxCaller", request.state.box)


def _box(request: Request) -> BoxCaller:
    """Return the box that the gate has found, if its certificate is one of its own."""
    box = _any_certificate(request)
    verify_open(box)
    return box


TheBox = Annotated[BoxCaller, Depends(_box)]
"""A live box with a certificate of its own."""
TheBoxByAnyCertificate = Annotated[BoxCaller, Depends(_any_certificate)]
"""A live box; its certificate may be closed. For those who ask again for what they were given."""
