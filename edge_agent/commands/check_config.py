"""`edge-agent --check-config --config F`: prints what was understood if nothing is missing or unfit."""

import argparse
import sys

from edge_agent import config, surroundings
from edge_agent.errors import ConfigError


def run(args: argparse.Namespace) -> int:
    """Print the configuration as it was understood; a bad one, or one that names what cannot be used, raises."""
    understood = config.load(args.config)
    folder = args.config.resolve().parent
    missing = surroundings.problems(understood, folder=folder, clock=config.open_clock(understood))
    if missing:
        raise ConfigError(args.config, missing)
    for warning in surroundings.warnings(understood):
        print(f"Peringatan / Warning: {warning}", file=sys.stderr)
    print("\n".join(config.understood(understood)))
    print(f"Konfigurasi benar / the config is good. Berikutnya / Next: edge-agent run --config {args.config}")
    return 0
