"""A hub without a broker for each test."""

from pathlib import Path

import pytest

from tests.support.hub_worlds import HubWorld


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)
