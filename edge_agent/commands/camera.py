"""`edge-agent camera`: the process that looks at the cameras and counts."""

import argparse

from edge_agent import camera_app, config
from edge_agent.stop import Stop
from edge_agent.supervisor import end_with_supervisor


def run(args: argparse.Namespace) -> int:
    """Run the camera process until SIGTERM or Ctrl-C."""
    stop = Stop.on_signals()
    end_with_supervisor()
    return camera_app.run_camera(config.load(args.config), folder=args.config.resolve().parent, stop=stop)
