"""Certificates for boxes: what a request must be, and what it never decides.

- The name is the node id that the hub chose; the subject and every extension of the request are passed over.
- Only keys on the curves P-256 and P-384, and only for one who shows by the signature to hold the key.
- A request for the right to sign others is refused, not trimmed: whoever writes one is not a box of ours.
- The certificate holds `CN=<node id>` alone, for clients alone, and ends 400 days later or with its issuer.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from contract.errors import IdentityError
from contract.identity import verify_node_id
from hub.fleet.authority import certificates, keys, shelf
from hub.fleet.authority.errors import (
    RequestAuthorityError,
    RequestKeyError,
    RequestNameError,
    RequestSignatureError,
    RequestUnreadableError,
)
from hub.fleet.authority.shelf import Authority
from hub.fleet.authority.signers import verify_signer

REQUEST_BYTES_MAX = 8 * 1024
"""A request of a box has 225 bytes; one that is longer than this is not even read."""

_CURVES = (ec.SECP256R1, ec.SECP384R1)
_PEM_BEGINS = b"-----BEGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCertificate:
    """What a box is given."""

    chain_pem: bytes
    """Its certificate and that of the issuing key, as it shows them to broker and hub."""
    serial: int
    key_fingerprint: str
    """SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits."""
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A certificate request that fulfils the rules."""

    public_key: EllipticCurvePublicKey
    key_fingerprint: str
    """SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits."""


def issue_node_certificate(csr: bytes, node_id: str, *, authority: Authority, now: datetime) -> NodeCertificate:
    """Return a certificate for the key in a request, under the name that the hub chose.

    Args:
        csr: PKCS#10, PEM or DER.
        node_id: given by the hub.
        authority: that signs.
        now: the real time.

    Raises:
        RequestRefusedError: see its leaves in `errors`.
        AuthorityClockError: nothing can be signed at this time.
    """
    request = read_request(csr)
    try:
        verify_node_id(node_id)
    except IdentityError as problem:
        raise RequestNameError(str(problem)) from problem
    signer = authority.current
    verify_signer(signer, now=now)
    certificate = certificates.client(
        request.public_key, common_name=node_id, signed_by=signer.certificate, issuing_key=signer.key, now=now
    )
    return NodeCertificate(
        chain_pem=shelf.certificates_pem([certificate, signer.certificate]),
        serial=certificate.serial_number,
        key_fingerprint=request.key_fingerprint,
        ends=certificate.not_valid_after_utc,
    )


def read_request(csr: bytes) -> Request:
    """Return what a request asks for, if it may.

    Raises:
        RequestRefusedError: see its leaves in `errors`.
    """
    request = _decoded(csr)
    key = _key_of(request)
    if not _is_signed(request):
        raise RequestSignatureError("certificate request: not signed by the key in it. Make a new one on the box.")
    if _asks_to_sign(request):
        raise RequestAuthorityError("certificate request: asks for the right to sign others. A box never does.")
    return Request(public_key=key, key_fingerprint=keys.fingerprint(key))


def _decoded(csr: bytes) -> x509.CertificateSigningRequest:
    if len(csr) > REQUEST_BYTES_MAX:
        raise RequestUnreadableError(
            f"certificate request: up to {REQUEST_BYTES_MAX} bytes expected, got {len(csr)}. Make a new one on the box."
        )
    try:
        if csr.lstrip().startswith(_PEM_BEGINS):
            return x509.load_pem_x509_csr(csr)
        return x509.load_der_x509_csr(csr)
    except keys.UNREADABLE as problem:
        raise RequestUnreadableError(
            f"certificate request: not PKCS#10 in PEM or DER ({problem}). Make a new one on the box."
        ) from problem


def _key_of(request: x509.CertificateSigningRequest) -> EllipticCurvePublicKey:
    try:
        key = request.public_key()
    except Exception as problem:  # a strange key fails in as many ways as there are kinds
        raise RequestKeyError(f"certificate request: the key cannot be read ({problem}).") from problem
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, _CURVES):
        kind = getattr(getattr(key, "curve", None), "name", type(key).__name__)
        raise RequestKeyError(f"certificate request: key on P-256 or P-384 expected, got {kind}. Make a new key.")
    return key


def _is_signed(request: x509.CertificateSigningRequest) -> bool:
    try:
        return request.is_signature_valid
    except Exception:  # noqa: BLE001 - an algorithm that the library does not know is no proof either
        return False


def _asks_to_sign(request: x509.CertificateSigningRequest) -> bool:
    """Answer whether a request wants to be an authority, by either of the two extensions that make one."""
    try:
        extensions = request.extensions
    except keys.UNREADABLE as problem:
        raise RequestUnreadableError(f"certificate request: its extensions cannot be read ({problem}).") from problem
    return any(
        (isinstance(one.value, x509.BasicConstraints) and one.value.ca)
        or (isinstance(one.value, x509.KeyUsage) and (one.value.key_cert_sign or one.value.crl_sign))
        for one in extensions
    )
