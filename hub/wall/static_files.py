"""The files that browsers fetch, and a digest over all of them that stands in their addresses.

An address with the digest never changes its content, so a browser may keep it for ever; an update of the hub makes
new addresses.
"""

import hashlib
from functools import cache
from pathlib import Path

from hub.wall.errors import FrontEndError

FOLDER = Path(__file__).parent / "static"
FONT = FOLDER / "lib" / "noto-sans" / "noto-sans-latin-wght-normal.woff2"


@cache
def digest() -> str:
    """Return a short digest over every static file.

    Raises:
        FrontEndError: the libraries were not set up.
    """
    if not FONT.exists():
        raise FrontEndError(f"{FONT}: not there. Try: make setup, or scripts/front_end for the libraries alone.")
    total = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            total.update(path.relative_to(FOLDER).as_posix().encode())
            total.update(path.read_bytes())
    return total.hexdigest()[:12]
