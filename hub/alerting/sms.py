"""Whether a text fits one part of an SMS, and making it fit.

One part holds 160 septets of the GSM 7-bit default alphabet; a character of its extension table takes two
(3GPP TS 23.038, sections 6.2.1 and 6.2.1.1). One character outside both would turn the whole message into UCS-2 with
70 characters a part, so such characters are replaced.
"""

import unicodedata
from collections.abc import Sequence

from msgspec import Struct

ONE_PART_SEPTETS = 160

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_REPLACED = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})
_CUT = "..."


def septets(text: str) -> int:
    """Return the length of `text` in septets.

    Raises:
        ValueError: a character is in neither table.
    """
    strange = sorted(set(text) - _BASIC - _EXTENDED)
    if strange:
        raise ValueError(f"measuring an SMS: not in its alphabet: {''.join(strange)!r}; replace them by `gsm_text`")
    return len(text) + sum(1 for character in text if character in _EXTENDED)


def gsm_text(text: str) -> str:
    """Return `text` with every character that SMS does not know replaced by its nearest, at worst by `?`."""
    kept = _BASIC | _EXTENDED
    characters: list[str] = []
    for character in text.translate(_REPLACED):
        if character in kept:
            characters.append(character)
            continue
        plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
        characters.append(plain if plain and set(plain) <= kept else "?")
    return "".join(characters)


class Part(Struct, frozen=True):
    """A piece of a message with its own leading space; `rank` 0 must stay, the highest rank goes first."""

    text: str
    rank: int = 0


def one_part(parts: Sequence[Part]) -> str:
    """Return the parts in their order, without as many as must go so that one part of an SMS holds the rest.

    What must stay and is still too long is cut at its end, so the action stands before what may be lost.
    """
    kept = [Part(gsm_text(part.text), part.rank) for part in parts]
    while sum(septets(part.text) for part in kept) > ONE_PART_SEPTETS:
        worst = max(part.rank for part in kept)
        if worst == 0:
            return _cut("".join(part.text for part in kept))
        last = max(index for index, part in enumerate(kept) if part.rank == worst)
        del kept[last]
    return "".join(part.text for part in kept)


def _cut(text: str) -> str:
    while septets(text) + len(_CUT) > ONE_PART_SEPTETS:
        text = text[:-1]
    return text + _CUT
