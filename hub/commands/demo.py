"""`hub demo`: what `make demo` runs."""

import argparse

from hub.signals import stop_event

RATE_DEFAULT = 60.0
RATE_LONGEST = 600.0
BOXES_DEFAULT = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --speed, --boxes, --map-pack, --tls, --no-camera."""
    parser.add_argument(
        "--speed",
        type=_speed,
        default=RATE_DEFAULT,
        help=f"seconds of the demo's clock per real second, 1 to {RATE_LONGEST:g} (default {RATE_DEFAULT:g})",
    )
    parser.add_argument("--boxes", type=int, default=BOXES_DEFAULT, help=f"boxes to start (default {BOXES_DEFAULT})")
    parser.add_argument("--map-pack", default="", help="folder of a map pack with kelurahan boundaries")
    parser.add_argument("--tls", action="store_true", help="boxes with certificates, an authority, and pages by HTTPS")
    parser.add_argument("--no-camera", action="store_true", help="without the box with a camera, nothing is fetched")


def run(args: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C."""
    from hub.demo.run import run_demo

    return run_demo(
        rate=args.speed,
        box_count=args.boxes,
        map_pack=args.map_pack,
        stop=stop_event(),
        is_tls=args.tls,
        has_camera=not args.no_camera,
    )


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= RATE_LONGEST:
        raise argparse.ArgumentTypeError(f"SPEED must be 1 to {RATE_LONGEST:g}, got {text!r}. Try: make demo SPEED=60")
    return speed
