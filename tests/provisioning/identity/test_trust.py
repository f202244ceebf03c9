"""A bundle is believed for its content alone, and a certificate only if it is this box's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.fleet.authority import issuing, making, shelf
from hub.fleet.authority.shelf import Authority
from provisioning.identity import box_key, fingerprint, trust
from provisioning.identity.errors import BundleError, CertificateError, OtherAuthorityError
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
