"""The commands that a person would type in a city, typed by the demo: shown, run, and their words kept in a log."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hub.errors import HubError

WITHIN_S = 60.0
"""Real; the slowest takes two seconds on an idle laptop."""
_SECRET = "--code"  # pragma: allowlist secret
_MODULES = {"hub": "hub", "provision": "provisioning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command that runs."""

    words: tuple[str, ...]
    log: Path
    process: subprocess.Popen[str]


def begin(words: Sequence[str | Path], *, log: Path, given: str = "") -> Typed:
    """Show a command, `hub …` or `provision …`, and start it.

    Args:
        words: as they are typed.
        log: takes what the command says.
        given: to its standard input; never shown.
    """
    show(words)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as output:
        process = subprocess.Popen(
            command(words),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C ends the demo between two commands, not a command in its middle
        )
    if process.stdin is not None:
        with suppress(BrokenPipeError):  # it has ended already; how is told by its exit code
            process.stdin.write(given)
            process.stdin.close()
    return Typed(words=tuple(map(str, words)), log=log, process=process)


def command(words: Sequence[str | Path]) -> list[str]:
    """Return what starts a command that a person types as `words`."""
    program, *rest = map(str, words)
    return [sys.executable, "-m", _MODULES[program], *rest]


def show(words: Sequence[str | Path]) -> None:
    """Print a command as a person types it, without its secret."""
    print(f"  $ {_shown(words)}", flush=True)


def is_done(typed: Typed) -> bool:
    """Wait for the end of a command; answer whether it did what it was for."""
    try:
        return typed.process.wait(timeout=WITHIN_S) == 0
    except subprocess.TimeoutExpired:
        typed.process.kill()
        typed.process.wait()
        return False


def done(words: Sequence[str | Path], *, log: Path, given: str = "") -> None:
    """Run a command to its end.

    Raises:
        HubError: it failed.
    """
    typed = begin(words, log=log, given=given)
    if not is_done(typed):
        raise failed(typed)


def failed(typed: Typed) -> HubError:
    """Return what is said of a command that failed."""
    return HubError(f"demo: `{_shown(typed.words)}` gagal / failed. Lihat / look into {typed.log}")


def _shown(words: Sequence[str | Path]) -> str:
    plain = [str(word) for word in words]
    pairs = zip(("", *plain), plain, strict=False)
    return " ".join("…" if before == _SECRET else shlex.quote(word) for before, word in pairs)
