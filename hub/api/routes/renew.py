"""Boxes come for their next certificate: by mutual TLS in time, or with a signature after the end."""

import base64
import binascii
import logging
from typing import cast

from fastapi import APIRouter, Request

from hub.api.box_caller import NoBoxError, TheBox, TheBoxByAnyCertificate
from hub.api.enrolments import Enrolments
from hub.api.errors import ApiError, ForbiddenError, InvalidRequestError, NotFoundError, RefusedError, TooBusyError
from hub.api.house import House, TheHouse
from hub.api.routes.answers import BUSY, INVALID, Answers
from hub.api.shapes.renewal import RenewalAnswer, RenewalAsk, RenewalDue, RenewalExpiredAsk, RenewalNonce
from hub.api.shapes.shape import Problem
from hub.fleet import renewal
from hub.fleet.authority import shelf
from hub.fleet.authority.errors import AuthorityError, PresentedError, RequestRefusedError
from hub.fleet.authority.presented import Presented, read_presented, verify_signed_by
from hub.fleet.authority.shelf import Authority
from hub.fleet.enrolment import Moment
from hub.fleet.renewal import Outcome, Rank, Renewal
from provisioning.identity.renewal import signed_words

REFUSED: Answers = {
    403: {"model": Problem, "description": "No box of this hub, one that is refused, or a certificate too old"},
    404: {"model": Problem, "description": "This hub has no authority yet"},
    409: {"model": Problem, "description": "It is not time for it"},
}
_SENTENCES = {
    Outcome.NOT_LIVE: ("Kotak ini ditolak pusat. Telepon kota: hub node list.",
                       "The hub refuses this box. Call the city: hub node list."),
    Outcome.KEY_KNOWN: ("Kunci ini sudah pernah dipakai. Kotak membuat kunci baru.",
                        "This key was used before. The box makes a new one."),
    Outcome.CLOSED: ("Sertifikat ini sudah diganti lebih dari 7 hari lalu. Telepon kota: hub site replace.",
                     "This certificate was replaced more than 7 days ago. Call the city: hub site replace."),
    Outcome.TOO_LATE: ("Sertifikat berakhir lebih dari 180 hari lalu. Minta label baru: hub site replace.",
                       "The certificate ended more than 180 days ago. Ask for a new label: hub site replace."),
    Outcome.NOT_ENDED: ("Sertifikat ini belum berakhir. Kotak datang lewat port kotak.",
                        "This certificate has not ended. The box comes by the port of boxes."),
    Outcome.EARLY: ("Belum waktunya.", "It is not time yet."),
    Outcome.OFTEN: ("Baru saja diterbitkan. Coba satu jam lagi.", "One was just given. Try in an hour."),
}  # fmt: skip
_NOT_NOW = frozenset({Outcome.NOT_ENDED, Outcome.EARLY, Outcome.OFTEN})

_LOG = logging.getLogger(__name__)

router = APIRouter(prefix="/renewal", tags=["boxes"])


class NonceError(ForbiddenError):
    """The nonce is not ours, too old, or was used."""

    code = "nonce_stale"


@router.get("", summary="A box asks whether its certificate is to be renewed", responses=REFUSED | BUSY)
def due(box: TheBox, house: TheHouse) -> RenewalDue:
    """Say whether it is time. By this a box also tries a new certificate: who comes with it has it."""
    moment = _moment(house)
    if box.place.rank in {Rank.NEW, Rank.UNKNOWN}:
        with house.connections.writing() as connection:
            renewal.note_shown(connection, box.presented, rank=box.place.rank, moment=moment)
            place = renewal.place(connection, box.presented, now_real_ms=moment.real_ms)
    else:
        place = box.place
    return RenewalDue(
        v=1, is_due=place.due_ms <= moment.real_ms, due_ms=place.due_ms, ends_ms=box.presented.ends_real_ms
    )


@router.post("", summary="A box gets its next certificate", responses=REFUSED | INVALID | BUSY)
def renew(asked: RenewalAsk, box: TheBoxByAnyCertificate, request: Request, house: TheHouse) -> RenewalAnswer:
    """Give the next certificate for a new key; the same key asked again gets the same answer."""
    return _renewed(
        house, box.presented, asked.csr, authority=_authority(request), is_after_end=False
    )  # fmt: skip


@router.get("/nonce", summary="A word that a box with an ended certificate signs", responses=REFUSED)
def nonce(request: Request, house: TheHouse) -> RenewalNonce:
    """Give a word that is good for one answer within two minutes; nothing is kept of it."""
    return RenewalNonce(v=1, nonce=_enrolments(request).nonces.new(now_ms=house.clock.real_ms()))


@router.post(
    "/expired", summary="A box whose certificate has ended gets its next one", responses=REFUSED | INVALID | BUSY
)
def renew_expired(asked: RenewalExpiredAsk, request: Request, house: TheHouse) -> RenewalAnswer:
    """Give the next certificate to a live box that signs with the key of the ended one, for 180 days."""
    nonces = _enrolments(request).nonces
    if not nonces.is_good(asked.nonce, now_ms=house.clock.real_ms()):
        raise _stale()
    authority = _authority(request)
    presented = _proven(asked, authority=authority)
    if not nonces.use(asked.nonce):
        raise _stale()
    return _renewed(house, presented, asked.csr, authority=authority, is_after_end=True)


def _proven(asked: RenewalExpiredAsk, *, authority: Authority) -> Presented:
    """Return whose certificate was sent, if the sender has its key."""
    try:
        presented = read_presented(asked.certificate.encode("ascii", "replace"), authority=authority)
        signature = base64.b64decode(asked.signature.encode("ascii", "replace"), validate=True)
        verify_signed_by(presented, signature, signed_words(nonce=asked.nonce, csr=asked.csr))
    except (PresentedError, binascii.Error) as problem:
        raise NoBoxError("Sertifikat atau tanda tangan bukan milik kotak hub ini.", str(problem)) from problem
    return presented


def _renewed(
    house: House, presented: Presented, csr: str, *, authority: Authority, is_after_end: bool
) -> RenewalAnswer:
    """Look without the write lock first: only what changes something waits for it."""
    moment, request = _moment(house), csr.encode("ascii", "replace")
    try:
        with house.connections.reading() as connection:
            found = renewal.judged(
                connection, presented, request, now_real_ms=moment.real_ms, is_after_end=is_after_end
            )  # fmt: skip
        if found.outcome is Outcome.ISSUED:
            with house.connections.writing() as connection:
                found = renewal.renew(
                    connection, presented, request, authority=authority, moment=moment, is_after_end=is_after_end
                )
    except RequestRefusedError as problem:
        raise InvalidRequestError(f"Permintaan sertifikat ditolak: {problem}", str(problem)) from problem
    except AuthorityError as problem:
        _LOG.error("%s asks for its next certificate: %s", presented.node_id, problem)
        raise _cannot_issue() from problem
    return _shown(found, presented.node_id, authority=authority)


def _shown(found: Renewal, node_id: str, *, authority: Authority) -> RenewalAnswer:
    if found.chain is None:
        kind = RefusedError if found.outcome in _NOT_NOW else ForbiddenError
        refusal = kind(*_SENTENCES[found.outcome])
        refusal.code = f"renewal_{found.outcome}"  # type: ignore[misc]  # one word for each outcome
        raise refusal
    return RenewalAnswer(v=1, node=node_id, certificate=found.chain.decode(), bundle=authority.bundle_pem().decode())


def _authority(request: Request) -> Authority:
    try:
        return shelf.open_authority(_enrolments(request).home)
    except AuthorityError as problem:
        _LOG.error("a box asks for its next certificate: %s", problem)
        raise _cannot_issue() from problem


def _cannot_issue() -> ApiError:
    return TooBusyError(
        "Pusat tidak dapat menerbitkan sertifikat sekarang. Operator: hub authority show.",
        "The hub cannot issue certificates now. Operator: hub authority show.",
    )


def _stale() -> ApiError:
    return NonceError("Kata ini kedaluwarsa atau sudah dipakai. Coba lagi.", "The nonce is stale. Try again.")


def _moment(house: House) -> Moment:
    return Moment(real_ms=house.real.now_ms(), hub_ms=house.clock.now_ms())


def _enrolments(request: Request) -> Enrolments:
    found = cast("Enrolments | None", getattr(request.app.state, "enrolments", None))
    if found is None:
        raise NotFoundError(
            "Pusat ini belum punya otoritas. Operator: hub authority init.",
            "This hub has no authority yet. Operator: hub authority init.",
        )
    return found
