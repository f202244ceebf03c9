"""Has the embedded nats-server read its file again when that has changed, and writes the receipt."""

import logging
import signal
from collections.abc import Callable
from pathlib import Path

from hub.broker import nats_server
from hub.broker.keeper import digest

PROGRAM_NAME = "broker"
_LOG = logging.getLogger(__name__)


class Reloader:
    """Looks at the file, ten times a second; for the supervisor, which has the broker for a child."""

    def __init__(
        self, *, folder: Path, receipt: Path, pid: Callable[[], int | None], hang_up: Callable[[signal.Signals], bool]
    ) -> None:
        """Take the broker.

        Args:
            folder: of its file.
            receipt: where it is written what it was told to read.
            pid: its process id as the supervisor has it, None while it does not run.
            hang_up: sends it a signal; answers whether it runs.
        """
        self._folder = folder
        self._receipt = receipt
        self._pid = pid
        self._hang_up = hang_up
        self._told: tuple[int, str] | None = None
        self._is_failing = False

    def look(self) -> None:
        """Tell the broker if it has not been told of what stands in the file now."""
        try:
            self._look()
        except OSError as problem:
            _LOG.log(logging.DEBUG if self._is_failing else logging.ERROR, "broker: cannot be told: %s", problem)
            self._is_failing = True
        else:
            self._is_failing = False

    def _look(self) -> None:
        pid = self._pid()
        # Before nats-server has written its own pid file it has no ear for the signal, and would end by it.
        if pid is None or _written_pid(self._folder / nats_server.PID_FILE) != pid:
            return
        wanted = digest((self._folder / nats_server.CONFIG).read_text(encoding="utf-8"))
        if (pid, wanted) != self._told and self._hang_up(signal.SIGHUP):
            self._told = pid, wanted
            self._receipt.write_text(wanted + "\n", encoding="ascii")
            _LOG.info("broker: reads its file again")


def _written_pid(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
