"""`<home of the box>/retirement.json`: while it lies there the gauge does not start, and the uplink only to end.

1. No marker: the box works, whatever it was asked.
2. LEAVING: there is no way back. The gauge ends and does not start again; the uplink hands over the last records and
   its answer, and says no more.
3. WIPING: nothing connects any more. The uplink wipes, at each start anew until it is through.
4. RETIRED: nothing is left that could connect. A claim by a new label takes the marker away as its last step.

Written in one step, so after a power cut it is the old one or the new one, whole.
"""

import os
import secrets
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from edge_agent.retirement.errors import MarkerError, RetiredError

NAME = "retirement.json"
"""In the box's home."""
BYTES_MAX = 4096
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Step(StrEnum):
    """How far it has come."""

    LEAVING = "leaving"
    WIPING = "wiping"
    RETIRED = "retired"


class Marker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What lies on the disk."""

    step: Step
    node: str
    """The name that ends."""
    command_id: str
    """Of the hub's command, answered before the wipe."""
    at_ms: int
    """When there was no way back any more, the box's wall time, UTC ms."""


def read_marker(home: Path) -> Marker | None:
    """Return the marker of a home; None: this box is not retired.

    Raises:
        MarkerError: something lies there that cannot be read.
    """
    path = home / NAME
    try:
        handle = os.open(path, _READ)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    try:
        with os.fdopen(handle, "rb") as file:
            return msgspec.json.decode(file.read(BYTES_MAX), type=Marker)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise _unreadable(path, problem) from problem


def write_marker(home: Path, marker: Marker) -> None:
    """Bring a marker to the disk, in place of the one before.

    Raises:
        OSError: the disk does not take it; the one before stays.
    """
    waiting = home / f".{NAME}.{secrets.token_hex(4)}"
    try:
        with waiting.open("xb") as file:
            file.write(msgspec.json.encode(marker))
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(home / NAME)
    except OSError:
        with suppress(OSError):
            waiting.unlink(missing_ok=True)
        raise
    _settle(home)


def forget_marker(home: Path) -> None:
    """Take the marker away: the box is known by another name now.

    Raises:
        OSError: it cannot be removed.
    """
    with suppress(FileNotFoundError):
        (home / NAME).unlink()
        _settle(home)


def is_marked(home: Path) -> bool:
    """Answer whether there is a marker, readable or not; costs one look at the folder."""
    return os.path.lexists(home / NAME)


def refuse_retired(home: Path) -> None:
    """Say why nothing starts here.

    Raises:
        RetiredError: there is a marker.
    """
    marker = read_marker(home)
    if marker is not None:
        raise RetiredError(refusal(home, marker))


def refusal(home: Path, marker: Marker) -> str:
    """Return why a box with this marker does not start, and what to do."""
    if marker.step is Step.RETIRED:
        return (
            f"{home}: kotak ini sudah dipensiunkan sebagai {marker.node}; kunci dan antreannya sudah dihapus. Untuk "
            "memakainya lagi, klaim dengan label baru: sudo provision claim. / This box was retired as "
            f"{marker.node}; its keys and queues are wiped. To use it again, claim it by a new label."
        )
    return (
        f"{home}: kotak ini sedang dipensiunkan oleh pusat sebagai {marker.node} dan tidak mengukur lagi. Biarkan "
        f"edge-agent uplink berjalan sampai selesai. / The hub is retiring this box, {marker.node}, and it measures no "
        "more. Let edge-agent uplink run until it is through."
    )


def _unreadable(path: Path, problem: Exception) -> MarkerError:
    return MarkerError(
        f"{path}: tidak terbaca ({problem}), jadi kotak ini mungkin sudah dipensiunkan dan tidak dijalankan. Masih "
        "dipakai? Hapus berkas ini. Tidak? Cabut di pusat: hub node revoke. / cannot be read, so this box may be "
        "retired and is not started. Still in use? Remove this file. If not, revoke it at the hub."
    )


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
