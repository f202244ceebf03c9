"""`provision claim`: by HTTPS or by USB stick. Typed again after a cut, it goes on where it stopped."""

import argparse
import shlex
from pathlib import Path

from contract.clock import SystemClock
from provisioning.claim import typed_label
from provisioning.claim.box_config import BoxConfigFile
from provisioning.claim.errors import ClaimUsageError
from provisioning.claim.guarded_folder import SERVICE_USER
from provisioning.claim.https import Https
from provisioning.claim.identity_folder import IdentityFolder, Journal, Step
from provisioning.claim.journey import Journey
from provisioning.claim.usb import Usb
from provisioning.identity.claim_text import ClaimText

EXIT_OK, EXIT_WAITING = 0, 3
_CONFIG = Path("/etc/jagawai/box.toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the label comes from, and how the hub is asked."""
    parser.add_argument(
        "--config", type=Path, default=_CONFIG, metavar="F", help=f"the box's TOML file; default: {_CONFIG}"
    )
    label = parser.add_mutually_exclusive_group()
    label.add_argument(
        "--code",
        help="'-': read from standard input, or asked for at a terminal, as without --code. Typed here, others on this "
        "machine can read it. Code of the label, with --hub and --fingerprint; or the whole text of its QR",
    )
    label.add_argument("--qr-image", type=Path, metavar="FILE", help="a picture of the label")
    parser.add_argument("--hub", metavar="HOST:PORT", help="Alamat hub on the label")
    parser.add_argument("--fingerprint", help="Sidik jari hub on the label, short or whole")
    parser.add_argument("--usb", type=Path, metavar="DIR", help="ask by a USB stick that somebody carries to the hub")
    parser.add_argument("--bundle", type=Path, metavar="FILE", help="the hub's bundle.pem, where it cannot be fetched")
    parser.add_argument(
        "--bundle-port", type=int, metavar="PORT", help="where the hub serves it; default: one above its port"
    )
    parser.add_argument(
        "--new-key",
        action="store_true",
        help="forget the key that was made; before the hub has answered, and not for a code that was sent with it",
    )


def run(args: argparse.Namespace) -> int:
    """Go on as far as it can be gone."""
    config = BoxConfigFile(args.config)
    folder = IdentityFolder(config.home)
    with folder.alone():
        return _go(args, config, folder)


def _go(args: argparse.Namespace, config: BoxConfigFile, folder: IdentityFolder) -> int:
    journey = Journey(folder=folder, config=config)
    label = _label(args, is_begun=journey.journal is not None)
    if args.new_key and not journey.take_new_key(label):
        _tell_key_stays()
    if label is not None:
        journey.begin(label)
    usb = None if args.usb is None else Usb(args.usb)
    try:
        journal = journey.go_on(usb or _https(args))
    finally:
        _tell_of_stick(usb)
        _tell_of_root(journey, config.home)
    if journal.step is not Step.DONE:
        _tell_to_carry()
        return EXIT_WAITING
    _tell_done(journal, args.config)
    return EXIT_OK


def _label(args: argparse.Namespace, *, is_begun: bool) -> ClaimText | None:
    """Return what was given of a label; None where it goes on with the one that was begun with.

    Raises:
        ClaimUsageError: a code without its hub and fingerprint, and nobody to ask.
        IdentityTextError: a slip.
    """
    if args.qr_image is not None:
        from provisioning.claim.label_picture import label_in

        return label_in(args.qr_image)
    if args.code is None and (is_begun or not typed_label.is_terminal()):
        return None
    return typed_label.label_of(args.code, hub=args.hub, root=args.fingerprint)


def _https(args: argparse.Namespace) -> Https:
    try:
        bundle = None if args.bundle is None else args.bundle.read_bytes()
    except OSError as problem:
        raise ClaimUsageError(f"--bundle {args.bundle}: {problem.strerror}. Check the path.") from problem
    return Https(clock=SystemClock(), bundle_port=args.bundle_port, bundle=bundle)


def _tell_key_stays() -> None:
    print("--new-key: kunci tetap / the key stays. Kode ini sudah dikirim dengan kunci ini; dengan kunci lain hub "
          "menganggapnya salinan label / this code was sent with this key; with another the hub would take it for a "
          "copied label. Ditanya lagi dengan kunci yang sama / asked again with the same key. Hub menolak? / the hub "
          "refuses? Minta label baru / ask for a new label: provision claim --new-key --code -")  # fmt: skip


def _tell_of_stick(usb: Usb | None) -> None:
    """Say what was passed over and what was written, also where an error comes after it."""
    if usb is None:
        return
    if usb.passed_over:
        print(f"Jawaban di stik dilewati / the answer on the stick is passed over: {usb.passed_over}")
    if usb.written is not None:
        print(f"Tertulis / written: {usb.written}")


def _tell_of_root(journey: Journey, home: Path) -> None:
    if journey.is_roots:
        print(f"{home}: milik root / belongs to root. Agen berjalan sebagai pengguna lain? / does the agent run as "
              f"another user? chown -R {SERVICE_USER}: {shlex.quote(str(home))}")  # fmt: skip


def _tell_to_carry() -> None:
    print("1. Cabut stik dengan aman dan bawa ke hub / unmount the stick, carry it to the hub: hub usb import DIR")
    print("2. Bawa kembali ke kotak ini / carry it back to this box: provision claim --usb DIR")
    print("Stik memuat kode klaim: jaga seperti label / the stick holds the claim code: guard it like the label.")


def _tell_done(journal: Journal, config: Path) -> None:
    print(f"Kotak ini sekarang / this box is now: {journal.node}")
    print(f"Tertulis di / written in {config}: box.node, hub.host, hub.port, hub.tls")
    print(f"Musnahkan label / destroy the label. Berikutnya / next: edge-agent run --config {shlex.quote(str(config))}")
