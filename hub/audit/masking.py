"""What must never stand in the audit log is taken out before a row is hashed: passwords, tokens, telephone numbers.

A row cannot be corrected afterwards, either way. So a value that is wholly one id of ours stays as it is, and days,
times and network addresses do; in all other text this errs on the side of taking out too much.
"""

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import urlsplit

from provisioning.identity import claim_code
from provisioning.identity.errors import ClaimCodeError

Value = str | int | float | bool | None

HIDDEN = "***"
SHOWN_DIGITS = 3
"""The last digits of a telephone number: enough to recognise one on a list, not to call it."""

_SECRET_NAMES = re.compile(
    r"pass(?:w|phrase|code|kode)|(?<![a-z])pass(?![a-z])|sandi|token|secret|rahasia|csrf|cookie|otp|private|bearer"
    r"|credential|(?<![a-z])pin(?![a-z])|pin_?code|(?:api|access|signing|session)_?key|auth(?!or)|authori[sz]ation"
    r"|claim_?code",
    re.IGNORECASE,
)
_NUMBER_NAMES = re.compile(
    r"phone|telep|telp|ponsel|whats_?app|nomor|(?<![a-z])(?:wa|hp)(?![a-z])", re.IGNORECASE
)  # fmt: skip
_MEASURES = re.compile(r"(?:^|_)(?:n|ms|s|bytes|size|count|rows|records|times|version)$")
"""Names of figures, which may have as many digits as a telephone number."""
_DIGESTS = frozenset({"sha256", "fingerprint", "key"})
_DIGEST = re.compile(r"[0-9a-f]{64}")
"""What looks like a secret and, under these names, is none."""

_OWN_ID = re.compile(r"(?=[^a-z]*[a-z])[a-z0-9][a-z0-9-]{0,62}|[A-Z]-[0-9A-Za-z]{1,32}|(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")
"""Of a station, site, box or user; of an alert or a proposal; the short fingerprint. Digits alone may be a number."""
_HEX = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{32,}")
"""128 random bits as hexadecimal digits are 32 characters, 256 as base64 are 43."""

_DASH = r"\-\u2010-\u2015\u2212"
_CODE = re.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{{4}}[\s{_DASH}]?){{5}}[0-9A-Za-z](?![0-9A-Za-z])")
_BETWEEN = rf"[\s()./_{_DASH}]{{0,4}}"
_APART = r"(?<=\d{3})\s?[,:;|*]\s?(?=\d{3})"
"""Stands between groups of a number, and not in a time or a list of small figures."""
_IN_FIGURE = r"\d\.(?!(?:08\d|628)\d{7,10}(?!\d))"
"""Where a number may not begin: behind the point of a figure, but for the full length of a mobile one."""
_NUMBER = re.compile(
    rf"(?<!\d)(?<!{_IN_FIGURE})(?:\+\s?\d|\(?0|6{_BETWEEN}2|8(?!\d*[,:;|*]))(?:(?:{_BETWEEN}|{_APART})\d){{7,}}"
)
"""A telephone number as it is written in Indonesia (08…, 62…, 8…) or with a country's code.

Letters may touch it on both sides, as in `HP.0812…`, `wa0813…` and `0812…ya`."""
_NUMBER_LONGEST = 15
"""Digits, by ITU-T E.164. A longer row of nothing but digits is an id that happens to have no letter."""
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d"
_FACT = re.compile(
    rf"(?<![\w.])(?:{_DAY}(?:[ T,]+\d\d[:.]\d\d(?:[:.]\d\d)?)?|{_OCTET}(?:\.{_OCTET}){{3}})(?!\w|{_BETWEEN}\d)"
)
"""A day as people write it, with or without the time, and an address of the network."""


def mask_number(number: str) -> str:
    """Return a telephone number of which only the last three digits can be read."""
    digits = [character for character in number if character.isdigit()]
    return HIDDEN + "".join(digits[-SHOWN_DIGITS:])


def masked_target(target: str) -> str:
    """Return a person's address in a channel so that it can be recognised on a list and not used.

    Of a URL the host, since its path may be a secret; of a mail address the domain; of a number the last digits.
    """
    if "://" in target:
        return masked_text(_host(target)) or HIDDEN
    name, at, domain = target.rpartition("@")
    return f"{HIDDEN}@{domain}" if name and at else mask_number(target)


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:  # no address, such as http://[
        return ""


def masked_text(text: str) -> str:
    """Return the text without tokens, claim codes and telephone numbers."""
    plain = _plain(text)
    if _OWN_ID.fullmatch(plain) and not _HEX.search(plain) and not _is_claim_code(plain):
        return text
    return _told(text, plain)


def masked_words(text: str) -> str:
    """Return what a person wrote, without the same; it names no id alone, so `wa0813…` is a number and no station."""
    return _told(text, _plain(text))


def _told(text: str, plain: str) -> str:
    told = _without_numbers(_CODE.sub(_code_hidden, _TOKEN.sub(_token_hidden, plain)))
    return text if told == plain else told


def masked(detail: Mapping[str, Value]) -> dict[str, Value]:
    """Return the detail of a row with everything taken out that must not stand there."""
    return {name: _masked_value(name, value) for name, value in detail.items()}


def _masked_value(name: str, value: Value) -> Value:
    if name in _DIGESTS and isinstance(value, str) and _DIGEST.fullmatch(value):
        return value
    if _SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, str):
        return masked_text(value)
    return mask_number(f"{value:.0f}") if _is_number(name, value) else value


def _is_number(name: str, value: Value) -> bool:
    """Answer whether a figure is a telephone number: by its name, or by its digits where the name says nothing."""
    if value is None or isinstance(value, str | bool) or value != value // 1:
        return False
    digits = f"{value:.0f}"
    if _NUMBER_NAMES.search(name):
        return len(digits) > SHOWN_DIGITS
    return not _MEASURES.search(name) and re.fullmatch(r"62\d{8,12}|8\d{8,11}", digits) is not None


def _plain(text: str) -> str:
    """Return the text as it is read: digits of any script as ours, and without letters that nobody sees."""
    seen = (letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in seen)


def _token_hidden(found: re.Match[str]) -> str:
    """Hide a run of letters that is no name: names of ours have small letters only and no row of hexadecimal digits."""
    run = found.group()
    return HIDDEN if run != run.lower() or _HEX.search(run) else run


def _code_hidden(found: re.Match[str]) -> str:
    code = found.group()
    is_printed = code == code.upper() and any(letter.isdigit() for letter in code)
    return HIDDEN if is_printed or _is_claim_code(code) else code


def _is_claim_code(text: str) -> bool:
    """Answer whether a text is a claim code in its groups or without any, also in small letters."""
    if not _CODE.fullmatch(text) or not any(letter.isdigit() for letter in text):
        return False
    try:
        claim_code.normalised(re.sub(rf"[{_DASH}]", "-", text))
    except ClaimCodeError:
        return False
    return True


def _without_numbers(text: str) -> str:
    """Mask the numbers between the days and addresses; what ends a number is neither."""
    told, done = "", 0
    for fact in _FACT.finditer(text):
        if any(number.start() < fact.start() < number.end() for number in _NUMBER.finditer(text, done)):
            continue
        told += _NUMBER.sub(_number_hidden, text[done : fact.start()]) + fact.group()
        done = fact.end()
    return told + _NUMBER.sub(_number_hidden, text[done:])


def _number_hidden(found: re.Match[str]) -> str:
    number = found.group()
    return number if number.isdigit() and len(number) > _NUMBER_LONGEST else mask_number(number)
