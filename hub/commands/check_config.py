"""`hub --check-config --config F`: says what was understood, or every problem at once."""

import argparse
import sys
from pathlib import Path

import msgspec

from hub.config import load_config
from hub.errors import ConfigError
from hub.fleet import box_port


def run(args: argparse.Namespace) -> int:
    """Print the config as it was understood; exit 2 with every problem if it cannot be used.

    What can be used and may not be meant is said on standard error.
    """
    if not args.config:
        raise ConfigError(["--check-config needs --config. Try: hub --check-config --config hub.toml"])
    config = load_config(Path(args.config))
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(config), indent=2).decode() + "\n")
    warning = box_port.warning(config.web)
    if warning is not None:
        sys.stderr.write(f"{warning}\n")
    return 0
