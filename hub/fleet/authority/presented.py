"""A certificate that a box shows: whose it is, judged by who signed it and by nothing that the box says beside it."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract.errors import IdentityError
from contract.identity import verify_node_id
from hub.fleet.authority import keys
from hub.fleet.authority.errors import PresentedError
from hub.fleet.authority.shelf import Authority

PRESENTED_BYTES_MAX = 8 * 1024
"""A certificate of a box has 500 bytes, with that of the issuing key 1,500 as PEM."""
_PEM_BEGINS = b"-----BEGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A certificate of a box that this hub's authority has signed."""

    node_id: str
    key_fingerprint: str
    """SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits."""
    ends_real_ms: int
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The certificate alone, as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)


def read_presented(shown: bytes, *, authority: Authority) -> Presented:
    """Return whose certificate is shown; whether it has ended is not looked at.

    Args:
        shown: PEM, of which the first certificate counts, or DER.
        authority: of this hub.

    Raises:
        PresentedError: it is none of a box of this hub.
    """
    certificate = _read(shown)
    if not any(_is_signed(certificate, one.certificate) for one in authority.issuing):
        raise PresentedError("certificate of a box: not signed by this hub's authority.")
    try:
        uses = list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        names = [str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        node_id = names[0] if len(names) == len(list(certificate.subject)) == 1 else ""
        verify_node_id(node_id)
    except (*keys.UNREADABLE, x509.ExtensionNotFound, IdentityError) as problem:
        raise PresentedError(f"certificate of a box: not of one ({problem}).") from problem
    if uses != [ExtendedKeyUsageOID.CLIENT_AUTH]:
        raise PresentedError("certificate of a box: made for something else.")
    return Presented(
        node_id=node_id,
        key_fingerprint=keys.fingerprint(certificate.public_key()),
        ends_real_ms=ends_real_ms(certificate),
        certificate=certificate,
    )


def ends_of_chain(chain: bytes) -> int:
    """Return when the first certificate of a chain that this hub has kept ends, real time in UTC ms.

    Raises:
        PresentedError: what was kept is damaged.
    """
    try:
        return ends_real_ms(x509.load_pem_x509_certificates(chain)[0])
    except keys.UNREADABLE as problem:
        raise PresentedError(
            f"certificate of a box, as the database keeps it: cannot be read ({problem})."
        ) from problem


def ends_real_ms(certificate: x509.Certificate) -> int:
    """Return when a certificate ends, real time in UTC ms."""
    return round(certificate.not_valid_after_utc.timestamp() * 1000)


def verify_signed_by(presented: Presented, signature: bytes, message: bytes) -> None:
    """Refuse a message that the key of the certificate has not signed (ECDSA, SHA-256).

    Raises:
        PresentedError: it has not.
    """
    key = presented.certificate.public_key()
    try:
        if not isinstance(key, EllipticCurvePublicKey):
            raise InvalidSignature
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except keys.UNSIGNED as problem:
        raise PresentedError("certificate of a box: whoever shows it does not hold its key.") from problem


def _read(shown: bytes) -> x509.Certificate:
    if len(shown) > PRESENTED_BYTES_MAX:
        raise PresentedError(f"certificate of a box: up to {PRESENTED_BYTES_MAX} bytes expected, got {len(shown)}.")
    try:
        if shown.lstrip().startswith(_PEM_BEGINS):
            return x509.load_pem_x509_certificate(shown)
        return x509.load_der_x509_certificate(shown)
    except keys.UNREADABLE as problem:
        raise PresentedError(f"certificate of a box: cannot be read ({problem}).") from problem


def _is_signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except keys.UNSIGNED:
        return False
    return True
