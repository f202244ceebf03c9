"""The certificates that there are: root, issuing, the hub as server, the hub and each box as client.

All begin at the first second of 1970. A box without a clock of its own comes up in 1970 or at the day its card was
written, and must reach the hub before it can learn the time; the end of a certificate is a real date.
Clients carry `CN` alone and no alternative names: the one form that every broker maps to the same user.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.fleet.authority.errors import ServerNameError

NOT_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
ROOT_LIFE = timedelta(days=20 * 365)
ISSUING_LIFE = timedelta(days=5 * 365)
LEAF_LIFE = timedelta(days=400)
OVERLAP = LEAF_LIFE + timedelta(days=30)
"""So long before its end an issuing key is replaced: what it signs shall not be cut short, and a month is left to do
it."""

_SERVER_CN = "Jagawai hub"
_CN_LONGEST_BYTES = 64
_DNS_LONGEST = 253


def root(key: EllipticCurvePrivateKey, *, city: str, now: datetime) -> x509.Certificate:
    """Return the root certificate, signed by itself."""
    name = root_name(city)
    builder = _builder(name, key.public_key(), issuer=name, not_after=now + ROOT_LIFE)
    return _as_authority(builder, key.public_key(), path_length=1).sign(key, hashes.SHA384())


def root_name(city: str) -> x509.Name:
    """Return the name of the root of a city."""
    return _name(f"Jagawai {city}".encode()[:_CN_LONGEST_BYTES].decode(errors="ignore"))


def root_made(certificate: x509.Certificate) -> datetime:
    """Return when a root was made: its beginning does not tell, its end does."""
    return certificate.not_valid_after_utc - ROOT_LIFE


def issuing_name(number: int) -> x509.Name:
    """Return the name of issuing certificate `number`."""
    return _name(f"Jagawai issuing {number}")


def issuing(
    key: EllipticCurvePrivateKey, *, number: int, signed_by: x509.Certificate, root_key: EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:  # fmt: skip
    """Return the certificate of issuing key `number`; it signs no other authorities."""
    not_after = min(now + ISSUING_LIFE, signed_by.not_valid_after_utc)
    builder = _builder(issuing_name(number), key.public_key(), issuer=signed_by.subject, not_after=not_after)
    builder = _as_authority(builder, key.public_key(), path_length=0)
    return _issued_by(builder, signed_by).sign(root_key, hashes.SHA384())


def server(
    key: EllipticCurvePublicKey, *, names: Sequence[str], signed_by: x509.Certificate,
    issuing_key: EllipticCurvePrivateKey, now: datetime,
) -> x509.Certificate:  # fmt: skip
    """Return the hub's certificate for HTTPS and MQTT under these DNS names and IP addresses.

    Raises:
        ServerNameError: one of them is neither.
    """
    builder = _leaf(_SERVER_CN, key, ExtendedKeyUsageOID.SERVER_AUTH, signed_by=signed_by, now=now)
    alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
    return builder.add_extension(alternatives, critical=False).sign(issuing_key, hashes.SHA256())


def client(
    key: EllipticCurvePublicKey, *, common_name: str, signed_by: x509.Certificate,
    issuing_key: EllipticCurvePrivateKey, now: datetime,
) -> x509.Certificate:  # fmt: skip
    """Return a certificate for one who connects as `common_name`, and for nothing else."""
    builder = _leaf(common_name, key, ExtendedKeyUsageOID.CLIENT_AUTH, signed_by=signed_by, now=now)
    return builder.sign(issuing_key, hashes.SHA256())


def _leaf(
    common_name: str, key: EllipticCurvePublicKey, use: x509.ObjectIdentifier, *, signed_by: x509.Certificate,
    now: datetime,
) -> x509.CertificateBuilder:  # fmt: skip
    # Behind the end of its issuer a certificate could not be verified any more; better that it says so itself.
    not_after = min(now + LEAF_LIFE, signed_by.not_valid_after_utc)
    builder = _builder(_name(common_name), key, issuer=signed_by.subject, not_after=not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return _issued_by(builder, signed_by)


def _builder(
    subject: x509.Name, key: EllipticCurvePublicKey, *, issuer: x509.Name, not_after: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(not_after.replace(microsecond=0))
    )


def _as_authority(
    builder: x509.CertificateBuilder, key: EllipticCurvePublicKey, *, path_length: int
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _issued_by(builder: x509.CertificateBuilder, issuer: x509.Certificate) -> x509.CertificateBuilder:
    known = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)
    return builder.add_extension(named, critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(name: str) -> x509.GeneralName:
    if "%" not in name:  # the zone of an address is a matter of one machine and would be lost in silence
        try:
            return x509.IPAddress(ip_address(name))
        except ValueError:
            pass
    labels = name.split(".")
    is_name = all(label and len(label) <= 63 and _is_label(label) for label in labels)  # noqa: PLR2004 - RFC 1035
    if not is_name or labels[-1].isdigit() or len(name) > _DNS_LONGEST:
        raise ServerNameError(f"--name {name!r}: expected a DNS name or an IP address, for example hub.kota.example.")
    return x509.DNSName(name)


def _is_label(label: str) -> bool:
    return label.isascii() and label.replace("-", "").isalnum() and label.strip("-") == label
