"""A fresh database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.storage.connection import Connection
from tests.support.databases import new_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    opened = new_database(path)
    yield opened
    opened.close()
