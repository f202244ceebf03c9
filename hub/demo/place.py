"""Where the demo keeps its things, below JAGAWAI_HOME (default `./var`)."""

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "JAGAWAI_HOME"
HOME_DEFAULT = "var"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The demo's folder."""

    home: Path

    @classmethod
    def from_environment(cls) -> "Place":
        """Return the place that JAGAWAI_HOME names, or `./var`."""
        return cls(home=Path(os.environ.get(HOME_VARIABLE, HOME_DEFAULT)).resolve())

    @property
    def hub_config(self) -> Path:
        """Config file of the hub."""
        return self.home / "hub.toml"

    @property
    def clock_file(self) -> Path:
        """Where the scaled clock stood when the demo stopped."""
        return self.home / "demo-clock.json"

    @property
    def secrets(self) -> Path:
        """Folder of passwords and keys, for the owner alone."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """Folder of what the programs print."""
        return self.home / "logs"

    def box_home(self, node_id: str) -> Path:
        """State of one box."""
        return self.home / "boxes" / node_id

    def box_config(self, node_id: str) -> Path:
        """Config file of one box."""
        return self.box_home(node_id) / "box.toml"
