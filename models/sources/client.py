"""Runs the clients of packages: bounded, never without a word for long, and quoted when they fail."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from models.errors import SourceError, ToolError
from models.sources.package import Package

FETCH_TIMEOUT_S = 1800.0
"""144 MB at 100 kB/s."""
TELL_EVERY_S = 15.0
RETRIES = 1
"""Where there is no network, more of them are only waits: whoever waits can start again, and what came stays."""
NPM_BOUNDS = (f"--fetch-retries={RETRIES}", "--fetch-retry-mintimeout=2000")
"""Else npm tries three times, 10 s and 60 s apart."""
LAST_WORDS = 600
"""Characters of what a client said that are worth repeating."""

_CLIENTS = {"npm": "npm", "wheel": "pip", "sdist": "pip", "debian": "apt-get"}
_PLACES = {
    "npm": "registri npm / the npm registry",
    "wheel": "indeks paket Python / the Python package index",
    "sdist": "indeks paket Python / the Python package index",
    "debian": "arsip Debian / the Debian archive",
}
_NPM_PREFIX = re.compile(r"^npm (?:error|ERR!) ?(?:\d{3} )?")
_NO_REASON = re.compile(r"^(?:at .*|errno .*|syscall .*|A complete log .*|(?:npm (?:error|ERR!))?)$")
"""Lines of npm that say nothing to whoever waits: where in its own code, and what stands in the line above too."""


def fetch(package: Package, folder: Path, *, say: Callable[[str], None]) -> Path:
    """Return the archive that the package's client has put into an empty folder.

    Args:
        package: what.
        folder: is there and holds nothing.
        say: is told from which kind of place it comes, and that it goes on.

    Raises:
        SourceError: it could not be fetched; the client's own reason is told.
        ToolError: the client is not installed.
    """
    size = f" ({package.megabytes:g} MB)" if package.megabytes else ""
    say(f"Mengambil / fetching {package.label}{size} dari {_from(package)} ...")
    advice = f"Periksa jaringan, lalu ulangi / Check the network, then try again: {' '.join(_command(package))}"
    try:
        code, said = _run(_command(package), folder, label=package.label, say=say)
    except FileNotFoundError as exc:
        client = _CLIENTS[package.kind]
        advice = "di Debian / on Debian" if package.kind == "debian" else f"Coba / Try: apt-get install {client}"
        raise ToolError(f"{package.label}: perlu / needs {client}. {advice}") from exc
    except subprocess.TimeoutExpired as exc:
        raise SourceError(f"{package.label}: lebih dari / longer than {FETCH_TIMEOUT_S:g} s. {advice}") from exc
    archives = sorted(folder.iterdir())
    if code != 0 or len(archives) != 1:
        why = reason(said) or f"kode keluar / exit code {code}, tanpa sebab / no reason given"
        raise SourceError(f"{package.label}: tidak dapat diambil / cannot be fetched: {why}. {advice}")
    return archives[0]


def reason(said: str) -> str:
    """Return what a client wrote to standard error in one line, without what only its maker can read."""
    lines = [_NPM_PREFIX.sub("", line.strip()).strip() for line in said.splitlines()]
    kept = " | ".join(line for line in lines if not _NO_REASON.match(line)).rstrip(". ")
    if len(kept) <= LAST_WORDS:
        return kept
    return f"{kept[: LAST_WORDS // 2]} ... {kept[-LAST_WORDS // 2 :]}"


def _run(command: list[str], folder: Path, *, label: str, say: Callable[[str], None]) -> tuple[int, str]:
    """Return the exit code and what was written to standard error; nothing of the client outlives this call."""
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as client:
        waited_s = 0.0
        while True:
            try:
                _, said = client.communicate(timeout=TELL_EVERY_S)
            except subprocess.TimeoutExpired:
                waited_s += TELL_EVERY_S
                if waited_s >= FETCH_TIMEOUT_S:
                    client.kill()
                    raise
                say(f"  masih mengambil / still fetching {label}: {waited_s:.0f} s")
            except BaseException:
                client.kill()
                raise
            else:
                return client.returncode, said


def _from(package: Package) -> str:
    here, there = _PLACES[package.kind].split(" / ")
    return f"{here} / from {there}"


def _command(package: Package) -> list[str]:
    if package.kind == "npm":
        return ["npm", "pack", "--loglevel=error", "--ignore-scripts", *NPM_BOUNDS, f"{package.name}@{package.version}"]
    if package.kind == "debian":
        return ["apt-get", "download", "-qq", "-o", f"Acquire::Retries={RETRIES}", package.name]
    form = "--only-binary" if package.kind == "wheel" else "--no-binary"
    return [
        *(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-input"),
        *("--retries", str(RETRIES), "--no-deps", form, ":all:", f"{package.name}=={package.version}"),
    ]
