"""Base 32 for people, after Douglas Crockford: digits and letters without I, L, O and U.

What is easily mistaken is read as what was meant: I and L are 1, O is 0, small letters are large, spaces and
hyphens are nothing.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 5
"""Of one character."""

_MEANT = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def encode(number: int, *, length: int) -> str:
    """Return the lowest `length` characters of `number`, most significant first."""
    return "".join(ALPHABET[(number >> BITS * place) & 31] for place in reversed(range(length)))


def tidy(text: str) -> str:
    """Return what a person meant: large letters, no spaces or hyphens, mistakable letters put right."""
    return "".join(text.split()).upper().translate(_MEANT)


def strange(text: str) -> list[str]:
    """Return the characters of a tidied text that are not in the alphabet, each once."""
    return sorted(set(text) - set(ALPHABET))


def grouped(text: str, *, by: int = 4) -> str:
    """Return `text` in groups with hyphens between them."""
    return "-".join(text[start : start + by] for start in range(0, len(text), by))
