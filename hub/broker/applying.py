"""Puts a new access list of mosquitto in place, as root, and has it read: `hub broker apply`. It trusts nobody.

What it is given was written by the hub's own user, so it is read as a stranger's: only what is, letter for letter, an
access list that the hub renders goes in, and never `mosquitto.conf`, which could name a program to load. mosquitto
2.0.11 lets everybody do everything after a reload with a list that is gone or broken, so the order is:

1. the offered list is whole, and of our own making; else nothing is touched;
2. the installed `mosquitto.conf` reads the list that is to be replaced; else nothing is touched;
3. the receipt of before goes; the list goes in, in one step, owned by root, readable by the broker's group alone;
4. what is installed is read back, and can be read by the broker's user; else no reload;
5. reload; only when that succeeded, the receipt.

One at a time: a person's and the unit's would take the list from under each other's hands. The lock lies beside the
receipt and is root's alone, for whoever could hold it could keep a stolen box in.
"""

import fcntl
import os
import pwd
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contract.identity import NODE_ID_PATTERN
from hub.broker import files, mosquitto
from hub.broker.errors import ApplyError
from hub.broker.files import RenderedFile
from hub.broker.keeper import digest, is_told

LARGEST_BYTES = 1024 * 1024
"""A city of a thousand boxes, all of them denied, has 40 KB."""
_RECEIPT_MODE = 0o644
_RECEIPT_FOLDER_MODE = 0o755
_LOCK = "apply.lock"
_LOCK_MODE = 0o600
_DENIED = re.compile(rf"^user ({NODE_ID_PATTERN[1:-1]})\ntopic deny #$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a city's broker reads its files, and who it is."""

    installed: Path
    user: str
    receipt: Path


def apply(offered: Path, place: Place, *, reload: Callable[[], None]) -> bool:
    """Put an access list in place and have the broker read it; answer whether there was anything to do.

    Args:
        offered: the list as the hub has written it.
        place: of the broker.
        reload: tells the broker; raises what it likes when that fails.

    Raises:
        ApplyError: what is offered or installed is not what it should be; the broker was told nothing.
        BrokerPlaceError: what is installed cannot be read.
    """
    with _alone(place.receipt.parent):
        return _apply(verify_list(read_strange(offered)), place, reload=reload)


def _apply(text: str, place: Place, *, reload: Callable[[], None]) -> bool:
    _verify_reads_it(place)
    rendered = RenderedFile(name=mosquitto.RIGHTS, text=text, mode=mosquitto.MODE)
    is_installed = not files.differences(place.installed, (rendered,), reader=place.user)
    if is_installed and is_told(place.receipt, digest(text)):
        return False
    _forget(place.receipt)
    _put(place.installed / mosquitto.RIGHTS, text, mode=mosquitto.MODE, group_of=place.user)
    found = files.differences(place.installed, (rendered,), reader=place.user)
    if found:
        raise ApplyError(
            f"{found[0].path}: {found[0].indonesian} / {found[0].english}. Broker tidak dimuat ulang / the broker was "
            "not reloaded."
        )
    reload()
    _put(place.receipt, digest(text) + "\n", mode=_RECEIPT_MODE, group_of=None)
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else applies; make the receipt's folder where no unit has, so that the hub can look into it."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(_RECEIPT_FOLDER_MODE)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _LOCK_MODE)
    except OSError as problem:
        raise ApplyError(
            f"locking {folder / _LOCK}: {problem.strerror}. Coba sebagai root / Try: sudo hub broker apply …"
        ) from problem
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_strange(path: Path) -> str:
    """Return the text of a file that another user may have written: a plain file of a bounded size.

    Raises:
        ApplyError: it is anything else, or not there.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise ApplyError(f"{path}: bukan berkas biasa / is no plain file. Lihat / see: docs/broker.md")
            data = file.read(LARGEST_BYTES + 1)
    except OSError as problem:
        raise ApplyError(
            f"reading {path}: {problem.strerror}. Apakah hub ingest berjalan / is hub ingest running?"
        ) from problem
    if len(data) > LARGEST_BYTES:
        raise ApplyError(f"{path}: lebih dari / more than {LARGEST_BYTES} bytes. Lihat / see: docs/broker.md")
    return data.decode("utf-8", errors="replace")


def verify_list(text: str) -> str:
    """Return an access list if it is, whole and letter for letter, one that the hub renders.

    Raises:
        ApplyError: it is not.
    """
    if text == mosquitto.rights(tuple(_DENIED.findall(text))).text:
        return text
    raise ApplyError(
        "Daftar hak bukan buatan hub ini, atau terpotong / the access list is none that this hub renders, or is cut "
        "short. Broker tidak disentuh / the broker was not touched. Coba / try: sudo systemctl restart jagawai-ingest"
    )


def _verify_reads_it(place: Place) -> None:
    wanted = f"acl_file {place.installed / mosquitto.RIGHTS}"
    config = files.text_of(place.installed / mosquitto.CONFIG)
    if config is None or wanted not in config.splitlines():
        raise ApplyError(
            f"{place.installed / mosquitto.CONFIG}: tidak membaca / does not read {mosquitto.RIGHTS}. Pasang dahulu / "
            "install first: hub broker render --kind mosquitto"
        )


def _put(path: Path, text: str, *, mode: int, group_of: str | None) -> None:
    """Write a file in one step, with its rights on it before it has its name."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if group_of is not None:
                os.fchown(handle, -1, pwd.getpwnam(group_of).pw_gid)
            os.fchmod(handle, mode)
            os.fsync(handle)
        new.replace(path)
        _settle(path.parent)
    except (OSError, KeyError) as problem:
        raise ApplyError(f"writing {path}: {problem}. Coba sebagai root / Try: sudo hub broker apply …") from problem


def _forget(receipt: Path) -> None:
    try:
        receipt.unlink(missing_ok=True)
    except OSError as problem:
        raise ApplyError(
            f"removing {receipt}: {problem.strerror}. Coba sebagai root / Try: sudo hub broker apply …"
        ) from problem


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
