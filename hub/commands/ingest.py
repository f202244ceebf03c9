"""`hub ingest --config F`."""

import argparse
from pathlib import Path

from hub import app
from hub.config import load_config
from hub.signals import stop_event


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --config."""
    parser.add_argument("--config", required=True, type=Path, help="config file of the hub (TOML)")


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C."""
    return app.run_ingest(load_config(args.config), stop=stop_event())
