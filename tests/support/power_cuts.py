"""A file system that loses its power again and again under a producer, and what is found on it afterwards.

Run as a program, as root, in a mount namespace of its own: `power_cuts.py FOLDER CUTS SEED`. All that it mounts goes
with that namespace, however it ends. It says in one line of JSON what it found (`Found`).

A cut is ext4's own "shutdown without flushing the journal" (EXT4_IOC_SHUTDOWN, the kernel's test of power failure):
from one moment on nothing more reaches the device. What lay in memory only, dirty pages and the open transaction of
the journal, is lost; the next mount replays the journal.
"""

import fcntl
import os
import random
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from contract.clock import SystemClock
from edge_agent.outbox.outbox import Outbox
from tests.support.audit import rows_in
from tests.support.mishaps import let_pass
from tests.support.processes import Child, wait_until
from tests.support.producer import NAME, digest_of, told_in

ROOT = Path(__file__).resolve().parents[2]
IMAGE_MB = 96
OUTBOX_MB = 64.0
"""More than all cuts together write: nothing has to give way, so nothing may be missing."""
RATE_PER_S = 1_000.0
LONGEST_LIFE_S = 0.3
LONGEST_START_S = 0.8
SHARE_AT_START = 0.25
NODE_ID, BOARD = "n-cut-0001", "laptop"

_EXT4_IOC_SHUTDOWN = 0x8004587D
_WITHOUT_FLUSHING_THE_JOURNAL = 2
_SUPERBLOCK, _INCOMPATIBLE, _NEEDS_RECOVERY = 1024, 0x60, 0x4
"""Where the superblock begins, where its word of incompatible features is, and the bit of a journal to be replayed
(https://docs.kernel.org/filesystems/ext4/globals.html#super-block)."""


class Found(msgspec.Struct, kw_only=True):
    """What came of all the cuts."""

    cuts: int = 0
    replayed: int = 0
    """Mounts that found a journal to replay."""
    cut_at_start: int = 0
    """Cuts at a moment at which the producer had not committed anything yet."""
    told: int = 0
    """Records whose commit was reported."""
    wrong: list[str] = []
    """What was not as promised, in words."""


@dataclass(slots=True)
class Disk:
    """An ext4 file system in a file, on a loop device that goes away with its mount."""

    image: Path
    mounted: Path
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home = self.mounted / "box"

    def make(self) -> None:
        """Lay out an empty file system and mount it."""
        with self.image.open("wb") as file:
            file.truncate(IMAGE_MB << 20)
        _run("mkfs.ext4", "-q", "-F", str(self.image))
        self.mounted.mkdir()
        self.mount()
        self.home.mkdir()

    def mount(self) -> None:
        """Mount it, which replays its journal if it was cut."""
        _run("mount", "-o", "loop", str(self.image), str(self.mounted))

    def unmount(self) -> None:
        """Unmount it; after a cut nothing is written by that."""
        _run("umount", str(self.mounted))

    def cut(self) -> None:
        """Let nothing reach the device from now on."""
        folder = os.open(self.mounted, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _EXT4_IOC_SHUTDOWN, struct.pack("I", _WITHOUT_FLUSHING_THE_JOURNAL))
        finally:
            os.close(folder)

    def needs_replay(self) -> bool:
        """Answer whether the file system was left in the middle of things."""
        with self.image.open("rb") as file:
            file.seek(_SUPERBLOCK + _INCOMPATIBLE)
            (features,) = struct.unpack("<I", file.read(4))
        return bool(features & _NEEDS_RECOVERY)


def cut_again_and_again(folder: Path, cuts: int, seed: int) -> Found:
    """Cut the power `cuts` times, each time under a new producer on what the one before has left."""
    found, rng = Found(), random.Random(seed)
    disk, log = Disk(folder / "disk.ext4", folder / "mounted"), folder / "told.log"
    disk.make()
    log.touch()
    for number in range(cuts):
        told_before = log.stat().st_size
        with Child(_producer(disk.home, log, seed=number), log=folder / "producer.log", cwd=ROOT) as producer:
            _let_live(producer, log, rng)
            told_at_cut = log.stat().st_size
            disk.cut()
        # A producer whose power is gone says nothing; ours lives on for a moment, and an fsync that the cut has met on
        # its way may come back to it as if all were well.
        os.truncate(log, told_at_cut)
        disk.unmount()
        found.cuts += 1
        found.replayed += disk.needs_replay()
        found.cut_at_start += log.stat().st_size == told_before
        disk.mount()
        found.wrong += [f"seed {seed}, cut {number}: {words}" for words in _wrong_with(disk.home, log)]
    found.told = len(told_in(log))
    disk.unmount()
    return found


def _let_live(producer: Child, log: Path, rng: random.Random) -> None:
    """Wait for the moment of a cut: mostly while records are committed, sometimes while the outbox is opened."""
    if rng.random() < SHARE_AT_START:
        let_pass(rng.uniform(0.0, LONGEST_START_S))
        return
    told_before = log.stat().st_size

    def has_committed() -> bool:
        assert producer.is_running, producer.output()
        return log.stat().st_size > told_before

    wait_until(has_committed, what="the producer's first commit", deadline_s=30)
    let_pass(rng.uniform(0.0, LONGEST_LIFE_S))


def _wrong_with(home: Path, log: Path) -> list[str]:
    """Open the outbox as a box that starts again; return in words what is not as it was promised."""
    told, path = told_in(log), home / f"outbox-{NAME}.db"
    if not told and not path.exists():
        return []
    with Outbox.open(
        path, clock=SystemClock(), node_id=NODE_ID, board=BOARD, limit_mb=OUTBOX_MB, is_scaled=True
    ) as outbox:
        wrong = ["the outbox was reborn"] if outbox.was_reborn else []
        digests = {seq: digest_of(body) for seq, (_, body) in rows_in(path).items()}
        lost = [line.seq for line in told if digests.get(line.seq) != line.digest or line.spool != outbox.spool_id]
        holes = set(range(1, outbox.next_seq)) ^ set(digests)
    if lost:
        wrong.append(f"reported as committed and not there: {len(lost)} records, {lost[:10]}")
    return wrong + ([f"numbers without a record: {sorted(holes)[:10]}"] if holes else [])


def _producer(home: Path, log: Path, *, seed: int) -> list[str]:
    now_ms = SystemClock().now_ms()
    return [
        *(sys.executable, "-m", "tests.support.producer"),
        *("--outbox", str(home / f"outbox-{NAME}.db"), "--inbox", str(home / "inbox.db"), "--log", str(log)),
        *("--node", NODE_ID, "--clock", f"{now_ms},{now_ms},1", "--seed", str(seed)),
        *("--rate", str(RATE_PER_S), "--limit-mb", str(OUTBOX_MB)),
    ]


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def main() -> None:
    """Read the command line, cut, and say what was found."""
    folder, cuts, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    sys.stdout.write(msgspec.json.encode(cut_again_and_again(folder, cuts, seed)).decode() + "\n")


if __name__ == "__main__":
    main()
