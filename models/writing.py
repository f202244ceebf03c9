"""A file is written whole or not at all: beside its place, flushed to the disk, then moved into its place."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ModelsError, PlaceError

_ADVICE = "Periksa folder, hak dan ruang / Check the folder, its rights and its space."


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in words what hinders a `with` block that writes `path`.

    Raises:
        PlaceError: it cannot be written.
    """
    try:
        yield
    except ModelsError:
        raise
    except OSError as exc:
        is_no_folder = isinstance(exc, FileExistsError | NotADirectoryError)
        why = "bukan folder / not a folder" if is_no_folder else exc.strerror or type(exc).__name__
        raise PlaceError(f"{path}: tidak dapat ditulis / cannot be written: {why}. {_ADVICE}") from exc


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        PlaceError: it cannot be made, or not be written into.
    """
    with told(path):
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(0, "tidak diizinkan / not allowed")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file and the folders above it.

    Raises:
        PlaceError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.part")
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
