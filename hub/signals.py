"""SIGTERM and Ctrl-C as an event that loops wait on."""

import signal
import threading


def stop_event() -> threading.Event:
    """Return an event that SIGTERM or SIGINT sets. To be called once, in the main thread."""
    stop = threading.Event()

    def set_stop(_number: int, _frame: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, set_stop)
    signal.signal(signal.SIGINT, set_stop)
    return stop
