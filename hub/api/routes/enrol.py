"""New boxes: the trust bundle, and the one POST that needs nobody signed in, because the claim code is the right."""

import logging
from collections import Counter
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from hub.api.bundle import PEM
from hub.api.enrolments import Enrolments
from hub.api.errors import (
    ApiError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    TooBusyError,
    TooManyAttemptsError,
)
from hub.api.house import House, TheHouse
from hub.api.routes.answers import BUSY, INVALID, Answers
from hub.api.shapes.enrolment import BrokerPlace, EnrolAnswer, EnrolAsk
from hub.api.shapes.shape import Problem
from hub.audit import log as audit_log
from hub.fleet import claims as codes
from hub.fleet import enrolment
from hub.fleet.authority import shelf
from hub.fleet.authority.errors import AuthorityError, RequestRefusedError
from hub.fleet.authority.issuing import Request as CertificateRequest
from hub.fleet.authority.issuing import read_request
from hub.fleet.claims import Outcome
from hub.fleet.enrolment import ENROLMENTS, LET_IN, Moment
from hub.storage import counters
from hub.storage.claims import Claim
from hub.storage.connection import Connection
from provisioning.identity.enrolment import Answer, Ask

LIMITED = "limited"
FOUND: Answers = {200: {"content": {PEM: {"schema": {"type": "string"}}}}}
NO_AUTHORITY: Answers = {404: {"model": Problem, "description": "This hub has no authority yet"}}
REFUSED: Answers = {
    403: {"model": Problem, "description": "The claim code is not known, or no longer of use to this key"},
    429: {"model": Problem, "description": "Too many wrong codes from this address"},
}
_SENTENCES = {
    Outcome.UNKNOWN: ("Kode klaim tidak dikenal. Baca lagi dari label.",
                      "The claim code is not known. Read it again from the label."),
    Outcome.OTHER_KEY: ("Kode ini sudah dipakai kotak lain. Pusat sudah diberi tahu. Telepon kota.",
                        "Another box has used this code. The hub was told. Call the city."),
    Outcome.USED: ("Kode ini sudah dipakai lebih dari 24 jam lalu. Minta label baru, lalu provision claim --new-key.",
                   "This code was used more than 24 hours ago. Ask for a new label, then provision claim --new-key."),
    Outcome.REVOKED: ("Kode ini dicabut: ada label lebih baru. Minta label terbaru.",
                      "This code was revoked: there is a newer label. Ask for the newest."),
    Outcome.EXPIRED: ("Kode ini kedaluwarsa setelah 14 hari. Minta label baru.",
                      "This code ended after 14 days. Ask for a new label."),
    Outcome.KEY_KNOWN: ("Kunci kotak ini sudah memakai kode lain. Pakai label itu, atau provision claim --new-key.",
                        "This box's key has taken another code. Use that label, or provision claim --new-key."),
}  # fmt: skip

_LOG = logging.getLogger(__name__)

router = APIRouter(tags=["boxes"])


class ClaimRefusedError(ForbiddenError):
    """A code is of no use to this key; `code` says why, as `hub.fleet.claims.Outcome` does."""

    def __init__(self, outcome: Outcome) -> None:
        """Say what became of it and what to do."""
        super().__init__(*_SENTENCES[outcome])
        self.code = f"claim_{outcome}"  # type: ignore[misc]  # one word for each outcome


@router.get(
    "/authority/bundle",
    summary="Certificates that boxes trust, to be judged by the fingerprint on a label",
    response_class=Response,
    responses=FOUND | NO_AUTHORITY,
)
def bundle(request: Request) -> Response:
    """Return root and issuing certificates as PEM; public."""
    home = _enrolments(request).home
    try:
        data = (shelf.folder_of(home) / shelf.BUNDLE).read_bytes()
    except OSError as problem:
        raise _no_authority() from problem
    return Response(data, media_type=PEM)


@router.post(
    "/enrol", summary="A box becomes known by its claim code", responses=REFUSED | NO_AUTHORITY | INVALID | BUSY
)
def enrol(asked: EnrolAsk, request: Request, house: TheHouse) -> EnrolAnswer:
    """Give a box its name and certificate for the key in its request.

    The same key with the same code gets the same answer for 24 hours; another key gets nothing and raises an alarm. Of
    the request only the key counts. A place that sent five wrong codes in ten minutes may send no more wrong ones.

    Only a fresh code and the first wrong ones of a place are written: the same again is read.
    """
    enrolments = _enrolments(request)
    place = request.client.host if request.client else ""
    ask = Ask(claim=asked.claim, csr=asked.csr)
    taken_before = _look_first(house, enrolments, ask, place=place)
    try:
        authority = shelf.open_authority(enrolments.home)
        if taken_before is not None:
            enrolments.unwritten.count(Outcome.AGAIN)
            return _shown(enrolment.answer_again(taken_before, authority=authority, broker=enrolments.broker))
        with house.connections.writing() as connection:
            entry = enrolment.enrol(
                connection,
                ask,
                authority=authority,
                broker=enrolments.broker,
                moment=_moment(house),
                policy=house.policy,
                actor=audit_log.NOBODY,
            )
            _count(connection, enrolments)
    except RequestRefusedError as problem:
        raise _bad_request(problem) from problem
    except AuthorityError as problem:
        _LOG.error("a box asks for a certificate: %s", problem)
        raise TooBusyError(
            "Pusat tidak dapat menerbitkan sertifikat sekarang. Operator: hub authority show.",
            "The hub cannot issue certificates now. Operator: hub authority show.",
        ) from problem
    if entry.answer is None:
        enrolments.wrong_codes.count(place, now_ms=house.clock.real_ms())
        raise ClaimRefusedError(entry.outcome)
    return _shown(entry.answer)


def _look_first(house: House, enrolments: Enrolments, ask: Ask, *, place: str) -> Claim | None:
    """Refuse what is wrong without waiting for the write lock, and of one place only so many times with a write.

    Returns:
        The claim whose answer is to be given again; None: the code is to be taken, or refused by a write.
    """
    wait_ms = enrolments.wrong_codes.wait_ms(place, now_ms=house.clock.real_ms())
    with house.connections.reading() as connection:
        claim = codes.found(connection, ask.claim)
        outcome = Outcome.UNKNOWN if claim is None else _foreseen(house, connection, claim, ask)
    if outcome is Outcome.AGAIN and claim is not None and claim.certificate is not None:
        return claim
    if outcome in LET_IN:
        return None
    if wait_ms:
        enrolments.unwritten.count(LIMITED)
        wait_s = max(1, round(wait_ms / 1000))
        raise TooManyAttemptsError(
            f"Terlalu banyak kode salah dari alamat ini. Tunggu {wait_s} detik, lalu baca kode lagi dari label.",
            f"Too many wrong codes from this address. Wait {wait_s} seconds, then read the code again from the label.",
            headers={"Retry-After": str(wait_s)},
        )
    if outcome is Outcome.UNKNOWN:
        with house.connections.writing() as connection:
            _count(connection, enrolments, outcome)
        enrolments.wrong_codes.count(place, now_ms=house.clock.real_ms())
        raise ClaimRefusedError(outcome)
    return None


def _foreseen(house: House, connection: Connection, claim: Claim, ask: Ask) -> Outcome:
    """Return what would become of an attempt now."""
    key = _request_of(ask).key_fingerprint
    outcome = codes.judged(claim, key_fingerprint=key, now_real_ms=_moment(house).real_ms)
    if outcome is Outcome.TAKEN and codes.is_key_known(connection, key):
        return Outcome.KEY_KNOWN
    return outcome


def _count(connection: Connection, enrolments: Enrolments, *outcomes: Outcome) -> None:
    """Write outcomes into the counters, and those that were answered without a write before."""
    counted = Counter(enrolments.unwritten.take()) + Counter(outcomes)
    counters.add(connection, {(ENROLMENTS, f'outcome="{outcome}"'): count for outcome, count in counted.items()})


def _request_of(ask: Ask) -> CertificateRequest:
    try:
        return read_request(ask.csr_bytes)
    except RequestRefusedError as problem:
        raise _bad_request(problem) from problem


def _bad_request(problem: RequestRefusedError) -> ApiError:
    return InvalidRequestError(f"Permintaan sertifikat ditolak: {problem}", str(problem))


def _moment(house: House) -> Moment:
    return Moment(real_ms=house.real.now_ms(), hub_ms=house.clock.now_ms())


def _enrolments(request: Request) -> Enrolments:
    found = cast("Enrolments | None", getattr(request.app.state, "enrolments", None))
    if found is None:
        raise _no_authority()
    return found


def _no_authority() -> ApiError:
    return NotFoundError(
        "Pusat ini belum punya otoritas. Operator: hub authority init.",
        "This hub has no authority yet. Operator: hub authority init.",
    )


def _shown(answer: Answer) -> EnrolAnswer:
    return EnrolAnswer(
        v=answer.v,
        node=answer.node,
        certificate=answer.certificate,
        bundle=answer.bundle,
        broker=BrokerPlace(host=answer.broker.host, port=answer.broker.port),
    )
