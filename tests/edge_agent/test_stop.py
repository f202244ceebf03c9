"""The wish to end."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from edge_agent.stop import Stop


@pytest.fixture
def stop() -> Iterator[Stop]:
    stop = Stop()
    yield stop
    stop.close()


def test_a_wait_without_a_wish_ends_with_its_time(stop: Stop) -> None:
    assert not stop.wait(0.0)
    assert not stop.is_set()


def test_a_wish_ends_every_wait_at_once_and_stays(stop: Stop) -> None:
    stop.set()
    stop.set()
    assert stop.wait(60.0)
    assert stop.wait(60.0)
    assert stop.is_set()


def test_a_wish_from_another_thread_ends_a_wait(stop: Stop) -> None:
    thread = threading.Thread(target=stop.set)
    thread.start()
    assert stop.wait(60.0)
    thread.join()


def test_sigterm_is_a_wish() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = Stop.on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(60.0)
        stop.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
