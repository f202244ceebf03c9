"""`hub authority init|rotate|server|show`: the hub's own issuing authority."""

import argparse
import getpass
import json
import sys
from datetime import datetime
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import HubConfig
from hub.errors import ConfigError
from hub.fleet.authority import keys, making, shelf
from hub.fleet.authority.errors import PassphraseError
from hub.fleet.authority.shelf import Authority
from hub.fleet.authority.standing import Deed, Standing, standing
from hub.storage import connection as database
from provisioning.identity import fingerprint

_NOTED = {
    "init": Action.AUTHORITY_MADE,
    "rotate": Action.AUTHORITY_ROTATED,
    "server": Action.AUTHORITY_RENEWED,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the four actions."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="init|rotate|server|show")
    first = actions.add_parser("init", help="make root key, issuing key and the hub's own certificates; once")
    again = actions.add_parser("rotate", help="a new issuing key signed by the root; the old one holds until its end")
    own = actions.add_parser("server", help="the hub's own certificates anew, or under other names; no root key needed")
    look = actions.add_parser("show", help="what there is, until when, what to do next")
    for action in (first, again):
        action.add_argument("--root", type=Path, required=True, metavar="DIR", help="directory of the root key")
        action.add_argument("--passphrase-stdin", action="store_true", help="read the passphrase from standard input")
    for action in (first, own):
        action.add_argument(
            "--name",
            action="append",
            default=[],
            required=action is first,
            help="DNS name or IP address by which boxes and people reach the hub; may be given again",
        )
    look.add_argument("--json", action="store_true", help="for scripts")
    for action in (first, again, own, look):
        add_config(action)


def run(args: argparse.Namespace) -> int:
    """Do what was asked. Certificates live in real time, whatever clock the hub runs on."""
    config = config_of(args)
    home, now = config.home_path(), aware(SystemClock().now_ms())
    if args.action == "init":
        _init(args, config, now=now)
    elif args.action == "rotate":
        passphrase = _passphrase(args, is_new=False)
        made = making.rotate(home=home, root_folder=args.root, passphrase=passphrase, now=now)
        print(
            f"Kunci penerbit baru / new issuing key: {made.current.number}. Mulai ulang hub dan broker / restart both."
        )
    elif args.action == "server":
        making.renew_own(home=home, names=args.name, now=now)
        print("Sertifikat hub baru / the hub's own certificates are new. Mulai ulang hub dan broker / restart both.")
    authority = shelf.open_authority(home)
    if args.action in _NOTED:
        _note(config, _NOTED[args.action], authority)
    if getattr(args, "json", False):
        print(_as_json(authority, standing(authority, now=now)))
    else:
        _show(authority, standing(authority, now=now))
    return 0


def _init(args: argparse.Namespace, config: HubConfig, *, now: datetime) -> None:
    home = config.home_path()
    making.verify_clock(now)
    making.verify_absent(home)  # before anybody thinks of a passphrase
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError([f"home: the folder {home} cannot be made: {problem.strerror}. Choose another."]) from problem
    made = making.init(
        home=home,
        root_folder=args.root,
        passphrase=_passphrase(args, is_new=True),
        names=args.name,
        city=config.city.name,
        now=now,
    )
    if made.has_resumed:
        print(f"Dilanjutkan dengan kunci akar yang ada / went on with the root key that was there: {made.root_file}")
    print(f"Otoritas dibuat / the authority is made. Kunci akar / root key: {made.root_file}")


def _note(config: HubConfig, action: Action, authority: Authority) -> None:
    """Write the deed into the audit log; what was done to files stands even where this fails."""
    with opened(config) as connection, database.write(connection):
        audit_log.note(
            connection,
            now_ms=config.make_clock().now_ms(),
            actor=audit_log.of_shell(),
            action=action,
            subject=fingerprint.short(authority.fingerprint),
            detail={"issuing": authority.current.number},
        )


def _passphrase(args: argparse.Namespace, *, is_new: bool) -> str:
    """Return the passphrase of the root key, typed twice alike where it is new.

    Raises:
        PassphraseError: the two differ.
    """
    if args.passphrase_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if is_new:
        print(f"Frasa sandi kunci akar, paling sedikit {keys.PASSPHRASE_SHORTEST} huruf; tulis di kertas, simpan di "
              "brankas lain / passphrase of the root key; write it on paper, keep it in another safe.")  # fmt: skip
    passphrase = getpass.getpass("Frasa sandi / passphrase: ")
    if is_new and getpass.getpass("Sekali lagi / again: ") != passphrase:
        raise PassphraseError("Frasa sandi tidak sama / the passphrases differ. Coba lagi / try again.")
    return passphrase


def _show(authority: Authority, found: Standing) -> None:
    """Print the picture; the loud part last, where eyes are."""
    print(f"\nOtoritas / authority: {authority.folder}")
    for item in found.items:
        ends = "TIDAK ADA / MISSING" if item.ends is None else f"sampai / until {item.ends:%Y-%m-%d}"
        print(f"  {f'{item.indonesian} / {item.english}':<36} {ends}  {item.detail}".rstrip())
    print(f"Sidik jari / fingerprint: {fingerprint.short(authority.fingerprint)}")
    print(f"  SHA-256 SubjectPublicKeyInfo akar / of the root: {authority.fingerprint}")
    deeds = found.deeds
    if found.root_key is None and not deeds:
        deeds = (_NOTHING_WRONG,)
    for deed in deeds:
        print(f"-> {deed.indonesian}\n   {deed.english}" + (f"\n   {deed.command}" if deed.command else ""))
    if found.root_key is not None:
        folder = found.root_key.parent
        print(
            f"\n!!! KUNCI AKAR MASIH ADA DI MESIN INI: {found.root_key}\n"
            f"!!! THE ROOT KEY STILL LIES ON THIS MACHINE.\n"
            f"    1. Salin {folder} ke dua stik USB / copy it to two USB sticks.\n"
            "    2. Simpan di dua brankas / lock them into two safes.\n"
            f"    3. Hapus dari mesin ini / remove it here: shred -u {found.root_key}\n"
            "    Siapa memegangnya dapat membuat kotak palsu / whoever holds it can make false boxes."
        )


_NOTHING_WRONG = Deed(
    indonesian="Tidak ada yang mendesak. Berikutnya: kode untuk kotak baru.",
    english="Nothing is urgent. Next: a code for a new box.",
    command="hub claim new SITE --sheet LABEL.pdf",
)


def _as_json(authority: Authority, found: Standing) -> str:
    picture = {
        "fingerprint": authority.fingerprint,
        "fingerprint_short": fingerprint.short(authority.fingerprint),
        "certificates": [
            {"name": item.english, "ends": item.ends.isoformat() if item.ends else None, "detail": item.detail}
            for item in found.items
        ],
        "next": [deed.command or deed.english for deed in found.deeds],
        "root_key_on_this_machine": str(found.root_key) if found.root_key else None,
    }
    return json.dumps(picture)
