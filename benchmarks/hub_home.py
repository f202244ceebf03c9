"""A hub of its own for a bench: a home, a config, and one of the hub's programs started by its command line."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.errors import ProductError
from tests.support.processes import Child, free_port

ROOT = Path(__file__).resolve().parents[1]


class HubHome:
    """The state directory of one hub, with its config beside the state."""

    def __init__(self, folder: Path, *, mqtt_port: int, is_broker_embedded: bool = False, extra: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.mqtt_port = mqtt_port
        self.web_port = free_port()
        self.config = folder / "hub.toml"
        self.database = folder / "hub.db"
        self.config.write_text(
            f'home = "."\n[mqtt]\nport = {mqtt_port}\n'
            f"[broker]\nembedded = {str(is_broker_embedded).lower()}\n[web]\nport = {self.web_port}\n{extra}",
            encoding="utf-8",
        )

    @property
    def web_url(self) -> str:
        """How the addresses of this hub's pages begin."""
        return f"http://127.0.0.1:{self.web_port}"

    @contextmanager
    def running(self, command: str) -> Iterator[Child]:
        """Run `hub COMMAND` on this home for the length of a `with` block."""
        arguments: list[str | Path] = [sys.executable, "-m", "hub", command, "--config", self.config]
        with watched(Child(arguments, log=self.folder / f"{command}.log", cwd=ROOT, env=_environment())) as child:
            yield child

    def call(self, *words: str | Path) -> str:
        """Run a `hub` command that ends by itself and return what it printed.

        Raises:
            ProductError: it failed.
        """
        done = subprocess.run(
            [sys.executable, "-m", "hub", *map(str, words)],
            cwd=ROOT, env=_environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise ProductError(f"hub {' '.join(map(str, words))} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def ask(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows that a query finds in the hub's database, read-only."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5.0)) as connection:
            return connection.execute(query, values).fetchall()

    def number(self, query: str, *values: object) -> int:
        """Return the one number that a query finds, 0 for none."""
        rows = self.ask(query, *values)
        found = rows[0][0] if rows else None
        return found if isinstance(found, int) else 0


@contextmanager
def watched(child: Child) -> Iterator[Child]:
    """Own a program of the product for the length of a `with` block.

    Raises:
        ProductError: what was waited for did not come because the program has ended; its last words are in the text.
    """
    with child:
        try:
            yield child
        except AssertionError as problem:
            if child.is_running:
                raise
            raise ProductError(f"{problem}\n{child.name} has ended. It wrote:\n{child.output()[-2000:]}") from problem


def _environment() -> dict[str, str]:
    """Return the environment without the variables that would move a bench to the ports of a real hub."""
    return {name: "" for name in os.environ if name.startswith("JAGAWAI_")}
