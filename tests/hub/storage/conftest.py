"""A fresh database for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    opened = database.open(path)
    migrate(opened)
    yield opened
    opened.close()
