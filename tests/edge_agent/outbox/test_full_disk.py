"""The disk ends while an outbox is in use, and while it is opened."""

import subprocess
import sys
from pathlib import Path

import msgspec

SMALL_DISK = 'mount -t tmpfs -o size=7m tmpfs "$2" && exec "$1" -m tests.support.outbox_child full_disk "$2"'
AS_USER = ("unshare", "--user", "--map-root-user", "--mount")
AS_ROOT = ("unshare", "--mount")


def may_mount(how: tuple[str, ...], folder: Path) -> bool:
    """Answer whether this machine lets us mount a file system of our own, seen by nobody else."""
    probe = [*how, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        return subprocess.run(probe, capture_output=True, check=False, timeout=20).returncode == 0
    except FileNotFoundError:
        return False


def lived_through(arguments: list[str]) -> dict[str, object]:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = msgspec.json.decode(done.stdout)
    return found


WELL = {
    "full": True,
    "alerts_there": True,
    "thinned": True,
    "unnamed": 0,
    "grows_again": True,
    "reborn": False,
}


def test_when_the_file_may_grow_no_more_alerts_are_kept_old_readings_give_way_and_it_heals(home: Path) -> None:
    assert lived_through([sys.executable, "-m", "tests.support.outbox_child", "limited_disk", str(home)]) == WELL


def test_on_a_file_system_filled_by_somebody_else_it_is_the_same(home: Path) -> None:
    """Where no file system may be mounted, the limit on a file's size stands in for it."""
    how = next((how for how in (AS_ROOT, AS_USER) if may_mount(how, home)), None)
    if how is None:
        found = lived_through([sys.executable, "-m", "tests.support.outbox_child", "limited_disk", str(home)])
    else:
        found = lived_through([*how, "sh", "-c", SMALL_DISK, "sh", sys.executable, str(home)])
    assert found == WELL


def test_a_first_start_without_any_room_says_what_to_do_and_leaves_nothing_behind(home: Path) -> None:
    arguments = [sys.executable, "-m", "tests.support.outbox_child", "no_room", str(home)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
    refused, opened = done.stdout.splitlines()
    assert "free some space on the disk" in refused
    assert opened == "opened: [1], 1 file"
