"""A power cut at a chosen moment of a command: it runs in a forked process that ends there as by SIGKILL.

The moments are those at which something leaves the process: a file is opened for writing, renamed, removed, a folder is
made, a connection begins, something is sent.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CUT, _BROKE = 137, 99
_ALWAYS = frozenset({"os.rename", "os.remove", "os.mkdir", "socket.connect", "http.client.send"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _is_moment(event: str, arguments: tuple[Any, ...]) -> bool:
    return event in _ALWAYS or (event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & _WRITES))


def is_cut_at(moment: int, command: Callable[[], int]) -> bool:
    """Run a command that is cut at its so-manieth moment, from 1; answer False if it ended well before that."""
    pid = os.fork()
    if pid == 0:
        os._exit(_run(moment, command))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in {0, 3, _CUT}, f"the command ended with {code} before moment {moment}"
    return code == _CUT


def _run(moment: int, command: Callable[[], int]) -> int:
    seen = 0

    def see(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if _is_moment(event, arguments):
            seen += 1
            if seen == moment:
                os._exit(_CUT)

    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    sys.addaudithook(see)
    try:
        return command()
    except BaseException:  # noqa: BLE001 - a forked test must never go on as pytest
        return _BROKE
