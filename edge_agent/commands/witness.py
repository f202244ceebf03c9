"""`edge-agent witness`: prints what this box was shown of the hub's audit log, for `hub audit verify --witness`."""

import argparse
import json
import sys

import msgspec

from edge_agent import config
from edge_agent.errors import WiringError
from edge_agent.uplink.witnesses import FILE_NAME, read_witnesses

UNREADABLE = 1


def run(args: argparse.Namespace) -> int:
    """Print one JSON object a line, oldest first; 1 if there are lines that cannot be read."""
    box = config.load(args.config).box
    file = box.home / FILE_NAME
    try:
        kept, unreadable = read_witnesses(file)
    except OSError as exc:
        hint = "Coba / Try: jalankan sebagai pengguna kotak / run as the box's own user"
        raise WiringError(f"{file}: {exc.strerror}. {hint}") from exc
    for witness in kept:
        line = {"node": box.node, **msgspec.structs.asdict(witness)}
        sys.stdout.write(json.dumps(line) + "\n")  # in ASCII: what a hub has sent gives the terminal no order
    print(
        f"{len(kept)} saksi / witnesses. Berikutnya / Next: hub audit verify --witness FILE, di / at the hub",
        file=sys.stderr,
    )
    if unreadable:
        print(f"{file}: {unreadable} baris rusak / lines cannot be read", file=sys.stderr)
    return UNREADABLE if unreadable else 0
