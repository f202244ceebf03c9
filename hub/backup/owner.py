"""Whose a folder is, and working with that user's rights where root was asked.

The service of the hub is not root. What root puts into its folder it must be able to enter, and a service that somebody
broke into must not lead root's hand by a link: so root does this work as the folder's owner.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = 0


def nearest(path: Path) -> Path:
    """Return the path, or of the folders that it would stand in the innermost that is there."""
    return next((found for found in (path, *path.parents) if found.exists()), Path("/"))


@contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """Work as the owner of a folder for the length of a `with` block; whoever is not root stays who they are."""
    owner = folder.stat()
    if os.geteuid() != ROOT or owner.st_uid == ROOT:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    try:
        os.setgroups([])
        os.setegid(owner.st_gid)
        os.seteuid(owner.st_uid)
        yield
    finally:
        os.seteuid(ROOT)
        os.setegid(group)
        os.setgroups(groups)


def name_of(user: int) -> str:
    """Return the name of a user, or the number where it has none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
