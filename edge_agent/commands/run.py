"""`edge-agent run`: the whole box in one command, for laptop, demo and tests. In a city each process is a service."""

import argparse
import sys

from edge_agent import config
from edge_agent.stop import Stop
from edge_agent.supervisor import Supervisor


def run(args: argparse.Namespace) -> int:
    """Start gauge, camera and uplink, those that the config has, and keep them running until SIGTERM or Ctrl-C."""
    settings = config.load(args.config)
    parts = {"gauge": settings.gauge, "camera": settings.camera, "uplink": settings.hub}
    names = [name for name, has in parts.items() if has]
    if settings.hub is None:
        print("Tanpa [hub]: kotak ini bekerja sendiri / no [hub]: this box works alone", file=sys.stderr)
    options = ["--verbose"] if args.verbose else []
    commands = {
        name: [sys.executable, "-m", "edge_agent", name, "--config", str(args.config.resolve()), *options]
        for name in names
    }
    return Supervisor(commands=commands, clock=config.open_clock(settings), stop=Stop.on_signals()).run()
