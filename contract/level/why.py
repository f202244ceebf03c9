"""Why a level is what it is: a cause as values, and one sentence of it in Indonesian or English.

Numbers in Indonesian have a decimal comma.
"""

from typing import Literal

from msgspec import Struct

from contract.bounds import Whole

CauseCode = Literal["persistence", "rise", "clear", "first", "stale", "fresh", "verified", "thresholds", "state"]


class Cause(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What made the rule speak."""

    code: CauseCode
    count: Whole = 0
    of: Whole = 0
    cm: float = 0.0
    limit_cm: float = 0.0
    seconds: float = 0.0
    version: Whole = 0


def _cm(value: float, language: str) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if language == "id" else text


def _duration(seconds: float, language: str) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{round(seconds)} detik" if language == "id" else f"{round(seconds)} seconds"
    if language == "id":
        return f"{minutes} menit"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


_SENTENCES = {
    "id": {
        "persistence": "{count} dari {of} bacaan di atas {limit} cm",
        "rise": "naik {cm} cm dalam {duration}, batas {limit} cm",
        "clear": "{duration} di bawah {limit} cm",
        "first": "bacaan pertama {cm} cm",
        "stale": "tidak ada bacaan layak selama {duration}",
        "fresh": "bacaan layak kembali, {cm} cm",
        "verified": "{count} dari {of} bacaan bermutu baik di atas {limit} cm",
        "thresholds": "ambang versi {version} dipakai",
        "state": "keadaan saat ini",
    },
    "en": {
        "persistence": "{count} of {of} readings above {limit} cm",
        "rise": "rose {cm} cm in {duration}, limit {limit} cm",
        "clear": "{duration} below {limit} cm",
        "first": "first reading {cm} cm",
        "stale": "no usable reading for {duration}",
        "fresh": "usable readings are back, {cm} cm",
        "verified": "{count} of {of} readings of good quality above {limit} cm",
        "thresholds": "thresholds of version {version} applied",
        "state": "state of now",
    },
}


def sentence(cause: Cause, language: str = "id") -> str:
    """Return the cause as one sentence without a full stop, in `id` or `en`."""
    return _SENTENCES[language][cause.code].format(
        count=cause.count,
        of=cause.of,
        cm=_cm(cause.cm, language),
        limit=_cm(cause.limit_cm, language),
        duration=_duration(cause.seconds, language),
        version=cause.version,
    )
