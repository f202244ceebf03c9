"""`edge-agent gauge`: the process that reads the river and sounds the siren."""

import argparse

from edge_agent import app, config
from edge_agent.stop import Stop
from edge_agent.supervisor import end_with_supervisor


def run(args: argparse.Namespace) -> int:
    """Run the gauge process until SIGTERM or Ctrl-C."""
    stop = Stop.on_signals()
    end_with_supervisor()
    return app.run_gauge(config.load(args.config), folder=args.config.resolve().parent, stop=stop)
