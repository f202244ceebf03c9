"""Whose certificate is shown: only one that this authority has signed for a box, and only with its key."""

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.fleet.authority import certificates, keys, shelf
from hub.fleet.authority.errors import PresentedError
from hub.fleet.authority.presented import read_presented, verify_signed_by
from hub.fleet.authority.shelf import Authority
from provisioning.identity import box_key
from tests.support.authorities import NOW, make_authority
from tests.support.renewals import issued

AT_MS = round(NOW.timestamp() * 1000)
NODE = "n-7f3k2m9q"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("other"))


def test_a_box_is_known_by_pem_and_by_der(authority: Authority) -> None:
    key = box_key.new_key()
    chain = issued(key, NODE, authority=authority, at_ms=AT_MS)
    der = x509.load_pem_x509_certificate(chain).public_bytes(Encoding.DER)
    for shown in (chain, der):
        found = read_presented(shown, authority=authority)
        assert (found.node_id, found.ends_real_ms) == (NODE, AT_MS + 400 * 24 * 3_600_000)
        assert found.key_fingerprint == box_key.fingerprint_of(box_key.loaded(key).public_key())


def named(authority: Authority, name: str) -> bytes:
    return issued(box_key.new_key(), name, authority=authority, at_ms=AT_MS)


def self_signed(authority: Authority) -> bytes:
    """Return a certificate that names the right issuer and is signed by somebody else."""
    key, name = keys.new_key(), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NODE)])
    builder = x509.CertificateBuilder(
        issuer_name=authority.current.certificate.subject, subject_name=name, public_key=key.public_key(),
        serial_number=7, not_valid_before=certificates.NOT_BEFORE, not_valid_after=NOW,
    )  # fmt: skip
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def for_servers(authority: Authority) -> bytes:
    """Return a certificate of ours with the name of a box, made for another purpose."""
    signer, name = authority.current, x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NODE)])
    builder = x509.CertificateBuilder(
        issuer_name=signer.certificate.subject, subject_name=name, public_key=keys.new_key().public_key(),
        serial_number=7, not_valid_before=certificates.NOT_BEFORE, not_valid_after=NOW,
    )  # fmt: skip
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


STRANGE: dict[str, Callable[[Authority], bytes]] = {
    "the hub as server": lambda authority: (authority.folder / shelf.SERVER).read_bytes(),
    "the hub as client": lambda authority: (authority.folder / shelf.CLIENT).read_bytes(),
    "an authority": lambda authority: shelf.certificates_pem([authority.current.certificate]),
    "a name with a wildcard": lambda authority: named(authority, "n-+#/abc"),
    "signed by a stranger": self_signed,
    "made for servers": for_servers,
    "nothing": lambda _: b"",
    "no certificate": lambda _: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "too much": lambda authority: named(authority, NODE) * 12,
}


@pytest.mark.parametrize("what", STRANGE)
def test_nobody_else_is_a_box(authority: Authority, what: str) -> None:
    shown = STRANGE[what](authority)
    with pytest.raises(PresentedError):
        read_presented(shown, authority=authority)


def test_a_box_of_another_hub_is_none_of_ours(authority: Authority, other: Authority) -> None:
    with pytest.raises(PresentedError, match="not signed by this hub"):
        read_presented(named(other, NODE), authority=authority)


def test_only_the_key_of_the_certificate_signs(authority: Authority) -> None:
    key = box_key.new_key()
    shown = read_presented(issued(key, NODE, authority=authority, at_ms=AT_MS), authority=authority)
    signature = box_key.loaded(key).sign(b"words", ec.ECDSA(hashes.SHA256()))
    verify_signed_by(shown, signature, b"words")
    for wrong, words in ((signature, b"other"), (b"", b"words"), (signature[:-1], b"words")):
        with pytest.raises(PresentedError, match="does not hold its key"):
            verify_signed_by(shown, wrong, words)
