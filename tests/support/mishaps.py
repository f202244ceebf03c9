"""What befalls processes in a city: they are killed or frozen at any moment, also in the middle of a write."""

import contextlib
import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import Child, DeadlineMissedError

_NEVER = threading.Event()


def let_pass(seconds: float) -> None:
    """Let real time pass, where the moment itself is what a test draws; everything else waits for a condition."""
    _NEVER.wait(seconds)


def is_being_written(database: Path) -> bool:
    """Answer whether some process is inside a write transaction of a SQLite file."""
    real = os.path.realpath(database)
    if not os.path.exists(real):  # noqa: PTH110 - of a path that is resolved already
        return False
    with contextlib.closing(sqlite3.connect(real, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return True
            raise
        connection.execute("ROLLBACK")
    return False


@contextlib.contextmanager
def frozen(child: Child) -> Iterator[None]:
    """Freeze a process for the length of a `with` block."""
    child.stop()
    try:
        yield
    finally:
        child.resume()


@contextlib.contextmanager
def frozen_in_a_write(child: Child, database: Path, *, rng: random.Random, tries: int = 400) -> Iterator[None]:
    """Freeze a process inside one of its write transactions for the length of a `with` block.

    Args:
        child: the process.
        database: that it writes to.
        rng: draws the moments.
        tries: how often it is frozen, each time at another moment, until it is caught in the act.

    Raises:
        DeadlineMissedError: it never was.
    """
    for _ in range(tries):
        let_pass(rng.uniform(0.0, 0.05))
        _wait_for_a_write(database)
        child.stop()
        # Another process's write ends while this one stands still.
        if is_being_written(database) and not _ends_soon(database):
            break
        child.resume()
    else:
        raise DeadlineMissedError(f"{child.name} was frozen {tries} times and never inside a write of {database}")
    try:
        yield
    finally:
        child.resume()


def _wait_for_a_write(database: Path, *, most_s: float = 0.3) -> None:
    until_s = time.monotonic() + most_s
    while time.monotonic() < until_s and not is_being_written(database):
        pass


def _ends_soon(database: Path) -> bool:
    for _ in range(10):
        let_pass(0.02)
        if not is_being_written(database):
            return True
    return False
