"""What must never stand in the audit log is taken out before a row is hashed: passwords, tokens, telephone numbers.

A row cannot be corrected afterwards, so this errs on the side of taking out too much.
"""

import re
from collections.abc import Mapping

Value = str | int | float | bool | None

HIDDEN = "***"
SHOWN_DIGITS = 3
"""The last digits of a telephone number: enough to recognise one on a list, not to call it."""

_SECRET_NAMES = re.compile(
    r"passw|sandi|token|secret|rahasia|csrf|cookie|otp|\bpin\b|private|claim_?code", re.IGNORECASE
)
_DIGESTS = frozenset({"sha256", "fingerprint"})
"""Names whose values look like a secret and are none."""

_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{32,}")
"""128 random bits as hexadecimal digits are 32 characters, 256 as base64 are 43."""
_NUMBER = re.compile(r"(?<![\w.])(?:\+\s?\d|0|62|8)(?:[\s().-]{0,2}\d){7,16}(?!\w)")
"""A telephone number as it is written in Indonesia (08…, 62…, 8…) or with a country's code."""


def mask_number(number: str) -> str:
    """Return a telephone number of which only the last three digits can be read."""
    digits = [character for character in number if character.isdigit()]
    return HIDDEN + "".join(digits[-SHOWN_DIGITS:])


def masked_text(text: str) -> str:
    """Return the text without tokens and telephone numbers."""
    return _NUMBER.sub(lambda found: mask_number(found.group()), _TOKEN.sub(HIDDEN, text))


def masked(detail: Mapping[str, Value]) -> dict[str, Value]:
    """Return the detail of a row with everything taken out that must not stand there."""
    return {name: _masked_value(name, value) for name, value in detail.items()}


def _masked_value(name: str, value: Value) -> Value:
    if name in _DIGESTS:
        return value
    if _SECRET_NAMES.search(name):
        return HIDDEN
    return masked_text(value) if isinstance(value, str) else value
