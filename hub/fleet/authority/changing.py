"""One change of the authority at a time; what the disk says to it is told as a word of the authority."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.fleet.authority import shelf
from hub.fleet.authority.errors import AuthorityPlaceError


@contextmanager
def changing(home: Path) -> Iterator[None]:
    """Have the authority of the hub with this state directory for oneself, for the length of a `with` block.

    Raises:
        AuthorityPlaceError: another command is at it, or the disk refuses.
    """
    with _told(shelf.folder_of(home)), _alone(home):
        yield


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let no second command change the authority meanwhile; a killed one lets go of the lock."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise AuthorityPlaceError(
                f"{home}: perintah lain sedang mengubah otoritas atau membuat cadangan / another command changes the "
                "authority or making a backup. Tunggu, lalu coba lagi / wait, then try again."
            ) from problem
        yield
    finally:
        os.close(handle)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Let what the disk says out as a word of the authority."""
    try:
        yield
    except OSError as problem:
        raise AuthorityPlaceError(
            f"writing {folder}: {problem.strerror}. Beri tempat atau hak / make room or give rights, then the same "
            "command again: it goes on where it stopped."
        ) from problem
