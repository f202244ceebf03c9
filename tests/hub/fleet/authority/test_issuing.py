"""What a box is given follows from the hub's word alone; a request that is not a box's is refused by its own name."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.fleet.authority import errors, issuing, keys, making
from hub.fleet.authority.errors import AuthorityClockError, RequestRefusedError
from hub.fleet.authority.issuing import issue_node_certificate
from hub.fleet.authority.shelf import Authority
from tests.support.authorities import NOW, PASSPHRASE, make_authority, request

NODE = "n-7f3k2m9q"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def verify(chain_pem: bytes, root: x509.Certificate, *, at: datetime) -> verification.VerifiedClient:
    """Verify a client's chain as a strict library does; only that it has no alternative names is let through."""
    leaf, *others = x509.load_pem_x509_certificates(chain_pem)
    # Strict libraries want alternative names; the contract wants none, so that each broker sees one name.
    names = verification.ExtensionPolicy.webpki_defaults_ee().may_be_present(
        x509.SubjectAlternativeName, verification.Criticality.AGNOSTIC, None
    )
    policy = verification.PolicyBuilder().store(verification.Store([root])).time(at)
    policy = policy.extension_policies(
        ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(), ee_policy=names
    )  # fmt: skip
    return policy.build_client_verifier().verify(leaf, others)


def test_the_certificate_holds_the_node_id_and_the_boxs_key_and_nothing_else(authority: Authority) -> None:
    key = keys.new_key()
    alternative = x509.SubjectAlternativeName([x509.DNSName("other.example")])
    asked = request(key, name="n-someoneelse", extensions=(alternative,))
    issued = issue_node_certificate(asked, NODE, authority=authority, now=NOW)
    leaf, issuer = x509.load_pem_x509_certificates(issued.chain_pem)
    assert leaf.subject.rfc4514_string() == f"CN={NODE}"
    assert leaf.public_key() == key.public_key()
    assert issued.key_fingerprint == keys.fingerprint(key.public_key())
    assert issuer == authority.current.certificate
    assert {type(one.value) for one in leaf.extensions} == {
        x509.BasicConstraints,
        x509.KeyUsage,
        x509.ExtendedKeyUsage,
        x509.SubjectKeyIdentifier,
        x509.AuthorityKeyIdentifier,
    }
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert leaf.not_valid_after_utc == issued.ends == NOW + timedelta(days=400)


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, 0, 1, tzinfo=UTC), datetime(2019, 6, 1, tzinfo=UTC), NOW])
def test_the_chain_verifies_also_for_a_box_whose_clock_never_ran(authority: Authority, at: datetime) -> None:
    issued = issue_node_certificate(request(), NODE, authority=authority, now=NOW)
    assert len(verify(issued.chain_pem, authority.root, at=at).chain) == 3


def test_the_chain_ends_when_it_says_and_under_no_other_root(authority: Authority, tmp_path: Path) -> None:
    issued = issue_node_certificate(request(), NODE, authority=authority, now=NOW)
    with pytest.raises(verification.VerificationError):
        verify(issued.chain_pem, authority.root, at=issued.ends + timedelta(seconds=1))
    with pytest.raises(verification.VerificationError):
        verify(issued.chain_pem, make_authority(tmp_path).root, at=NOW)


def test_both_chains_verify_in_the_overlap_of_two_issuing_keys(tmp_path: Path) -> None:
    old = make_authority(tmp_path)
    before = issue_node_certificate(request(), NODE, authority=old, now=NOW)
    new = making.rotate(home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, now=NOW)
    after = issue_node_certificate(request(), NODE, authority=new, now=NOW)
    issuers = {x509.load_pem_x509_certificates(one.chain_pem)[1] for one in (before, after)}
    assert issuers == {one.certificate for one in new.issuing}
    for one in (before, after):
        verify(one.chain_pem, old.root, at=NOW)


def test_a_certificate_never_outlives_its_issuer_and_none_is_issued_after_it(authority: Authority) -> None:
    end = authority.current.certificate.not_valid_after_utc
    issued = issue_node_certificate(request(), NODE, authority=authority, now=end - timedelta(days=10))
    assert issued.ends == end
    with pytest.raises(AuthorityClockError, match="rotate"):
        issue_node_certificate(request(), NODE, authority=authority, now=end)
    with pytest.raises(AuthorityClockError):
        issue_node_certificate(request(), NODE, authority=authority, now=datetime(1970, 1, 2, tzinfo=UTC))


def _with_a_wrong_signature() -> bytes:
    der = x509.load_pem_x509_csr(request()).public_bytes(Encoding.DER)
    return der[:-1] + bytes([der[-1] ^ 1])


def _of_key_usage() -> x509.KeyUsage:
    words = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(
        **dict.fromkeys(words, True), key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False
    )


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: b"", errors.RequestUnreadableError),
        (lambda: b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA", errors.RequestUnreadableError),
        (lambda: request() + b" " * issuing.REQUEST_BYTES_MAX, errors.RequestUnreadableError),
        (_with_a_wrong_signature, errors.RequestSignatureError),
        (lambda: request(rsa.generate_private_key(65537, 2048)), errors.RequestKeyError),
        (lambda: request(rsa.generate_private_key(65537, 1024)), errors.RequestKeyError),  # noqa: S505 - weak on purpose
        (lambda: request(ec.generate_private_key(ec.SECP521R1())), errors.RequestKeyError),
        (lambda: request(ec.generate_private_key(ec.SECP256K1())), errors.RequestKeyError),
        (
            lambda: request(extensions=(x509.BasicConstraints(ca=True, path_length=None),)),
            errors.RequestAuthorityError,
        ),
        (lambda: request(extensions=(_of_key_usage(),)), errors.RequestAuthorityError),
    ],
    ids=["empty", "torn", "long", "signature", "rsa-2048", "rsa-1024", "p-521", "k1", "ca", "cert-sign"],
)
def test_a_request_that_is_not_a_boxs_is_refused(authority: Authority, make: object, error: type[Exception]) -> None:
    assert callable(make)
    with pytest.raises(error):
        issue_node_certificate(make(), NODE, authority=authority, now=NOW)


def test_an_edwards_key_is_refused_too(authority: Authority) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NODE)])
    asked = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, None).public_bytes(Encoding.PEM)
    with pytest.raises(errors.RequestKeyError, match="P-256"):
        issue_node_certificate(asked, NODE, authority=authority, now=NOW)


def test_p_384_is_taken(authority: Authority) -> None:
    asked = request(ec.generate_private_key(ec.SECP384R1()))
    verify(issue_node_certificate(asked, NODE, authority=authority, now=NOW).chain_pem, authority.root, at=NOW)


@pytest.mark.parametrize("name", ["+", "#", "/", "$SYS", "hub", "n-7f3k2m9q\n", "N-7F3K2M9Q", "n-7f3k2m9q,O=x", ""])
def test_a_hostile_name_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(errors.RequestNameError):
        issue_node_certificate(request(), name, authority=authority, now=NOW)


@settings(max_examples=300, deadline=None)
@given(name=st.text(st.one_of(st.sampled_from("+#/$,=\\\0"), st.characters()), max_size=40))
def test_whatever_the_request_calls_itself_the_hub_decides(authority: Authority, name: str) -> None:
    try:
        asked = request(name=name or "x")
    except ValueError:  # no request can be made with such a name
        return
    issued = issue_node_certificate(asked, NODE, authority=authority, now=NOW)
    assert x509.load_pem_x509_certificates(issued.chain_pem)[0].subject.rfc4514_string() == f"CN={NODE}"


def _signed(body: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a request (DER) with this body, rightly signed: only then does anybody look into it."""

    def field(tag: int, data: bytes) -> bytes:
        size = (
            [len(data)]
            if len(data) < 128
            else [0x81, len(data)]
            if len(data) < 256
            else [0x82, *divmod(len(data), 256)]
        )
        return bytes([tag, *size]) + data

    ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    signature = key.sign(body, ec.ECDSA(hashes.SHA256()))
    return field(0x30, body + ecdsa_with_sha256 + field(0x03, b"\0" + signature))


KEY = keys.new_key()
BODY = x509.load_pem_x509_csr(
    request(KEY, extensions=(x509.SubjectAlternativeName([x509.DNSName("a.b")]), x509.BasicConstraints(False, None)))
).tbs_certrequest_bytes


def test_the_body_is_a_good_request_before_a_byte_is_turned() -> None:
    assert issuing.read_request(_signed(BODY, KEY)).key_fingerprint == keys.fingerprint(KEY.public_key())


@settings(max_examples=300)
@given(at=st.integers(0, len(BODY) - 1), by=st.integers(1, 255))
def test_no_byte_turned_over_in_a_request_brings_another_error_than_a_refusal(at: int, by: int) -> None:
    with suppress(RequestRefusedError):
        issuing.read_request(_signed(BODY[:at] + bytes([BODY[at] ^ by]) + BODY[at + 1 :], KEY))


def _with_one_extension_twice() -> bytes:
    one, other = (x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.3.4.{n}"), b"\x05\x00") for n in (5, 6))
    body = x509.load_pem_x509_csr(request(KEY, extensions=(one, other))).tbs_certrequest_bytes
    return _signed(body.replace(bytes.fromhex("06042a030406"), bytes.fromhex("06042a030405")), KEY)


def _with_a_strange_name() -> bytes:
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), bytes.fromhex("3004a3023000"))
    return request(KEY, extensions=(strange,))


@pytest.mark.parametrize(
    "make",
    [_with_one_extension_twice, _with_a_strange_name, lambda: _signed(BODY.replace(b"\2\1\0", b"\2\1\3", 1), KEY)],
    ids=["an extension twice", "a name of a rare kind", "version 3"],
)
def test_what_the_library_has_errors_of_its_own_for_is_refused_too(make: Callable[[], bytes]) -> None:
    with pytest.raises(errors.RequestUnreadableError):
        issuing.read_request(make())


@given(data=st.binary(max_size=400))
def test_rubbish_is_refused_and_breaks_nothing(authority: Authority, data: bytes) -> None:
    with pytest.raises(RequestRefusedError):
        issue_node_certificate(data, NODE, authority=authority, now=NOW)
