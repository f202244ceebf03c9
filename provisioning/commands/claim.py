"""`provision claim`: by HTTPS or by USB stick. Typed again after a cut, it goes on where it stopped."""

import argparse
from pathlib import Path

from contract.clock import SystemClock
from provisioning.claim.box_config import BoxConfigFile
from provisioning.claim.errors import ClaimUsageError
from provisioning.claim.https import Https
from provisioning.claim.identity_folder import IdentityFolder, Journal, Step
from provisioning.claim.journey import Journey
from provisioning.claim.usb import Usb
from provisioning.identity import claim_code, claim_text, enrolment, fingerprint
from provisioning.identity.claim_text import ClaimText

EXIT_OK, EXIT_WAITING = 0, 3
_CONFIG = Path("/etc/jagawai/box.toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the label comes from, and how the hub is asked."""
    parser.add_argument(
        "--config", type=Path, default=_CONFIG, metavar="F", help=f"the box's TOML file; default: {_CONFIG}"
    )
    label = parser.add_mutually_exclusive_group()
    label.add_argument("--code", help="typed from the label, with --hub and --fingerprint; or the whole text of its QR")
    label.add_argument("--qr-image", type=Path, metavar="FILE", help="a picture of the label")
    parser.add_argument("--hub", metavar="HOST:PORT", help="Alamat hub on the label")
    parser.add_argument("--fingerprint", help="Sidik jari hub on the label, short or whole")
    parser.add_argument("--usb", type=Path, metavar="DIR", help="ask by a USB stick that somebody carries to the hub")
    parser.add_argument("--bundle", type=Path, metavar="FILE", help="the hub's bundle.pem, where it cannot be fetched")
    parser.add_argument(
        "--bundle-port", type=int, metavar="PORT", help="where the hub serves it; default: one above its port"
    )
    parser.add_argument(
        "--new-key", action="store_true", help="forget the key that was made; before the hub has answered"
    )


def run(args: argparse.Namespace) -> int:
    """Go on as far as it can be gone."""
    config = BoxConfigFile(args.config)
    journey = Journey(folder=IdentityFolder(config.home), config=config)
    label = _label(args)
    if args.new_key:
        journey.take_new_key()
    if label is not None:
        journey.begin(label)
    usb = None if args.usb is None else Usb(args.usb)
    journal = journey.go_on(usb or _https(args))
    if journal.step is not Step.DONE:
        _tell_to_carry(usb)
        return EXIT_WAITING
    _tell_done(journal, args.config)
    return EXIT_OK


def _label(args: argparse.Namespace) -> ClaimText | None:
    """Return what was given of a label, or None.

    Raises:
        ClaimUsageError: a code without its hub and fingerprint.
        IdentityTextError: a slip.
    """
    if args.qr_image is not None:
        from provisioning.claim.label_picture import label_in

        return label_in(args.qr_image)
    if args.code is None:
        return None
    if args.code.strip().upper().startswith(f"{claim_text.FORM}:"):
        return claim_text.parsed(args.code)
    code = claim_code.normalised(args.code)
    if not args.hub or not args.fingerprint:
        raise ClaimUsageError(
            "--code: juga / also --hub HOST:PORT dan / and --fingerprint, dari label yang sama / from the same label."
        )
    return ClaimText(code=code, fingerprint=fingerprint.typed(args.fingerprint), address=_address(args.hub))


def _address(text: str) -> str:
    """Return host:port; a hub that is typed without its port has the usual one."""
    bare = text.strip().removeprefix("https://").rstrip("/")
    has_port = bare.rpartition("]")[2].count(":") == 1
    return claim_text.address(bare if has_port else f"{bare}:{enrolment.HUB_PORT}")


def _https(args: argparse.Namespace) -> Https:
    try:
        bundle = None if args.bundle is None else args.bundle.read_bytes()
    except OSError as problem:
        raise ClaimUsageError(f"--bundle {args.bundle}: {problem.strerror}. Check the path.") from problem
    return Https(clock=SystemClock(), bundle_port=args.bundle_port, bundle=bundle)


def _tell_to_carry(usb: Usb | None) -> None:
    print(f"Tertulis / written: {usb.written if usb else '-'}")
    print("1. Cabut stik dengan aman dan bawa ke hub / unmount the stick, carry it to the hub: hub usb import DIR")
    print("2. Bawa kembali ke kotak ini / carry it back to this box: provision claim --usb DIR")
    print("Stik memuat kode klaim: jaga seperti label / the stick holds the claim code: guard it like the label.")


def _tell_done(journal: Journal, config: Path) -> None:
    print(f"Kotak ini sekarang / this box is now: {journal.node}")
    print(f"Tertulis di / written in {config}: box.node, hub.host, hub.port, hub.tls")
    print(f"Musnahkan label / destroy the label. Berikutnya / next: edge-agent run --config {config}")
