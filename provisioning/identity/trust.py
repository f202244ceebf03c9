"""What a box believes: the one root key whose fingerprint stands on its label, and what that root has signed.

A bundle comes by any way, safe or not, because it is judged by its content alone:

- exactly one certificate in it has the key of the fingerprint, and is signed by that key;
- every other certificate in it is directly signed by that root and may sign others; one that is not spoils the bundle.

Nothing here looks at a clock: a box may come up in 1970, and the hub decides what has ended.
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning.identity import box_key, fingerprint, foreign
from provisioning.identity.errors import BundleError, CertificateError, OtherAuthorityError

BUNDLE_BYTES_MAX = 64 * 1024
"""A root and four issuing certificates are 4 kB."""
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)
"""What the library says of certificates that it cannot read; it reads most parts only when they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Certificates that were judged."""

    root: x509.Certificate
    issuing: tuple[x509.Certificate, ...]

    @property
    def pem(self) -> str:
        """The certificates as PEM, the root first; nothing else that the bundle may have held."""
        return "".join(one.public_bytes(Encoding.PEM).decode() for one in (self.root, *self.issuing))


def verified(bundle: bytes, *, expected: str) -> Trust:
    """Return what a bundle gives reason to believe.

    Args:
        bundle: certificates as PEM.
        expected: fingerprint of the authority as it stands on the label, 64 digits or the short form.

    Raises:
        BundleError: it cannot be read, or holds a certificate that this authority has not signed.
        OtherAuthorityError: it comes from another authority.
    """
    certificates = _read(bundle)
    roots = [one for one in certificates if fingerprint.matches(_fingerprint_of(one), expected)]
    if len(roots) != 1:
        raise OtherAuthorityError(
            "PERINGATAN: sidik jari hub tidak sama dengan di label / the hub's fingerprint is not the one of the "
            f"label. Label: {_shown(expected)}. Dijawab / answered: {_named(certificates)}. Tidak ada yang dikirim / "
            "nothing was sent. Berhenti dan telepon kota / stop and call the city."
        )
    root = roots[0]
    others = tuple(one for one in certificates if one is not root)
    for one in (root, *others):
        _verify_signed(one, root)
    return Trust(root=root, issuing=others)


def verify_own(chain: bytes, *, node_id: str, key_pem: bytes, trust: Trust) -> None:
    """Refuse a certificate that is not this box's own: another key, name or purpose, or an issuer that is not known.

    Raises:
        CertificateError: says which.
        KeyFileError: the key cannot be read.
    """
    try:
        own = x509.load_pem_x509_certificates(chain)[0]
        own_key, subject = own.public_key(), list(own.subject)
        names = [str(one.value) for one in subject if one.oid == NameOID.COMMON_NAME]
        uses = list(own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except _UNREADABLE as problem:
        raise CertificateError(
            f"certificate from the hub: cannot be used ({foreign.shown(problem)}). Call the city: hub claim list"
        ) from problem
    if own_key != box_key.loaded(key_pem).public_key():
        raise CertificateError("certificate from the hub: made for another key than this box's. Call the city.")
    if names != [node_id] or len(subject) != 1:
        raise CertificateError(
            f"certificate from the hub: expected CN={foreign.shown(node_id)} alone, got {foreign.shown(names)}. Call "
            "the city."
        )
    if uses != [ExtendedKeyUsageOID.CLIENT_AUTH]:
        raise CertificateError("certificate from the hub: not made for a box. Call the city.")
    if not any(_is_signed(own, issuer) for issuer in trust.issuing):
        raise CertificateError("certificate from the hub: not signed by its own authority. Call the city.")


def _read(bundle: bytes) -> list[x509.Certificate]:
    if len(bundle) > BUNDLE_BYTES_MAX:
        raise BundleError(f"trust bundle: up to {BUNDLE_BYTES_MAX} bytes expected, got more. Call the city.")
    try:
        return x509.load_pem_x509_certificates(bundle)
    except _UNREADABLE as problem:
        raise BundleError(
            f"trust bundle: certificates as PEM expected ({foreign.shown(problem)}). Periksa alamat hub di label / "
            "check the hub's address on the label."
        ) from problem


def _fingerprint_of(certificate: x509.Certificate) -> str:
    try:
        return box_key.fingerprint_of(certificate.public_key())
    except _UNREADABLE as problem:
        raise BundleError(
            "trust bundle: kunci dari jenis tak dikenal / a key of an unknown kind "
            f"({foreign.shown(problem)}). Tidak ada yang dikirim / nothing was sent. Telepon kota / call the city."
        ) from problem


def _verify_signed(certificate: x509.Certificate, root: x509.Certificate) -> None:
    if not _is_signed(certificate, root) or not _may_sign(certificate):
        raise BundleError(
            f"trust bundle: {_name(certificate)!r} is not an authority that this hub's root has signed. Tidak ada yang "
            "dikirim / nothing was sent. Telepon kota / call the city."
        )


def _name(certificate: x509.Certificate) -> str:
    try:
        return foreign.shown(certificate.subject.rfc4514_string())
    except _UNREADABLE:
        return "?"


def _is_signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*_UNREADABLE, InvalidSignature):
        return False
    return True


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except _UNREADABLE:
        return False


def _named(certificates: list[x509.Certificate]) -> str:
    """Return the short fingerprint of the first certificate, by convention the root."""
    return fingerprint.short(_fingerprint_of(certificates[0]))


def _shown(expected: str) -> str:
    return fingerprint.short(expected) if len(expected) == fingerprint.FULL_LENGTH else expected
