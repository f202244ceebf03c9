"""What the city calls itself, its levels and its time; the pages' part of the hub's config."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from msgspec import Struct, field

from contract.clock import aware
from contract.severity import DEFAULT_WORDS


class City(Struct, frozen=True, kw_only=True):
    """A city as its pages name it."""

    name: str = "Kota Ambon"
    zone_name: str = "WIT"
    utc_offset_h: float = 9.0
    words: Mapping[int, str] = field(default_factory=lambda: dict(DEFAULT_WORDS))
    """Severity 0 to 3 to the city's own word; words of law, so the same in every language."""
    map_pack: Path | None = None
    """Directory with kelurahan boundaries; None: the coast alone."""
    mark: str = ""
    """Shown in every header where the data is not what happens now, for example PERAGAAN 60x."""

    def local(self, at_ms: int) -> datetime:
        """Return UTC milliseconds as an aware datetime in the city's zone."""
        return aware(at_ms).astimezone(timezone(timedelta(hours=self.utc_offset_h), self.zone_name))
