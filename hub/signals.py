"""SIGTERM and Ctrl-C as an event that loops wait on, or as an exception that ends a command tidily."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_EXIT_BY_SIGNAL = 128
"""A shell adds the signal's number to it."""


def stop_event() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets. To be called once, in the main thread."""
    stop = threading.Event()

    def set_stop(_number: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, set_stop)
    signal.signal(signal.SIGINT, set_stop)
    return stop


@contextmanager
def ending_tidily() -> Iterator[None]:
    """Let SIGTERM, Ctrl-C and a closed terminal end the `with` block as an exception does. Only in the main thread.

    Raises:
        SystemExit: one of them came; while what was begun is tidied up, further ones are passed over.
    """

    def end(number: int, _frame: object) -> None:
        for one in _ENDING:
            signal.signal(one, signal.SIG_IGN)
        raise SystemExit(_EXIT_BY_SIGNAL + number)

    kept = {one: signal.signal(one, end) for one in _ENDING}
    try:
        yield
    finally:
        for one, handler in kept.items():
            signal.signal(one, handler)
