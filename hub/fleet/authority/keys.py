"""Keys: made, written as PEM, read back, and named by a fingerprint."""

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from hub.fleet.authority.errors import AuthorityMissingError, PassphraseError, RootKeyError

PASSPHRASE_SHORTEST = 16
"""Characters. PEM stretches a passphrase by only 2,048 rounds of PBKDF2, so its length must do the work."""
PASSPHRASE_LONGEST_BYTES = 1_023
"""In UTF-8; more is not taken by the library that locks the key."""

UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises at keys, certificates and requests that are torn, or were made to be strange."""
UNSIGNED = (*UNREADABLE, InvalidSignature)
"""And what it raises where a certificate is not signed by whom it should be."""


def new_root_key() -> EllipticCurvePrivateKey:
    """Return a new P-384 key: 20 years are long, and nobody waits for its signatures."""
    return ec.generate_private_key(ec.SECP384R1())


def new_key() -> EllipticCurvePrivateKey:
    """Return a new P-256 key, for all that signs or connects often."""
    return ec.generate_private_key(ec.SECP256R1())


def fingerprint(key: PublicKeyTypes) -> str:
    """Return SHA-256 of the key's DER SubjectPublicKeyInfo, 64 hexadecimal digits."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def to_pem(key: EllipticCurvePrivateKey, *, passphrase: str | None = None) -> bytes:
    """Return the key as PKCS#8 PEM, encrypted (PBES2, AES-256) where there is a passphrase."""
    encryption = (
        serialization.NoEncryption()
        if passphrase is None
        else serialization.BestAvailableEncryption(passphrase.encode())
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def from_pem(pem: bytes, *, what: str) -> EllipticCurvePrivateKey:
    """Return the key in a file of the hub.

    Raises:
        AuthorityMissingError: there is none in it.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except UNREADABLE as problem:
        raise AuthorityMissingError(
            f"reading {what}: no private key in it. Put the file back from the backup."
        ) from problem
    if not isinstance(key, EllipticCurvePrivateKey):
        raise AuthorityMissingError(f"reading {what}: expected an elliptic-curve key. Put it back from the backup.")
    return key


def root_from_pem(pem: bytes, *, passphrase: str, what: str) -> EllipticCurvePrivateKey:
    """Return the root key.

    Raises:
        RootKeyError: it does not open, or is none.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=passphrase.encode())
    except UNREADABLE as problem:
        raise RootKeyError(
            f"Kunci akar / root key {what}: tidak terbuka dengan frasa sandi ini / does not open with this "
            "passphrase. Coba lagi / try again; tidak ada jalan lain / there is no other way."
        ) from problem
    if not isinstance(key, EllipticCurvePrivateKey):
        raise RootKeyError(f"root key {what}: expected an elliptic-curve key. Name the directory that init wrote.")
    return key


def verify_passphrase(passphrase: str) -> str:
    """Return the passphrase if it may guard the root key.

    Raises:
        PassphraseError: it is too short or too long.
    """
    try:
        size = len(passphrase.encode())
    except UnicodeEncodeError as problem:
        raise PassphraseError(
            "Frasa sandi / passphrase: bukan UTF-8 / not UTF-8. Coba / try: huruf biasa / plain letters."
        ) from problem
    if len(passphrase) < PASSPHRASE_SHORTEST or size > PASSPHRASE_LONGEST_BYTES:
        raise PassphraseError(
            f"Frasa sandi / passphrase: {PASSPHRASE_SHORTEST} huruf atau lebih / characters or more, up to "
            f"{PASSPHRASE_LONGEST_BYTES} bytes, got {len(passphrase)} ({size} bytes). "
            "Coba / try: kalimat enam kata / a sentence of six words."
        )
    return passphrase
