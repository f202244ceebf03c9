"""A box's own key: made on the box, never leaves it; and the request that shows who holds it.

The request names nobody: the hub chooses the name. What is signed is the proof that the asker holds the key.
"""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from provisioning.identity.errors import KeyFileError


def new_key() -> bytes:
    """Return a new key on P-256 as PKCS#8 PEM, not encrypted: a box has nobody who would type a passphrase."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def request_of(key_pem: bytes) -> str:
    """Return a certificate request (PKCS#10, PEM) for a key, signed by it.

    Raises:
        KeyFileError: it is no key of a box.
    """
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(loaded(key_pem), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def fingerprint_of(key: PublicKeyTypes) -> str:
    """Return SHA-256 of the key's DER SubjectPublicKeyInfo, 64 hexadecimal digits."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def loaded(key_pem: bytes) -> EllipticCurvePrivateKey:
    """Return the key in a PEM.

    Raises:
        KeyFileError: there is none.
    """
    try:
        key = serialization.load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError) as problem:
        raise KeyFileError(
            f"kunci kotak / key of the box: tidak terbaca / cannot be read ({problem}). "
            "Coba / try: provision claim --new-key"
        ) from problem
    if not isinstance(key, EllipticCurvePrivateKey):
        raise KeyFileError("key of the box: expected one on an elliptic curve. Try: provision claim --new-key")
    return key
