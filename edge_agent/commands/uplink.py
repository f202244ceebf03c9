"""`edge-agent uplink`: the process that talks to the hub."""

import argparse

from edge_agent import app, config
from edge_agent.stop import Stop
from edge_agent.supervisor import end_with_supervisor


def run(args: argparse.Namespace) -> int:
    """Run the uplink process until SIGTERM or Ctrl-C."""
    stop = Stop.on_signals()
    end_with_supervisor()
    return app.run_uplink(config.load(args.config), stop=stop)
