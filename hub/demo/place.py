"""Where the demo keeps its things, below JAGAWAI_HOME (default `./var`); with TLS below `tls/` in it.

Boxes that speak plainly and boxes with certificates have other names, so the two demos share nothing.
"""

import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "JAGAWAI_HOME"
HOME_DEFAULT = "var"
ROOT_KEY_FOLDER = "kunci-akar-HANYA-PERAGAAN"
"""The root key of a city lies in two safes; this one guards nothing but a demo, and its folder says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The demo's folder."""

    home: Path
    """Of the hub."""
    whole: Path
    """All that the demo has made lies in it."""

    @classmethod
    def from_environment(cls, *, is_tls: bool = False) -> "Place":
        """Return the place that JAGAWAI_HOME names, or `./var`."""
        whole = Path(os.environ.get(HOME_VARIABLE, HOME_DEFAULT)).resolve()
        # A root key may not lie in the folder of a hub, so with TLS that folder is a level deeper.
        return cls(home=whole / "tls" / "hub", whole=whole / "tls") if is_tls else cls(home=whole, whole=whole)

    @property
    def root_key(self) -> Path:
        """Folder of the root key of the demo's authority, and of its passphrase."""
        return self.whole / ROOT_KEY_FOLDER

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

    def box_home(self, name: str) -> Path:
        """State of one box."""
        return self.home / "boxes" / name

    def box_config(self, name: str) -> Path:
        """Config file of one box."""
        return self.box_home(name) / "box.toml"
