"""`hub install`: the second half of `scripts/install-hub`, which made the program that this is part of.

Nobody types it: the script checks the machine, the bundle and the packages first.
"""

import argparse
import os
from contextlib import closing
from pathlib import Path

from contract.clock import SystemClock
from hub.config import HubConfig
from hub.installing import installation, keys_and_config, layout, removal
from hub.installing.answers import ZONES, Answers, at_terminal
from hub.installing.errors import InstallError, QuestionError
from hub.installing.installation import Wanted
from hub.installing.machine import Machine
from hub.storage import connection as database
from hub.storage import first_admin, people


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options, which are those of install-hub too."""
    parser.add_argument("--release", default="", help="name of the folder below /opt/jagawai; install-hub gives it")
    parser.add_argument("--root", type=Path, metavar="DIR", help="folder on the USB stick for root key and backup key")
    parser.add_argument("--name", action="append", default=[], help="name or IP address of the hub; may be given again")
    parser.add_argument("--city", default="", help="name of the city")
    parser.add_argument("--zone", default="", choices=["", *ZONES], metavar="|".join(ZONES), help="time of the city")
    parser.add_argument("--passphrase-stdin", action="store_true", help="read the root key's passphrase from stdin")
    parser.add_argument("--take-root", action="store_true", help="use a root key in DIR that is older than a day")
    parser.add_argument("--from-backup", type=Path, metavar="FILE", help="go on with the hub that is in this backup")
    parser.add_argument("--identity", type=Path, metavar="KEY", help="private half of the key of that backup")
    parser.add_argument("--no-firewall", action="store_true", help="leave the firewall to somebody else")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")
    parser.add_argument("--remove", action="store_true", help="take program and units away; keep /var/lib/jagawai")
    parser.add_argument("--going-back", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Install, or remove."""
    _verify_called_rightly(args)
    machine = Machine(is_dry=args.dry_run)
    if args.remove:
        removal.remove(machine)
        print(
            f"Hub dilepas / the hub is removed. Tetap ada / kept: mosquitto, {layout.HOME} (data, otoritas / "
            f"authority, cadangan / backups). Hapus sendiri / remove yourself: rm -r {layout.HOME}"
        )
        return 0
    answers = Answers(
        city=args.city, zone=args.zone, names=tuple(args.name), root=args.root, ask=at_terminal()
    )  # fmt: skip
    wanted = Wanted(
        release=args.release,
        answers=answers,
        has_firewall=not args.no_firewall,
        has_passphrase_in=args.passphrase_stdin,
        takes_root=args.take_root,
        backup=_backup(args),
        is_going_back=args.going_back,
    )
    is_started = installation.install(machine, wanted)
    if args.dry_run:
        print("Tidak ada yang diubah / nothing was changed.")
    elif not args.going_back:
        _tell(machine, keys_and_config.read(machine), wanted, is_started=is_started)
    return 0


def _verify_called_rightly(args: argparse.Namespace) -> None:
    """Look whether the script called, as root.

    Raises:
        InstallError: somebody typed this.
    """
    if os.geteuid() != 0:
        raise InstallError(f"{layout.OPT}: hanya root / root alone. Coba / try: sudo install-hub")
    program = layout.OPT / args.release / "bin" / "python3"
    if not args.remove and not args.dry_run and not (args.release and program.exists()):
        raise InstallError(f"{program}: tidak ada / is not there. Coba / try: install-hub dari bundel / of the bundle")


def _backup(args: argparse.Namespace) -> tuple[Path, Path] | None:
    """Return the backup to go on with, and its key.

    Raises:
        QuestionError: one was named without the other.
    """
    if (args.from_backup is None) != (args.identity is None):
        raise QuestionError("--from-backup FILE --identity KEY: keduanya atau tidak sama sekali / both or neither.")
    return None if args.from_backup is None else (args.from_backup, args.identity)


def _tell(machine: Machine, config: HubConfig, wanted: Wanted, *, is_started: bool) -> None:
    """Print the address, the first administrator's link, and what comes next."""
    print(f"\nHub {config.city.name}: {config.public_url()}" + ("" if is_started else "  (belum jalan / not started)"))
    with closing(database.read_only(config.database_path())) as connection:
        has_admin = people.is_admin_there(connection)
        has_link = first_admin.is_any_open(connection, now_real_ms=SystemClock().now_ms())
    if has_link and not has_admin:
        print("Tautan pengelola pertama sudah dicetak / the first administrator's link was printed. Baru / new:")
        print("  runuser -u jagawai -- hub user first-admin")
    elif not has_admin:
        machine.run(
            "runuser", "-u", wanted.user, "--", *layout.hub("user", "first-admin", "--config", layout.CONFIG)
        )  # fmt: skip
    print(
        "Berikutnya / next:\n"
        "  1. Kunci akar dan kunci cadangan: dua stik, dua brankas / root key and backup key: two sticks, two safes:\n"
        "     hub authority show\n"
        "  2. Pengelola pertama / the first administrator: tautan di atas / the link above\n"
        f"  3. Stasiun dan lokasi, lalu kotak pertama / stations and sites, then the first box: {layout.CURRENT}/docs"
        "/city.md"
    )
