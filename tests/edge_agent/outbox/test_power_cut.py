"""Power cuts under a real file system: what a producer was told is on the disk is there after the next start.

What is cut: a box with an ext4 disk (journal, ordered data, barriers) whose power fails at any moment while a real
producer opens its outbox or commits. From that moment nothing more reaches the device; pages that were only in memory
and the journal's open transaction are gone, and the next start replays the journal. So a commit that is reported
before its fsync, a file or a name in a folder that was never synced, or a log that is not whole shows here.

What is not: a disk that lies. Whatever ext4 had sent to the device survives, as on a disk that keeps what it has
taken; a card that loses or reorders its own cache behind a flush, tears a sector in two, or forgets old blocks is
another test, with a real card and a real switch. Nor is the rest of the box cut: its clock and its kernel go on.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.support.power_cuts import ROOT, Found

CUTS = 60
LONGEST_S = 170
PROBE = 'truncate -s 4M "$1/probe" && mkfs.ext4 -q -F "$1/probe" && mkdir "$1/at" && mount -o loop "$1/probe" "$1/at"'
IN_A_NAMESPACE = ("unshare", "--mount")
"""Of mounts: what is mounted there, and its loop device, goes with the last process in it."""


def why_not(folder: Path) -> str:
    """Return why this machine cannot have its power cut, nothing if it can."""
    if os.geteuid() != 0:
        return "only root may mount an ext4 image"
    if missing := [tool for tool in ("unshare", "mkfs.ext4", "mount") if shutil.which(tool) is None]:
        return f"{', '.join(missing)} not installed"
    done = subprocess.run(
        [*IN_A_NAMESPACE, "sh", "-c", PROBE, "sh", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return "" if done.returncode == 0 else f"no ext4 image can be mounted here: {done.stderr.strip()}"


@pytest.mark.nightly
def test_sixty_power_cuts_cost_no_record_that_was_reported_as_committed(home: Path) -> None:
    if reason := why_not(home):
        pytest.skip(f"{reason}. Try: make test-nightly as root, on a machine with loop devices")
    command = [*IN_A_NAMESPACE, sys.executable, "-m", "tests.support.power_cuts", str(home), str(CUTS), "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found = msgspec.json.decode(done.stdout, type=Found)
    assert found.wrong == []
    assert found.cuts == CUTS
    assert found.replayed > CUTS / 2, "most cuts must leave a journal to replay"
    assert 0 < found.cut_at_start < CUTS / 2
    assert found.told > 20 * CUTS
