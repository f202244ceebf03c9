"""Debian's `motion`, the program that most people put behind a camera, as a peer to look at beside ours.

GPL-2+: fetched from Debian and started as a program of its own, never shipped and never linked. Where it is installed
that one runs; else the program comes out of its package by the hash below, and what it needs comes by apt, which holds
each package against Debian's signature; all is unpacked under `.cache`, nothing is installed and nobody need be root.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import broker
from benchmarks.errors import MissingError
from hub.demo.footage import cache_folder
from models.errors import ModelsError
from models.sources.cache import Cache
from models.sources.package import Package
from tests.support.processes import Child

PROGRAM = "motion"
PACKAGE = Package(
    kind="debian",
    name=PROGRAM,
    megabytes=0.5,
    licence="GPL-2+",
    files={"usr/bin/motion": "37673869127557ebc245fc89dac14d87290afd352517ada6de4ddf38e57bdfd2"},
)
"""4.5.1-2 of Debian 12 on amd64."""
PACKAGE_MACHINE = "x86_64"
APT_TIMEOUT_S = 600
THRESHOLD_PX = 1500
"""Changed pixels from which motion calls it motion: its own default."""
EVENT_GAP_S = 2
"""Without motion, until an event ends: what passes one after the other is then told apart; the default is 60."""
_CONFIG = """\
daemon off
setup_mode on
log_level 7
log_file {log}
target_dir {folder}
netcam_url file://{clip}
width {width_px}
height {height_px}
framerate {rate_fps}
threshold {threshold}
event_gap {gap}
picture_output off
movie_output off
webcontrol_port 0
stream_port 0
"""
_CHANGES = re.compile(r"mlp_setupmode: Changes:\s*(\d+)")
_REPEATS = re.compile(r"Above message repeats (\d+) times")
_EVENT = re.compile(r"starting event \d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What motion said of a clip."""

    frames: int
    """That it compared."""
    moving: int
    """Of these, with more changed pixels than its threshold."""
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """The program and where its libraries are."""

    program: Path
    environment: dict[str, str]

    @contextmanager
    def watching(
        self, clip: Path, *, folder: Path, width_px: int, height_px: int, rate_fps: float
    ) -> Iterator[tuple[Child, Path]]:
        """Run it on a clip, which it plays at its own pace and again from its start; yield it and its log."""
        log, config = folder / "motion.log", folder / "motion.conf"
        config.write_text(
            _CONFIG.format(
                log=log,
                folder=folder,
                clip=clip,
                width_px=width_px,
                height_px=height_px,
                rate_fps=max(2, round(rate_fps)),
                threshold=THRESHOLD_PX,
                gap=EVENT_GAP_S,
            ),
            encoding="utf-8",
        )
        command: list[str | Path] = [self.program, "-n", "-c", config]
        with Child(command, log=folder / "motion.out", env=self.environment) as child:
            yield child, log


def heard(log: str) -> Heard:
    """Return what a log says; a line that motion would write again stands there once, with how often."""
    frames = moving = events = 0
    changed: int | None = None
    for line in log.splitlines():
        events += bool(_EVENT.search(line))
        said, again = _CHANGES.search(line), _REPEATS.search(line)
        if said is not None:
            changed, times = int(said[1]), 1
        elif again is not None and changed is not None:
            times = int(again[1])
        else:
            changed = None
            continue
        frames += times
        moving += times * (changed > THRESHOLD_PX)
    return Heard(frames=frames, moving=moving, events=events)


def found() -> Motion:
    """Return the program, after fetching it where it is not installed.

    Raises:
        MissingError: it is neither here nor to be had.
    """
    try:
        return Motion(program=Path(broker.program(PROGRAM)), environment={})
    except MissingError:
        if platform.machine() != PACKAGE_MACHINE:
            raise
    try:
        program = Cache(cache_folder(), say=_say).file(PACKAGE, "usr/bin/motion")
    except ModelsError as problem:
        raise MissingError(str(problem)) from problem
    program.chmod(0o755)
    root = cache_folder() / "debian-motion-libraries"
    if not root.is_dir():
        _fetch_libraries(root)
    return Motion(program=program, environment={"LD_LIBRARY_PATH": os.pathsep.join(_library_folders(root))})


def _fetch_libraries(root: Path) -> None:
    """Unpack what motion needs and this machine lacks; the folder appears when it is whole.

    Raises:
        MissingError: apt cannot.
    """
    words = _apt("apt-get", "install", "--simulate", "--no-install-recommends", "-qq", PROGRAM)
    missing = [line.split()[1] for line in words.splitlines() if line.startswith("Inst ")]
    names = [name for name in missing if name != PROGRAM]
    _say(f"Mengambil / fetching {len(names)} pustaka dari Debian untuk / libraries from Debian for {PROGRAM} ...")
    with tempfile.TemporaryDirectory(dir=root.parent) as place:
        folder = Path(place)
        (folder / "root").mkdir()
        if names:
            _apt("apt-get", "download", "-qq", *names, cwd=folder)
        for archive in sorted(folder.glob("*.deb")):
            _apt("dpkg-deb", "-x", str(archive), str(folder / "root"))
        shutil.move(folder / "root", root)


def _library_folders(root: Path) -> list[str]:
    """Return the folders under `usr/lib` that hold libraries: Debian keeps two of them a folder deeper."""
    return sorted({str(path.parent) for path in (root / "usr/lib").rglob("*.so.*")})


def _apt(*command: str, cwd: Path | None = None) -> str:
    try:
        ended = subprocess.run(
            command,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=APT_TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        said = str(getattr(problem, "stderr", "") or problem).strip()[-300:]
        raise MissingError(f"{PROGRAM} cannot be fetched: {said}. Try: apt-get install {PROGRAM}") from problem
    return ended.stdout


def _say(line: str) -> None:
    print(line, file=sys.stderr)
