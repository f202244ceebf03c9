"""Fingerprint of an authority: SHA-256 of the DER SubjectPublicKeyInfo of its root key.

It names the key, not the certificate: a root certificate made anew for the same key keeps its fingerprint. In full
it is 64 hexadecimal digits. For people it is the first 80 bits in Crockford's base 32, `4GZ0-7KQM-2XTB-9D1E`:
enough that nobody can make another key with the same (2^80 tries), short enough to be compared over the telephone.
"""

import hmac
import re

from provisioning.identity import crockford
from provisioning.identity.errors import FingerprintError

SHORT_BITS = 80
SHORT_LENGTH = SHORT_BITS // crockford.BITS
FULL_LENGTH = 64
"""Hexadecimal digits."""
_FULL_BITS = 256
_HEX = re.compile(r"[0-9a-f]{64}")


def short(fingerprint: str) -> str:
    """Return the form for people of 64 hexadecimal digits, in 4 groups of 4.

    Raises:
        FingerprintError: `fingerprint` is none.
    """
    return crockford.grouped(_leading(full(fingerprint)))


def full(text: str) -> str:
    """Return 64 small hexadecimal digits, from a text that may hold colons, spaces and large letters.

    Raises:
        FingerprintError: it is not that.
    """
    digits = "".join(text.split()).replace(":", "").lower()
    if not _HEX.fullmatch(digits):
        raise FingerprintError(
            f"fingerprint of the authority: 64 hexadecimal digits expected, got {len(digits)} characters. "
            "Try: hub authority show."
        )
    return digits


def typed(text: str) -> str:
    """Return what a person typed from a label in its normal form: 64 digits, or the short form in 4 groups.

    Raises:
        FingerprintError: it is neither.
    """
    short_form = crockford.tidy(text)
    if len(short_form) == SHORT_LENGTH and not crockford.strange(short_form):
        return crockford.grouped(short_form)
    try:
        return full(text)
    except FingerprintError as problem:
        raise FingerprintError(
            f"Sidik jari hub / fingerprint of the hub: {SHORT_LENGTH} huruf dan angka / characters as on the label, or "
            f"{FULL_LENGTH} hexadecimal digits expected, got {len(short_form)}. Lihat label / look at the label."
        ) from problem


def matches(fingerprint: str, text: str) -> bool:
    """Answer whether a text that a person typed, full or short, is this fingerprint; compared in constant time."""
    typed = crockford.tidy(text)
    if len(typed) == SHORT_LENGTH:
        return hmac.compare_digest(typed.encode(), _leading(fingerprint).encode())
    try:
        return hmac.compare_digest(full(text), fingerprint)
    except FingerprintError:
        return False


def _leading(fingerprint: str) -> str:
    return crockford.encode(int(fingerprint, 16) >> (_FULL_BITS - SHORT_BITS), length=SHORT_LENGTH)
