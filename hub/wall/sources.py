"""Where data, drawings and letters come from, as their owners want it said."""

from pathlib import Path

from msgspec import Struct

from hub.wall.coast import TIER0
from hub.wall.static_files import FOLDER


class Source(Struct, frozen=True, kw_only=True):
    """What it is about (`coast`, `villages`, `letters`) and the owner's own words."""

    about: str
    text: str


def sources(map_pack: Path | None) -> list[Source]:
    """Return every source, those of the map pack only where one is shown."""
    found = [
        Source(about="coast", text=(TIER0.parent / "NOTICE").read_text(encoding="utf-8")),
        Source(about="letters", text=(FOLDER / "lib" / "noto-sans" / "LICENSE").read_text(encoding="utf-8")),
    ]
    if map_pack is not None:
        words = [path.read_text(encoding="utf-8") for path in sorted(map_pack.glob("ATTRIBUTION*"))]
        found.insert(1, Source(about="villages", text="\n".join(words)))
    return found
