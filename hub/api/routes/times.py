"""Spans of time as they stand in addresses, and how much one answer may hold."""

from datetime import datetime
from typing import Literal

from hub.api.errors import InvalidRequestError

DAY_MS = 86_400_000
MOST_MS = 2**53
"""Of a time in an address, UTC ms: exact in every JSON reader; SQLite's end is further on."""
AUTO_STEPS: tuple[tuple[int, Literal["60", "600"]], ...] = ((2 * DAY_MS, "60"), (31 * DAY_MS, "600"))
"""Up to this span the step is this; longer spans go by the hour."""
MOST_ROWS = 20_000
CSV_CHUNK_ROWS = 500


def time_ms(text: str, name: str) -> int:
    """Return UTC ms of digits or of an ISO 8601 time with a zone.

    Raises:
        InvalidRequestError: it is neither.
    """
    if text.isascii() and text.isdigit() and len(text) <= 15:  # noqa: PLR2004 - beyond any year SQLite could hold
        return int(text)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a browser sends the + of a zone as a space
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidRequestError(
            f"{name}: tulis waktu ISO 8601 dengan zona, misalnya 2026-11-21T13:53:00+09:00, bukan {text!r}.",
            f"{name}: write an ISO 8601 time with zone, for example 2026-11-21T13:53:00+09:00, not {text!r}.",
        )
    return round(moment.timestamp() * 1000)


def too_many() -> InvalidRequestError:
    """Return the refusal of a series that is too long for one answer."""
    return InvalidRequestError(
        f"Lebih dari {MOST_ROWS} baris. Perpendek rentang, pilih step yang lebih besar, atau minta format=csv.",
        f"More than {MOST_ROWS} rows. Shorten the span, choose a larger step, or ask for format=csv.",
    )
