"""A real box for a bench: a home, a config, and `edge-agent run` started by its command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.city import OFFSET_CM, SOURCE
from benchmarks.errors import ProductError
from benchmarks.hub_home import ROOT, watched
from tests.support.processes import Child

_CONFIG = """\
[box]
node = "{node}"
home = "."
board = "bench"
[hub]
host = "127.0.0.1"
port = {port}
{extra}
[gauge.{source}]
driver = "replay"
[gauge.{source}.replay]
file = "river.csv"
mounted_offset_cm = {offset_cm}
repeats = true
noise_mm = {noise_mm}
"""


class RealBox:
    """The home of one box above a river of its own."""

    def __init__(
        self, folder: Path, *, node_id: str, broker_port: int, river_csv: str, extra: str = "", noise_mm: float = 2.0
    ) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.node_id = node_id
        self.config = folder / "box.toml"
        (folder / "river.csv").write_text(river_csv, encoding="utf-8")
        self.config.write_text(
            _CONFIG.format(
                node=node_id, port=broker_port, extra=extra, source=SOURCE, offset_cm=OFFSET_CM, noise_mm=noise_mm
            ),
            encoding="utf-8",
        )

    @contextmanager
    def running(self) -> Iterator[Child]:
        """Run the whole box for the length of a `with` block."""
        words: list[str | Path] = [sys.executable, "-m", "edge_agent", "run", "--config", self.config]
        with watched(Child(words, log=self.folder / "box.log", cwd=ROOT)) as child:
            yield child


def process_of(box: Child, command: str) -> psutil.Process:
    """Return the one process of a running box that runs `command`.

    Raises:
        ProductError: there is none.
    """
    for process in (psutil.Process(box.pid), *box.family()):
        if command in process.cmdline():
            return process
    raise ProductError(f"{box.name}: no process below it runs {command!r}. It wrote:\n{box.output()[-2000:]}")


def resident_mb(box: Child, command: str) -> float:
    """Return the resident memory, in MB of 10^6 bytes, of the process of a running box that runs `command`."""
    return float(process_of(box, command).memory_info().rss) / 1e6
