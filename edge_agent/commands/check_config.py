"""`edge-agent --check-config --config F`: prints what was understood, defaults included."""

import argparse

from edge_agent import config


def run(args: argparse.Namespace) -> int:
    """Print the configuration as it was understood; a bad one raises."""
    understood = config.load(args.config)
    print("\n".join(config.understood(understood)))
    print(f"Konfigurasi benar / the config is good. Berikutnya / Next: edge-agent run --config {args.config}")
    return 0
