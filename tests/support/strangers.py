"""Somebody else on the hub's machine: no rights to its folder, and no idea that there are any."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STRANGER = 65_534
"""The user whom every system has and who owns nothing."""


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """Give a new folder in which everybody may look around; those of pytest are for their own user alone."""
    with tempfile.TemporaryDirectory(prefix="jagawai-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def being(user: int) -> Iterator[None]:
    """Be another user for the length of a `with` block, with its groups and without root's rights."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
