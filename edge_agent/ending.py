"""The end of a child process that takes too long or is not wanted any more."""

import subprocess

GRACE_S = 1.0
"""So long a child may tidy up; the uplink's loop stands still meanwhile, and its watchdog waits longer."""


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Ask a child to end, and kill it when it does not within `GRACE_S`; it is gone and reaped afterwards."""
    child.terminate()
    try:
        child.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
