"""Progress told to systemd, heard by a real socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.health.watchdog import Watchdog
from tests.support.clocks import FakeClock


class Manager:
    """A service manager's end of the line."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.environment = {
            "NOTIFY_SOCKET": str(path),
            "WATCHDOG_USEC": "60000000",
            "WATCHDOG_PID": str(os.getpid()),
        }

    def heard(self) -> list[str]:
        lines = []
        while True:
            try:
                lines.append(self._socket.recv(100).decode())
            except BlockingIOError:
                return lines

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


def test_ready_and_stopping_are_said(manager: Manager) -> None:
    watchdog = Watchdog(clock=FakeClock(), environment=manager.environment)
    watchdog.say_ready()
    watchdog.say_stopping()
    assert manager.heard() == ["READY=1", "STOPPING=1"]


def test_progress_is_told_three_times_within_the_limit_and_not_at_every_pass(manager: Manager) -> None:
    clock = FakeClock()
    watchdog = Watchdog(clock=clock, environment=manager.environment)
    for _ in range(60):
        watchdog.feed()
        clock.advance(1.0)
    assert manager.heard() == ["WATCHDOG=1"] * 3


def test_a_watchdog_meant_for_another_process_is_not_fed(manager: Manager) -> None:
    watchdog = Watchdog(clock=FakeClock(), environment={**manager.environment, "WATCHDOG_PID": "1"})
    watchdog.feed()
    assert manager.heard() == []


def test_without_systemd_nothing_is_said_and_nothing_fails(manager: Manager, caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog(clock=FakeClock(), environment={})
    watchdog.say_ready()
    watchdog.feed()
    assert manager.heard() == []
    assert caplog.records == []


def test_a_manager_that_is_gone_is_warned_of_once_and_does_not_stop_the_process(
    manager: Manager, caplog: pytest.LogCaptureFixture
) -> None:
    watchdog = Watchdog(clock=FakeClock(), environment=manager.environment)
    manager.close()
    watchdog.feed()
    watchdog.say_stopping()
    assert [record.args[1] for record in caplog.records if isinstance(record.args, tuple)] == ["WATCHDOG=1"]
