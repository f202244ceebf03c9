"""`provision renew`: asks the hub whether it is time, and lays the next certificate beside the one in use.

The uplink runs it by itself, once a day; typed by a person it does the same. It goes on where it stopped. A hub that
has moved since the label was printed is named once, by `--hub` and `--box-port`: kept when the hub has answered there.
"""

import argparse
import os
from pathlib import Path

from msgspec.structs import replace

from contract.clock import SystemClock, aware
from edge_agent.renewal.slots import Slots
from provisioning.claim.box_config import BoxConfigFile
from provisioning.claim.identity_folder import IdentityFolder, Journal, Step
from provisioning.identity import claim_text
from provisioning.renewal.errors import NotClaimedError
from provisioning.renewal.renewing import Renewed, Renewing, Result

_CONFIG = Path("/etc/jagawai/box.toml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which box."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--config", type=Path, default=_CONFIG, metavar="F", help=f"the box's TOML file; default: {_CONFIG}"
    )
    which.add_argument("--home", type=Path, metavar="DIR", help="the box's home, instead of its config")
    parser.add_argument("--hub", metavar="HOST:PORT", help="the hub is here since the label was printed; kept")
    parser.add_argument(
        "--box-port", type=_port, metavar="N", help="its port for boxes, if not two above; kept; 0: two above"
    )


def run(args: argparse.Namespace) -> int:
    """Go on as far as it can be gone."""
    home = BoxConfigFile(args.config).home if args.home is None else args.home
    folder = IdentityFolder(home)
    written = _journal(folder)
    journal = _moved(written, hub=args.hub, box_port=args.box_port)
    renewing = Renewing(place=Slots(folder.path), journal=journal, clock=SystemClock())
    if journal != written:
        renewing.find_hub()
        folder.keep_journal(journal)
    renewed = renewing.go_on()
    print(_told(renewed, journal.node))
    return 0


def _journal(folder: IdentityFolder) -> Journal:
    """Return what the claim has written down.

    Raises:
        NotClaimedError: the claim is not done, or root types for another user.
    """
    if not folder.path.is_dir():
        raise NotClaimedError(f"{folder.path}: tidak ada / is not there. Coba / try: provision claim")
    owner = folder.path.stat().st_uid
    if os.geteuid() != owner:
        raise NotClaimedError(
            f"{folder.path}: milik pengguna lain / of another user, {owner}. "
            f"Coba / try: sudo -u '#{owner}' provision renew"
        )
    journal = folder.journal()
    if journal is None or journal.step is not Step.DONE:
        raise NotClaimedError(
            f"{folder.path}: klaim belum selesai / the claim is not done. Coba / try: provision claim"
        )
    return journal


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65_535:  # noqa: PLR2004 - the ports there are
        raise argparse.ArgumentTypeError(f"expected 0 sampai / to 65535, got {text!r}")
    return port


def _moved(journal: Journal, *, hub: str | None, box_port: int | None) -> Journal:
    """Return what is known of the claim, with where the hub is now.

    Raises:
        ClaimTextError: that is no address.
    """
    address = journal.address if hub is None else claim_text.address(hub)
    kept = journal.box_port if box_port is None else box_port or None
    return replace(journal, address=address, box_port=kept)


def _told(renewed: Renewed, node: str) -> str:
    if renewed.result is Result.NOT_DUE:
        day = f"{aware(renewed.due_ms):%Y-%m-%d}"
        return f"{node}: sertifikat belum waktunya diganti / not yet time; mulai / from {day}"
    return f"{node}: sertifikat baru siap; uplink memindahkan / the new one is ready; the uplink goes over to it"
