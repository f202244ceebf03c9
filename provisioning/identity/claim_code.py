"""Claim codes: 100 random bits as 20 characters in 5 groups of 4, and a check character.

`KX4M-2P9T-0ABC-W7RD-5QZH-3`. The check character is the remainder of the 20 characters, read as a polynomial over
the field of 32 elements, at a generator of that field. So every wrong character and every two that changed places,
side by side or far apart, are found before anything is asked of the hub, and the check stays in the alphabet of the
code. It protects from slips, not from people: what protects from people is the 100 bits.
"""

import hashlib
import secrets

from provisioning.identity import crockford
from provisioning.identity.errors import ClaimCodeError

RANDOM_BITS = 100
LENGTH = RANDOM_BITS // crockford.BITS
"""Characters without the check character."""

_OVER, _REDUCE = 0b100000, 0b100101
"""x^5, and x^5 + x^2 + 1: primitive over GF(2), so x takes all 31 values before it is 1 again."""


def new_code() -> str:
    """Return a new code in its normal form: 21 characters without hyphens."""
    body = crockford.encode(secrets.randbits(RANDOM_BITS), length=LENGTH)
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the check character of 20 characters of the alphabet."""
    rest = 0
    for character in body:
        rest = _times_x(rest) ^ crockford.ALPHABET.index(character)
    return crockford.ALPHABET[_times_x(rest)]


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ _REDUCE if doubled & _OVER else doubled


def normalised(text: str) -> str:
    """Return a typed or read code in its normal form.

    Raises:
        ClaimCodeError: it is none; the text says what is wrong, never what the code would have to be.
    """
    code = crockford.tidy(text)
    strange = crockford.strange(code)
    if strange:
        raise ClaimCodeError(
            f"Kode klaim / claim code: {' '.join(strange)} tidak ada dalam kode / is never in a code. "
            "Huruf U tidak dipakai / the letter U is not used."
        )
    if len(code) != LENGTH + 1:
        raise ClaimCodeError(
            f"Kode klaim / claim code: {LENGTH + 1} huruf dan angka / characters expected, got {len(code)}. "
            "Lihat label / look at the label."
        )
    if check_character(code[:LENGTH]) != code[LENGTH]:
        raise ClaimCodeError(
            "Kode klaim salah ketik / the claim code has a slip in it (check character). "
            "Baca lagi dari label / read it again from the label."
        )
    return code


def shown(code: str) -> str:
    """Return a normalised code as it stands on the label, in groups."""
    return crockford.grouped(code)


def digest(code: str) -> str:
    """Return what the hub keeps of a normalised code: SHA-256 of its 21 characters, hex.

    A slow hash is for words that people think of; 100 random bits cannot be tried through.
    """
    return hashlib.sha256(code.encode("ascii")).hexdigest()
