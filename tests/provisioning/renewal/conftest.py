"""One hub for all tests of a file."""

from collections.abc import Iterator

import pytest

from tests.support.new_hubs import NewHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewHub]:
    """A hub whose web process runs."""
    made = NewHub(tmp_path_factory.mktemp("hub"))
    with made.serving():
        yield made
