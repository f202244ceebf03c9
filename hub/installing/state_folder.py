"""The hub's user and its folder of state, and whose the files in it are."""

import os
import pwd
import stat
from pathlib import Path

from hub.installing import layout
from hub.installing.machine import Machine, has_user


def make(machine: Machine, *, user: str) -> bool:
    """Have the user and the folder; answer whether one had to be made."""
    is_new = not has_user(user)
    if is_new:
        machine.run(
            "adduser", "--system", "--group", "--quiet", "--no-create-home", "--home", layout.HOME,
            "--shell", "/usr/sbin/nologin", user,
        )  # fmt: skip
    return machine.folder(layout.HOME, mode=0o700, owner=user) or is_new


def give_back(machine: Machine, *, user: str) -> bool:
    """Give to the hub's user what root has made in its folder; answer whether there was any.

    The folder is that user's, so no link is followed, and nothing with a second name is given away.
    """
    home = machine.at(layout.HOME)
    if os.geteuid() != 0 or not has_user(user) or not home.is_dir():
        return False
    owner = pwd.getpwnam(user)
    if owner.pw_uid == 0:
        return False
    given = False
    for folder, folders, names in os.walk(home):
        for path in (Path(folder) / name for name in (*folders, *names)):
            found = path.lstat()
            has_one_name = stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink == 1)
            if found.st_uid == 0 and has_one_name and not machine.is_dry:
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
                given = True
    return given
