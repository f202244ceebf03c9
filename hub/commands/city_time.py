"""A moment as a person in the city reads it, for commands."""

from datetime import datetime, timedelta, timezone

from contract.clock import aware
from hub.config import CityConfig

MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni",
          "Juli", "Agustus", "September", "Oktober", "November", "Desember")  # fmt: skip


def day_of(at_ms: int, city: CityConfig) -> str:
    """Return day and minute of a moment, UTC ms, in the city's time."""
    at: datetime = aware(at_ms).astimezone(timezone(timedelta(hours=city.utc_offset_h)))
    return f"{at.day} {MONTHS[at.month - 1]} {at.year} {at:%H:%M} {city.zone_name}"
