"""A database with an audit log that grew by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.audit_logs import AuditLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    """A log of ten rows: its first, and nine deeds."""
    made = AuditLog(tmp_path / "hub.db")
    made.grow(9)
    yield made
    made.close()
