"""A bundle is believed for its content alone, and a certificate only if it is this box's own."""

import base64
import random
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from hub.fleet.authority import issuing, making, shelf
from hub.fleet.authority.shelf import Authority
from provisioning.identity import box_key, fingerprint, trust
from provisioning.identity.errors import BundleError, CertificateError, IdentityError, OtherAuthorityError
from tests.support.authorities import NOW, PASSPHRASE, make_authority

NODE = "n-7f3k2m9q"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority with two issuing keys."""
    folder = tmp_path_factory.mktemp("one")
    make_authority(folder)
    return making.rotate(home=folder / "home", root_folder=folder / "stick", passphrase=PASSPHRASE, now=NOW)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another one."""
    return make_authority(tmp_path_factory.mktemp("two"))


def believed(authority: Authority) -> trust.Trust:
    return trust.verified(authority.bundle_pem(), expected=authority.fingerprint)


@pytest.mark.parametrize("form", [str, str.upper, fingerprint.short, lambda text: fingerprint.short(text).lower()])
def test_the_bundle_of_the_label_is_believed_by_either_form_of_the_fingerprint(
    authority: Authority, form: Callable[[str], str]
) -> None:
    trusted = trust.verified(authority.bundle_pem(), expected=form(authority.fingerprint))
    assert trusted.pem.encode() == authority.bundle_pem()
    assert len(trusted.issuing) == 2


def test_a_bundle_of_another_authority_is_named_and_refused(authority: Authority, other: Authority) -> None:
    with pytest.raises(OtherAuthorityError, match=fingerprint.short(other.fingerprint)):
        trust.verified(other.bundle_pem(), expected=authority.fingerprint)


def test_the_right_root_carries_no_stranger_along(authority: Authority, other: Authority) -> None:
    for stranger in (other.root, other.issuing[0].certificate):
        spoilt = authority.bundle_pem() + shelf.certificates_pem([stranger])
        with pytest.raises(BundleError, match="not an authority"):
            trust.verified(spoilt, expected=authority.fingerprint)


def test_a_leaf_of_the_same_hub_is_no_authority(authority: Authority) -> None:
    server = shelf.read_chain(authority.folder / shelf.SERVER)[0]
    with pytest.raises(BundleError):
        trust.verified(
            authority.bundle_pem() + shelf.certificates_pem([server]), expected=authority.fingerprint
        )  # fmt: skip


def test_a_root_twice_is_refused(authority: Authority) -> None:
    root = shelf.certificates_pem([authority.root])
    with pytest.raises(OtherAuthorityError):
        trust.verified(root + authority.bundle_pem(), expected=authority.fingerprint)


@pytest.mark.parametrize("bundle", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_bundle_is_refused(authority: Authority, bundle: bytes) -> None:
    with pytest.raises(BundleError):
        trust.verified(bundle, expected=authority.fingerprint)


def test_a_bundle_too_long_is_not_read(authority: Authority) -> None:
    with pytest.raises(BundleError, match="got more"):
        trust.verified(b"x" * (trust.BUNDLE_BYTES_MAX + 1), expected=authority.fingerprint)


def test_only_a_certificate_for_this_key_and_name_by_this_hub_for_a_box_is_its_own(
    authority: Authority, other: Authority
) -> None:
    key = box_key.new_key()
    csr = box_key.request_of(key).encode()

    def chain(by: Authority, node_id: str = NODE) -> bytes:
        return issuing.issue_node_certificate(csr, node_id, authority=by, now=NOW).chain_pem

    trusted = believed(authority)
    trust.verify_own(chain(authority), node_id=NODE, key_pem=key, trust=trusted)
    with pytest.raises(CertificateError, match="another key"):
        trust.verify_own(chain(authority), node_id=NODE, key_pem=box_key.new_key(), trust=trusted)
    with pytest.raises(CertificateError, match="expected CN=n-7f3k2m9q"):
        trust.verify_own(chain(authority, "n-00000000"), node_id=NODE, key_pem=key, trust=trusted)
    with pytest.raises(CertificateError, match="not signed"):
        trust.verify_own(chain(other), node_id=NODE, key_pem=key, trust=trusted)
    for nonsense in (b"", b"x", Path(authority.folder / shelf.ROOT).read_bytes()):
        with pytest.raises(CertificateError):
            trust.verify_own(nonsense, node_id=NODE, key_pem=key, trust=trusted)


EC_KEY, UNKNOWN_KEY = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d0209")
"""Object identifiers of keys on elliptic curves, and of nothing."""


def pem_of(der: bytes) -> bytes:
    """Return bytes as a certificate in PEM, whatever they are."""
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode()


def with_unknown_key(certificate: x509.Certificate) -> bytes:
    der = certificate.public_bytes(Encoding.DER)
    assert EC_KEY in der
    return pem_of(der.replace(EC_KEY, UNKNOWN_KEY))


def test_a_key_of_an_unknown_kind_is_told_in_words(authority: Authority) -> None:
    strange = with_unknown_key(authority.root)
    for bundle in (strange, authority.bundle_pem() + strange):
        with pytest.raises(BundleError, match="a key of an unknown kind"):
            trust.verified(bundle, expected=authority.fingerprint)
    with pytest.raises(CertificateError, match="cannot be used"):
        trust.verify_own(strange, node_id=NODE, key_pem=box_key.new_key(), trust=believed(authority))


def test_whatever_bytes_are_wrong_in_a_bundle_or_certificate_the_box_says_so_in_words(authority: Authority) -> None:
    chance, key, trusted = random.Random(7), box_key.new_key(), believed(authority)
    own = issuing.issue_node_certificate(box_key.request_of(key).encode(), NODE, authority=authority, now=NOW)
    ders = [one.public_bytes(Encoding.DER) for one in (authority.root, authority.current.certificate)]
    leaf = x509.load_pem_x509_certificates(own.chain_pem)[0].public_bytes(Encoding.DER)
    told = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(300):
            wrong = [bytearray(der) for der in (*ders, leaf)]
            for der in wrong:
                der[chance.randrange(len(der))] = chance.randrange(256)
            bundle = b"".join(pem_of(bytes(der)) for der in (*ders[:1], *wrong[:2]))
            with suppress(IdentityError):
                trust.verified(bundle, expected=authority.fingerprint)
                told -= 1
            with suppress(IdentityError):
                trust.verify_own(pem_of(bytes(wrong[2])), node_id=NODE, key_pem=key, trust=trusted)
                told -= 1
            told += 2
    assert told > 550


def test_names_that_a_stranger_chose_reach_the_terminal_without_control_characters_and_short(
    authority: Authority,
) -> None:
    key = box_key.new_key()
    own = issuing.issue_node_certificate(box_key.request_of(key).encode(), NODE, authority=authority, now=NOW)
    with pytest.raises(CertificateError, match="alone, got") as told:
        trust.verify_own(
            own.chain_pem, node_id="\x1b[2J" + "n" * 50_000, key_pem=key, trust=believed(authority)
        )  # fmt: skip
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 300
