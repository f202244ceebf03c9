"""Keeping a box's processes running, with real child processes."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from contract.clock import SystemClock
from edge_agent.stop import Stop
from edge_agent.supervisor import FIRST_PAUSE_S, GOOD_RUN_S, Child, Supervisor
from tests.support.clocks import FakeClock
from tests.support.processes import Child as RealProcess
from tests.support.processes import wait_until

PYTHON = sys.executable
ENDS = [PYTHON, "-c", "raise SystemExit(1)"]
STAYS = [PYTHON, "-c", "import signal; signal.pause()"]
DEAF_CODE = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
signal.pause()
"""
FOLLOWS_CODE = """
import pathlib, signal, sys
from edge_agent.supervisor import end_with_supervisor
end_with_supervisor()
pathlib.Path(sys.argv[1]).touch()
signal.pause()
"""
SUPERVISES_CODE = """
import sys
from contract.clock import SystemClock
from edge_agent.stop import Stop
from edge_agent.supervisor import Supervisor
Supervisor(commands={"gauge": sys.argv[1:]}, clock=SystemClock(), stop=Stop()).run()
"""


@pytest.fixture
def stop() -> Iterator[Stop]:
    stop = Stop()
    yield stop
    stop.close()


def wait_for_end_of(child: Child) -> int:
    codes: list[int] = []

    def has_ended() -> bool:
        code = child.look()
        codes.extend([] if code is None else [code])
        return bool(codes)

    wait_until(has_ended, what="the end of a child")
    return codes[0]


def own_children() -> set[int]:
    return {process.pid for process in psutil.Process().children()}


def test_a_child_that_crashes_is_started_again_after_a_pause_that_doubles() -> None:
    clock = FakeClock()
    child = Child("gauge", ENDS, clock=clock)
    for pause_s in (FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S):
        before = own_children()
        assert child.look() is None
        assert own_children() - before
        assert wait_for_end_of(child) == 1
        clock.advance(pause_s - 0.1)
        assert child.look() is None
        assert own_children() == before
        clock.advance(0.1)


def test_after_a_good_run_the_pause_is_short_again() -> None:
    clock = FakeClock()
    child = Child("gauge", ENDS, clock=clock)
    for _ in range(4):
        child.look()
        wait_for_end_of(child)
        clock.advance(60.0)
    child.look()
    clock.advance(GOOD_RUN_S)
    wait_for_end_of(child)
    clock.advance(FIRST_PAUSE_S)
    before = own_children()
    child.look()
    assert own_children() - before
    child.ask_to_end()
    child.wait_for_end(until_ms=clock.real_ms() + 10_000)


def test_a_stop_ends_every_child(stop: Stop) -> None:
    before = own_children()
    supervisor = Supervisor(commands={"gauge": STAYS, "uplink": STAYS}, clock=SystemClock(), stop=stop)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    wait_until(lambda: len(own_children() - before) == 2, what="two children")
    stop.set()
    thread.join(timeout=5.0)
    assert not thread.is_alive()
    assert own_children() == before


def test_a_child_that_does_not_hear_is_killed_within_five_seconds(stop: Stop, tmp_path: Path) -> None:
    before = own_children()
    deaf = [PYTHON, "-c", DEAF_CODE, str(tmp_path / "ready")]
    clock = SystemClock()
    supervisor = Supervisor(commands={"gauge": deaf}, clock=clock, stop=stop)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    wait_until((tmp_path / "ready").exists, what="a child that ignores SIGTERM")
    stop.set()
    began_ms = clock.real_ms()
    thread.join(timeout=10.0)
    assert clock.real_ms() - began_ms < 5_000
    assert own_children() == before


def test_a_bad_config_ends_the_supervisor_with_exit_code_2(stop: Stop) -> None:
    commands = {"gauge": [PYTHON, "-c", "raise SystemExit(2)"], "uplink": STAYS}
    before = own_children()
    assert Supervisor(commands=commands, clock=SystemClock(), stop=stop).run() == 2
    assert own_children() == before


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = [PYTHON, "-c", FOLLOWS_CODE, str(ready)]
    with RealProcess([PYTHON, "-c", SUPERVISES_CODE, *child], log=tmp_path / "log", cwd=Path.cwd()) as parent:
        wait_until(ready.exists, what="the grandchild")
        (grandchild,) = parent.family()
        parent.kill_alone()
        psutil.wait_procs([grandchild], timeout=5.0)
        assert not grandchild.is_running()
