"""Which rivers the demo plays, when its clock begins, and which box hangs where."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from contract.config_file import read_config
from contract.identity import NodeId
from hub.demo.identity import Identity
from hub.errors import ConfigError
from hub.fleet.city_file import StationId

SCENARIO_FILE = Path(__file__).with_name("scenario.toml")
STATIONS_FILE = Path(__file__).with_name("stations.toml")
SITES_FILE = Path(__file__).with_name("sites.toml")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class ScenarioBox(Struct, frozen=True, kw_only=True):
    """One box: its name, the file with its gauge in the form of a box's config, and where it hangs."""

    node: NodeId
    """With TLS the hub gives it another, and this one stands for it in the city file."""
    gauge_file: str
    site: StationId


class ScenarioCamera(Struct, frozen=True, kw_only=True):
    """The box with the camera: its name, the file with its camera, the view that it counts in, and where it hangs."""

    node: NodeId
    camera_file: str
    view_file: str
    site: StationId


class Scenario(Struct, frozen=True, kw_only=True):
    """The whole file."""

    starts_at: datetime
    """What the clock shows at the first start; with zone."""
    boxes: tuple[ScenarioBox, ...]
    camera: ScenarioCamera


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxToStart:
    """A box of the scenario with the text of its gauge's or camera's config."""

    node_id: str
    """As the scenario calls it."""
    site_id: str
    tables_toml: str
    """What follows its name, hub and clock in its config."""
    identity: Identity | None = None
    """What it got from the hub; None: it speaks plainly, or was not let in yet."""
    is_tls: bool = False

    @property
    def name(self) -> str:
        """What its folder and its log are called: with TLS by the site, for it has no name before the hub gives one."""
        return self.site_id if self.is_tls else self.node_id


def load_scenario(path: Path = SCENARIO_FILE) -> Scenario:
    """Return the scenario.

    Raises:
        ConfigError: the file cannot be used.
    """
    scenario, problems = read_config(path, Scenario)
    if scenario is None:
        raise ConfigError(problems)
    return scenario


def boxes_to_start(scenario: Scenario, *, count: int, is_tls: bool = False) -> list[BoxToStart]:
    """Return the first `count` boxes, with the paths of their series made absolute.

    Raises:
        ConfigError: the scenario has no box, or fewer than `count`.
    """
    if not 1 <= count <= len(scenario.boxes):
        raise ConfigError([f"BOXES={count}: the demo has rivers for 1 to {len(scenario.boxes)} boxes"])
    folder = SCENARIO_FILE.parent
    return [
        BoxToStart(
            node_id=box.node,
            site_id=box.site,
            is_tls=is_tls,
            tables_toml=(folder / box.gauge_file).read_text(encoding="utf-8").replace("{examples}", str(EXAMPLES)),
        )
        for box in scenario.boxes[:count]
    ]
