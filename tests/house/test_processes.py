"""The handle on child processes does what the end-to-end tests believe: nothing waits for ever, nothing lives on."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.processes import Child, DeadlineMissedError, free_port, is_listening, lives, wait_until

_LISTENS = "import signal, sys; print('ready'); signal.pause()"
_HAS_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_LISTENS!r}])"


def _python(program: str, folder: Path) -> Child:
    return Child([sys.executable, "-c", program], log=folder / "child.log")


def test_a_wait_fails_at_its_deadline_and_says_what_for() -> None:
    with pytest.raises(DeadlineMissedError, match=r"0\.05 s for the river to rise; the last answer was 0"):
        wait_until(lambda: 0, what="the river to rise", deadline_s=0.05)


def test_output_is_heard_and_a_child_that_ends_first_is_told(tmp_path: Path) -> None:
    with _python(_LISTENS, tmp_path) as child:
        child.wait_for_output("ready")
    with _python("print('gone')", tmp_path) as child, pytest.raises(AssertionError, match="ended with 0 before"):
        child.wait_for_output("never")


def test_the_end_of_a_block_kills_the_child_and_what_it_started(tmp_path: Path) -> None:
    with _python(_HAS_A_CHILD, tmp_path) as child:
        child.wait_for_output("ready")
        family = child.family()
        assert [process.is_running() for process in family] == [True]
    assert not child.is_running
    assert not [process for process in family if lives(process)]


def test_a_frozen_child_does_nothing_until_it_is_resumed(tmp_path: Path) -> None:
    with _python(_LISTENS, tmp_path) as child:
        child.wait_for_output("ready")
        child.stop()
        child.send(signal.SIGTERM)
        with pytest.raises(DeadlineMissedError):
            child.wait(deadline_s=0.05)
        child.resume()
        assert child.wait() == -signal.SIGTERM


def test_an_interrupt_ends_the_whole_group(tmp_path: Path) -> None:
    with _python(_HAS_A_CHILD, tmp_path) as child:
        child.wait_for_output("ready")
        (below,) = child.family()
        assert child.interrupt() != 0
        wait_until(lambda: not lives(below), what="the end of the child below")


def test_a_port_is_given_once_and_below_those_of_outgoing_connections() -> None:
    ports = [free_port() for _ in range(50)]
    low, _high = (int(word) for word in Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert len(set(ports)) == 50
    assert max(ports) < low
    assert not is_listening(ports[0])


def test_a_child_reads_nothing_from_the_terminal(tmp_path: Path) -> None:
    with _python("import sys; print(repr(sys.stdin.read()))", tmp_path) as child:
        assert child.wait() == 0
        assert child.output() == f"''{os.linesep}"
