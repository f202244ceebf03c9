"""`models verify DIR [--json]`: whether a model's folder is what its manifest says, and how near to the original."""

import argparse
import sys
from pathlib import Path

import msgspec

from models.errors import ToolError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder and --json."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the model's folder, for example models/street")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Verify the folder and print its figures."""
    try:
        from models.verifying import verify
    except ImportError as exc:
        raise ToolError(
            f"models verify: perlu pustaka / needs the library {exc.name}. Coba / Try: pip install 'jagawai[camera]'"
        ) from exc
    verified = verify(args.folder)
    manifest = verified.manifest
    if args.json:
        figures = {"name": manifest.name, "release": manifest.release, "sha256": manifest.sha256}
        sys.stdout.buffer.write(
            msgspec.json.encode(figures | {"outputs": verified.outputs, "reference": verified.reference}) + b"\n"
        )
        return 0
    print(f"{manifest.name} {manifest.release}, {manifest.licence}")
    print(f"{verified.file}: {manifest.size_bytes} bytes, sha256 {manifest.sha256}")
    print("dari keluaran emas / from the golden outputs:")
    print("\n".join(difference.line() for difference in verified.outputs))
    print("dari aslinya, TensorFlow.js float32 / from the original, TensorFlow.js float32:")
    print("\n".join(difference.line() for difference in verified.reference))
    print("utuh / whole")
    return 0
