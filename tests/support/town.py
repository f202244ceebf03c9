"""A whole town for end-to-end tests: broker, hub processes and boxes as real programs on one scaled clock.

Everything is started by its command line with config files below one folder, each process by itself as in a city, and
ended with it. A process that is ended or frozen on purpose is named as the test started it: `ingest`, `dispatch`,
`web`, `<node>/gauge`, `<node>/uplink`.
"""

import contextlib
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from contract.clock import ScaledClock, SystemClock
from hub.api.rights import SCOPES, as_scopes
from hub.storage import api_tokens
from hub.storage import connection as hub_database
from tests.support.brokers import Broker, Kind, running_broker
from tests.support.hub_data import FAR_MS
from tests.support.pole import Pole, box_toml, river_csv, stations_toml
from tests.support.processes import Child, free_port, wait_until

HUB = (sys.executable, "-m", "hub")
EDGE_AGENT = (sys.executable, "-m", "edge_agent")
CLOCK_STARTS = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
HUB_PARTS = ("ingest", "dispatch", "web")
BOX_PARTS = ("gauge", "uplink")

Row = tuple[Any, ...]


@dataclass(slots=True, kw_only=True)
class Town:
    """Programs of one test; see `running_town`."""

    folder: Path
    broker: Broker
    clock: ScaledClock
    web_port: int
    hub_extra: str = ""
    hub_home: Path | None = None
    """Where the hub lives, if it has moved out of `folder`."""
    children: dict[str, Child] = field(default_factory=dict)
    _commands: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def hub_config(self) -> Path:
        """Config file of the hub."""
        return (self.hub_home or self.folder) / "hub.toml"

    @property
    def database(self) -> Path:
        """The hub's database."""
        return (self.hub_home or self.folder) / "hub.db"

    @property
    def url(self) -> str:
        """How the pages' addresses begin."""
        return f"http://127.0.0.1:{self.web_port}"

    # Programs.

    def start(self, name: str, *command: str) -> Child:
        """Start a program and remember it under `name`."""
        self._commands[name] = command
        log = self.folder / "logs" / f"{name.replace('/', '-')}.log"
        child = self.children[name] = Child(command, log=log)
        return child

    def start_hub(self, *parts: str) -> None:
        """Start hub processes: ingest, dispatch, web; all three if none is named."""
        for part in parts or HUB_PARTS:
            self.start(part, *HUB, part, "--config", str(self.hub_config))

    def start_box(self, pole: Pole, *, mqtt_port: int | None = None, parts: Sequence[str] = BOX_PARTS) -> None:
        """Start processes of a box; its config is written at the first start, and its river begins now."""
        config = self.box_home(pole) / "box.toml"
        if not config.exists():
            self.write_box(pole, mqtt_port=mqtt_port)
        for part in parts:
            self.start(f"{pole.node_id}/{part}", *EDGE_AGENT, part, "--config", str(config))

    def kill(self, *names: str) -> None:
        """End processes as a power cut does."""
        for name in names:
            self.children[name].kill()

    def again(self, *names: str) -> None:
        """Start processes again by the command that each was started with; what still runs is killed first."""
        for name in names:
            self.kill(name)
            self.start(name, *self._commands[name])

    # What they are told.

    def write_hub(self) -> None:
        """Write the hub's config."""
        self.hub_config.write_text(
            f"[clock]\nrate = {self.clock.rate}\nanchor_real_ms = {self.clock.anchor_real_ms}\n"
            f"anchor_data_ms = {self.clock.anchor_data_ms}\n[mqtt]\nport = {self.broker.port}\n"
            f'[broker]\nembedded = false\n[web]\nport = {self.web_port}\n[city]\nmark = "UJI"\n{self.hub_extra}',
            encoding="utf-8",
        )

    def box_home(self, pole: Pole) -> Path:
        """The folder of a box: its config, its river, its outboxes."""
        return self.folder / "boxes" / pole.node_id

    def outbox(self, pole: Pole, producer: str = "gauge") -> Path:
        """The name of one of its outbox files."""
        return self.box_home(pole) / f"outbox-{producer}.db"

    def write_box(self, pole: Pole, *, mqtt_port: int | None = None) -> Path:
        """Write the config of a box and its river, whose minute 0 is now; return the config's path."""
        home = self.box_home(pole)
        home.mkdir(parents=True, exist_ok=True)
        (home / "river.csv").write_text(river_csv(pole.river, begins_ms=self.clock.now_ms()), encoding="utf-8")
        config = home / "box.toml"
        config.write_text(box_toml(pole, clock=self.clock, mqtt_port=mqtt_port or self.broker.port), encoding="utf-8")
        return config

    def import_stations(self, *poles: Pole, recipients: str = "") -> None:
        """Tell the hub of the stations and of the people, by its own command."""
        file = self.folder / "stations.toml"
        file.write_text(stations_toml(*poles) + recipients, encoding="utf-8")
        child = self.start("import", *HUB, "stations", "--config", str(self.hub_config), "import", str(file))
        assert child.wait(deadline_s=20) == 0, child.output()

    def api_token(self) -> str:
        """Make an API token of an operator, as the demo does, and return it."""
        connection = hub_database.open(self.database)
        try:
            with hub_database.write(connection):
                return api_tokens.add(
                    connection, name="uji", scopes=as_scopes(SCOPES), now_real_ms=0, expires_real_ms=FAR_MS
                )
        finally:
            connection.close()

    # What they answer.

    def rows(self, sql: str, *values: object) -> list[Row]:
        """Return what a question to the hub's database answers; nothing before there is one."""
        if not self.database.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            try:
                return connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as problem:
                if "no such table" in str(problem):
                    return []
                raise

    def value(self, sql: str, *values: object) -> Any:
        """Return the first column of the first row of an answer, None if there is no row."""
        return next(iter(self.rows(sql, *values)), (None,))[0]

    def wait_for_row(self, sql: str, *values: object, what: str, deadline_s: float = 20) -> Row:
        """Wait until a question has an answer and return its first row."""
        found = wait_until(lambda: self.rows(sql, *values)[:1], what=what, deadline_s=deadline_s, poll_s=0.02)
        return found[0]

    def get(self, path: str) -> Any:
        """Return the JSON that the web process answers."""
        return httpx.get(f"{self.url}{path}", timeout=5).raise_for_status().json()

    def wait_for_web(self) -> None:
        """Wait until the pages answer."""

        def answers() -> bool:
            try:
                return httpx.get(f"{self.url}/healthz", timeout=2).is_success
            except httpx.TransportError:
                return False

        wait_until(answers, what="the pages to answer", deadline_s=30, poll_s=0.05)

    def say(self, figure: str) -> None:
        """Say what was measured, on the test's output (`-rP` shows it) and in `figures.txt` of the town's folder."""
        sys.stdout.write(f"{figure}\n")
        sys.stdout.flush()
        with (self.folder / "figures.txt").open("a", encoding="utf-8") as file:
            file.write(f"{figure}\n")

    def outputs(self) -> str:
        """Return the end of what all programs printed, for the message of a failed test."""
        said = {name: child.output()[-3000:].splitlines() for name, child in self.children.items()}
        return json.dumps(said, indent=1)


@contextlib.contextmanager
def running_town(
    folder: Path, *, rate: float = 60.0, kind: Kind = "nats-server", hub_extra: str = ""
) -> Iterator[Town]:
    """Give a town with a broker and a hub config; the test starts the rest.

    Args:
        folder: for everything.
        rate: scaled seconds per real second.
        kind: of the broker.
        hub_extra: further tables of the hub's config.
    """
    clock = ScaledClock.start(
        anchor_real_ms=SystemClock().now_ms(), anchor_data_ms=round(CLOCK_STARTS.timestamp() * 1000), rate=rate
    )
    with running_broker(kind, folder=folder / "broker") as broker:
        town = Town(folder=folder, broker=broker, clock=clock, web_port=free_port(), hub_extra=hub_extra)
        town.write_hub()
        try:
            yield town
        except BaseException as problem:
            problem.add_note(town.outputs())
            raise
        finally:
            for child in town.children.values():
                child.kill()
