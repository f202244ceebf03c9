"""A bare Debian 12 PC: its own root, process and network namespaces, systemd as process 1, and no way out.

Beside it a street: a network namespace with one cable to the machine, where boxes and passers-by stand. Everything ends
with the test, by process id.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import wait_until

PACKAGES = "systemd,systemd-sysv,dbus"
"""What every PC has that Debian's installer has set up, beyond the smallest system there is."""
STREET_ADDRESS, ADDRESS = "192.0.2.1", "192.0.2.2"
BUNDLE = "/media/bundle"
COMMAND_WITHIN_S = 900.0
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Words: lower layer, folder of the upper one, the bundles, the control group. The kernel's own settings stay read-only:
# systemd would set them for the whole machine.
_BOOT = r"""
set -eu
lower=$1 work=$2 bundles=$3
mount --make-rprivate /
mkdir -p "$work/upper" "$work/work" "$work/root"
root=$work/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/work" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$node"
    mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir "$root/run/lock"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root/media/bundle" "$root/mnt"
mount --bind -o ro "$bundles" "$root/media/bundle"
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --show-status=no --log-target=console </dev/null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BareMachine:
    """A machine that runs, by the process ids of its process 1 and of who stands on the street."""

    pid: int
    street_pid: int

    def run(self, *words: str, told: str = "", is_checked: bool = True) -> str:
        """Run a command on the machine as root; return what it printed."""
        inside = ["nsenter", "--target", str(self.pid), "--all", "env", "-i", f"PATH={_PATH}", "LANG=C.UTF-8"]
        done = subprocess.run(
            [*inside, *words], input=told, capture_output=True, text=True, timeout=COMMAND_WITHIN_S, check=False
        )
        said = done.stdout + done.stderr
        assert not is_checked or done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{said}"
        return said

    def on_street(self, *words: str | Path) -> list[str | Path]:
        """Return the command line by which a program of this tree runs on the street."""
        return ["nsenter", "--target", str(self.street_pid), "--net", *words]


def why_not() -> str:
    """Return why no such machine can be made here; empty: it can."""
    if os.geteuid() != 0:
        return "only root can make a machine of namespaces"
    missing = [name for name in ("debootstrap", "unshare", "nsenter", "ip") if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return "" if _control_groups() else "no control groups of version 2 here"


def bare_debian(folder: Path) -> Path:
    """Return a bare Debian 12 in a folder that later runs find again; fetched from where this machine's apt fetches."""
    root = folder / f"debian-12-{platform.machine()}"
    stamp = root.with_suffix(".complete")
    if not stamp.exists():
        shutil.rmtree(root, ignore_errors=True)
        sources = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages"],
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout  # fmt: skip
        mirror = next(line.split()[1] for line in sources.splitlines() if line.startswith("bookworm "))
        made = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root), mirror]
        subprocess.run(made, check=True, timeout=900, stdout=subprocess.DEVNULL)
        stamp.touch()
    return root


@contextmanager
def booted(lower: Path, work: Path, *, bundles: Path) -> Iterator[BareMachine]:
    """Boot the machine, with the folder of bundles at BUNDLE; it ends with the block."""
    group = _control_groups()[0] / f"jagawai-test-{work.name}"
    group.mkdir()
    entering = f'echo $$ >{group}/cgroup.procs; exec "$@"'
    unshared = ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child"]
    words = ["bash", "-c", entering, "_", *unshared, "bash", "-c", _BOOT, "_", str(lower), str(work), str(bundles)]
    with (
        (work / "boot.log").open("wb") as log,
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as parent,
        subprocess.Popen(["unshare", "--net", "sleep", "3600"]) as street,
    ):
        try:
            pid = wait_until(lambda: _child(parent.pid), what="the machine's process 1")
            machine = BareMachine(pid=pid, street_pid=street.pid)
            wait_until(
                lambda: machine.run("systemctl", "is-system-running", is_checked=False).strip() == "running",
                what="systemd", deadline_s=60.0, poll_s=0.2,
            )  # fmt: skip
            _lay_cable(machine)
            yield machine
        finally:
            street.kill()
            parent.kill()  # which kills process 1, and with it everything in there
    wait_until(lambda: _swept(group), what="the end of the machine")


def _lay_cable(machine: BareMachine) -> None:
    street = ["nsenter", "--target", str(machine.street_pid), "--net", "ip"]
    there = ["nsenter", "--target", str(machine.pid), "--net", "ip"]
    for words in (
        [*street, "link", "set", "lo", "up"],
        [*street, "link", "add", "street", "type", "veth", "peer", "name", "eth0", "netns", str(machine.pid)],
        [*street, "address", "add", f"{STREET_ADDRESS}/24", "dev", "street"],
        [*street, "link", "set", "street", "up"],
        [*there, "address", "add", f"{ADDRESS}/24", "dev", "eth0"],
        [*there, "link", "set", "eth0", "up"],
    ):
        subprocess.run(words, check=True, timeout=10)


def _control_groups() -> list[Path]:
    mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    return [Path(line.split()[1]) for line in mounts if line.split()[2] == "cgroup2"]


def _child(parent: int) -> int:
    """Return the machine's process 1 once it is systemd; 0: not yet."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    is_systemd = bool(children) and Path(f"/proc/{children[0]}/comm").read_text(encoding="ascii") == "systemd\n"
    return int(children[0]) if is_systemd else 0


def _swept(group: Path) -> bool:
    """Remove the control groups of a machine once nobody is in them; answer whether that is done."""
    if "populated 1" in (group / "cgroup.events").read_text(encoding="ascii"):
        return False
    for path in sorted((one for one in group.rglob("*") if one.is_dir()), reverse=True):
        path.rmdir()
    group.rmdir()
    return True
