"""The hub's own certificates do not end unseen: with them every box loses the broker at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.alerting import desk
from hub.alerting.alert import OWN_CERTIFICATE_CODE
from hub.alerting.policy import AlertPolicy
from hub.fleet.authority import making, shelf
from hub.fleet.authority.shelf import Authority
from hub.ingest.memory import Memory
from hub.ingest.ticks import Ticks
from hub.storage import alerts
from hub.storage.retention import Retention
from tests.support.authorities import NOW, make_authority
from tests.support.clocks import FakeClock
from tests.support.databases import new_database

BEGIN_MS = round(NOW.timestamp() * 1000)
DAY_MS = 24 * 3_600_000


class Hub:
    """A hub with an authority, day by day."""

    def __init__(self, home: Path | None) -> None:
        self.clock = FakeClock(now_ms=BEGIN_MS)
        self.connection = new_database()
        memory = Memory(self.connection, clock=self.clock, dead_letters_limit=10)
        self.ticks = Ticks(
            self.connection, memory, clock=self.clock, real=self.clock, desk=desk, policy=AlertPolicy(),
            kept=Retention(), home=home,
        )  # fmt: skip
        self.ticks.start()

    def is_told_on_day(self, day: float) -> bool:
        """Let it be that day; answer whether an alert stands open."""
        self.clock.advance((BEGIN_MS + day * DAY_MS - self.clock.now_ms()) / 1000)
        self.ticks.tick(listening_real_ms=None, durations_s=[])
        return alerts.open_hub(self.connection, OWN_CERTIFICATE_CODE) is not None


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


def test_people_are_told_sixty_days_before_and_after_the_end(authority: Authority) -> None:
    hub = Hub(authority.folder.parent)
    assert [hub.is_told_on_day(day) for day in (0, 339, 341, 399, 401)] == [False, False, True, True, True]


def test_it_is_over_when_the_certificates_are_new(authority: Authority) -> None:
    hub = Hub(authority.folder.parent)
    assert hub.is_told_on_day(350)
    making.renew_own(home=authority.folder.parent, now=NOW + timedelta(days=350))
    assert not hub.is_told_on_day(350.1)


def test_one_broken_file_does_not_hide_the_end_of_the_other(authority: Authority) -> None:
    (authority.folder / shelf.SERVER).write_bytes(b"no certificate")
    assert Hub(authority.folder.parent).is_told_on_day(350)


def test_a_hub_without_certificates_is_told_nothing(tmp_path: Path) -> None:
    assert not Hub(None).is_told_on_day(500)
    assert not Hub(tmp_path).is_told_on_day(500)
