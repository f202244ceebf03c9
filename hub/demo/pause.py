"""The demo's clock between two starts: a second start goes on where the first stopped.

While the demo runs, the time of its clock is written down once a second. Should it be killed, the next start adds what
the clock may have run since, so that time never goes back.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from contract.clock import Clock

WRITE_EVERY_S = 1.0


class Stopped(Struct, frozen=True, kw_only=True):
    """Scaled wall time, UTC ms, that was shown last, and the rate."""

    data_ms: int
    rate: float


def load_stopped(path: Path) -> Stopped | None:
    """Return where the clock stopped, or None if it never ran or the file is broken."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stopped)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def note(path: Path, *, clock: Clock) -> None:
    """Write down the clock's time, whole or not at all."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(msgspec.json.encode(Stopped(data_ms=clock.now_ms(), rate=clock.rate)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)  # noqa: PTH105 - named as what it is: atomic


def resume_at_ms(stopped: Stopped | None, *, first_ms: int) -> int:
    """Return what the clock shall show at a start: the beginning, or just after where it stopped."""
    if stopped is None:
        return first_ms
    return stopped.data_ms + round(1000 * WRITE_EVERY_S * stopped.rate * 1.5)
