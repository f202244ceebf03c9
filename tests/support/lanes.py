"""Which tests run one after another on one worker, while the other workers do the rest.

Most of a town's time goes into waiting for its scaled clock. So the towns of every day stand in two lanes; the lanes
are handed out first and run from the first second on, each on a worker of its own, and the other workers compute
meanwhile: `scripts/test` starts one worker more than there are cores. Marks of pytest-xdist's own groups do not reach
its scheduler (3.8 beside pytest 9.2: it writes the group where pytest no longer reads), the place of a file does.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

TOWNS = PurePosixPath("tests/end_to_end")
ONE_LIFE = frozenset({"test_bare_machine.py"})
"""Of the night: each test goes on where the one before stopped."""
IN_THE_FIRST_LANE = frozenset(
    f"test_{name}.py"
    for name in (
        *("backlog", "bad_config", "demo", "demo_tls", "first_words"),
        *("hub_away", "new_box", "quota", "receipt"),
    )
)
"""Half of the towns' time; every other file, also a new one, is in the second."""


class Lanes(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Hands the two lanes out first, each whole, then every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the lane of a test, or its own name where it stands in none."""
        return lane_of(nodeid) or nodeid


class Night(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Hands the files of one life out whole, then every other long test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the file of a test that goes on where another stopped, or the test's own name."""
        file = PurePosixPath(nodeid.partition("::")[0])
        return file.name if file.name in ONE_LIFE else nodeid


def lane_of(nodeid: str) -> str | None:
    """Return the lane of a test of every day, by the file that it stands in."""
    file = PurePosixPath(nodeid.partition("::")[0])
    if file.parent != TOWNS:
        return None
    return "first lane" if file.name in IN_THE_FIRST_LANE else "second lane"
