"""One hub for all tests of a file, and a box for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.new_hubs import NewBox, NewHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewHub]:
    """A hub whose web process runs."""
    made = NewHub(tmp_path_factory.mktemp("hub"))
    with made.serving():
        yield made


@pytest.fixture
def box(tmp_path: Path) -> NewBox:
    """A box that nobody knows."""
    return NewBox(tmp_path / "box")
