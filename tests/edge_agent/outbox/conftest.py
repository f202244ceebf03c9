"""Where these tests keep their files, and their clock."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clocks import FakeClock

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- thousands of commits: no slow disk under them where it can be helped


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty folder, in memory where the machine has room for that."""
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at the start of a boot."""
    return FakeClock(up_ms=0)
