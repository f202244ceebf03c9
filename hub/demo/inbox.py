"""What the demo's phone has received: newest kept, each message once, on disk so that a restart forgets nothing."""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hub.dispatch.channel import Letter

KEPT = 200
"""Messages; the oldest go first."""

_LOG = logging.getLogger(__name__)


class Inbox:
    """Messages in the order in which they came; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Load what stands in `path`, one JSON object a line."""
        self._path = path
        self._lock = threading.Lock()
        self._letters: dict[str, Letter] = {}
        for letter in _read(path):
            self._letters[letter.delivery_id] = letter
        self._forget_oldest()
        _write(path, list(self._letters.values()))

    def receive(self, letter: Letter) -> bool:
        """Keep the message and answer whether it is new; one that came before is the same message again."""
        with self._lock:
            if letter.delivery_id in self._letters:
                return False
            self._letters[letter.delivery_id] = letter
            self._forget_oldest()
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(letter) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return True

    def newest_first(self) -> list[Letter]:
        """Return what is kept."""
        with self._lock:
            return list(reversed(self._letters.values()))

    def _forget_oldest(self) -> None:
        while len(self._letters) > KEPT:
            del self._letters[next(iter(self._letters))]


def _read(path: Path) -> list[Letter]:
    """Return the messages in a file; a line that was cut by a crash is left out."""
    letters: list[Letter] = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            letters.append(msgspec.json.decode(line, type=Letter))
        except msgspec.DecodeError as problem:
            _LOG.warning("%s: a line cannot be read and is left out: %s", path, problem)
    return letters


def _write(path: Path, letters: Sequence[Letter]) -> None:
    """Write the whole file, or leave the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.writelines(msgspec.json.encode(letter) + b"\n" for letter in letters)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)  # noqa: PTH105 - named as what it is: atomic
