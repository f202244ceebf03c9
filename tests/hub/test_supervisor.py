"""What the supervisor does besides starting and ending: it passes a signal on, and calls what is done at each look."""

import signal
import sys
import threading
from pathlib import Path

from contract.clock import SystemClock
from hub.supervisor import Program, Supervisor
from tests.support.processes import wait_until

LISTENING = (
    "import signal, sys\n"
    "signal.signal(signal.SIGHUP, lambda *_: print('heard', flush=True))\n"
    "print('ready', flush=True)\n"
    "[signal.pause() for _ in iter(int, 1)]\n"
)


def test_a_signal_reaches_the_program_of_that_name_and_nobody_else(tmp_path: Path) -> None:
    logs = {name: tmp_path / name for name in ("broker", "other")}
    supervisor = Supervisor(
        [Program(name=name, command=[sys.executable, "-c", LISTENING], log=log) for name, log in logs.items()],
        clock=SystemClock(),
    )
    assert not supervisor.send("broker", signal.SIGHUP)
    supervisor.start()
    try:
        wait_until(lambda: all("ready" in log.read_text() for log in logs.values()), what="both programs")
        assert supervisor.send("broker", signal.SIGHUP)
        wait_until(lambda: "heard" in logs["broker"].read_text(), what="the signal")
        assert "heard" not in logs["other"].read_text()
        assert not supervisor.send("nobody", signal.SIGHUP)
    finally:
        supervisor.end()
    assert not supervisor.send("broker", signal.SIGHUP)


def test_what_is_to_be_done_besides_is_done_at_each_look_until_the_end() -> None:
    stop, looks = threading.Event(), [0]

    def besides() -> None:
        looks[0] += 1
        if looks[0] == 3:
            stop.set()

    assert Supervisor([], clock=SystemClock()).run(stop, poll_s=0.001, besides=besides) == 0
    assert looks == [3]
