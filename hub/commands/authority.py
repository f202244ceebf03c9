"""`hub authority init|rotate|server|show`: the hub's own issuing authority."""

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.commands import hidden_word
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import HubConfig
from hub.errors import ConfigError
from hub.fleet.authority import keys, making, root_key, shelf, signers
from hub.fleet.authority.errors import PassphraseError
from hub.fleet.authority.root_place import RootPlace
from hub.fleet.authority.shelf import Authority
from hub.fleet.authority.standing import Deed, Standing, standing
from hub.storage import connection as database
from hub.storage.connection import Connection
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
    for action in (first, again, look):
        action.add_argument(
            "--root",
            type=Path,
            required=action is not look,
            metavar="DIR",
            help="directory of the root key" + ("; look whether that copy opens" if action is look else ""),
        )
        action.add_argument("--passphrase-stdin", action="store_true", help="read the passphrase from standard input")
    first.add_argument(
        "--take-root", action="store_true", help="use the root key in DIR even if it is old or of another city"
    )  # fmt: skip
    for action in (first, again, own):
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
        _rotate(args, config, now=now)
    elif args.action == "server":
        with _noted(args, config):
            making.renew_own(home=home, names=args.name, now=now)
        print("Sertifikat hub baru / the hub's own certificates are new. Mulai ulang hub dan broker / restart both.")
    authority = shelf.open_authority(home)
    copy = None
    if args.action == "show" and args.root is not None:
        copy = root_key.verify_copy(
            authority, root_folder=args.root, passphrase=_passphrase(args, is_new=False)
        )  # fmt: skip
    if getattr(args, "json", False):
        print(_as_json(authority, standing(authority, now=now), copy=copy))
    else:
        _show(authority, standing(authority, now=now))
        if copy is not None:
            print(f"\nSalinan ini terbuka dan benar / this copy opens and is the root key of this hub: {copy}")
    return 0


def _init(args: argparse.Namespace, config: HubConfig, *, now: datetime) -> None:
    home, city = config.home_path(), config.city.name
    signers.verify_clock(now)
    making.verify_absent(home)  # before anybody thinks of a passphrase
    if not args.take_root:
        making.verify_resumed(root_key.place_for(args.root, home=home), city=city, now=now)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError([f"home: the folder {home} cannot be made: {problem.strerror}. Choose another."]) from problem
    passphrase = _passphrase(args, is_new=True)
    with _noted(args, config):
        made = making.init(
            home=home,
            root_folder=args.root,
            passphrase=passphrase,
            names=args.name,
            city=city,
            now=now,
            takes_root=args.take_root,
        )
    if made.has_resumed:
        print(f"Dilanjutkan dengan kunci akar yang ada / went on with the root key that was there: {made.root_file}")
    print(f"Otoritas dibuat / the authority is made. Kunci akar / root key: {made.root_file}")


def _rotate(args: argparse.Namespace, config: HubConfig, *, now: datetime) -> None:
    passphrase = _passphrase(args, is_new=False)
    with _noted(args, config):
        made = making.rotate(
            home=config.home_path(), root_folder=args.root, passphrase=passphrase, names=args.name, now=now
        )  # fmt: skip
    print(f"Kunci penerbit baru / new issuing key: {made.current.number}. Mulai ulang hub dan broker / restart both.")


@contextmanager
def _noted(args: argparse.Namespace, config: HubConfig) -> Iterator[None]:
    """Write into the audit log that something is begun before a file is touched, and that it is done after it.

    Files and database cannot be changed in one step. A beginning with nothing after it was refused or cut short.
    """
    with opened(config) as connection:
        _note(connection, config, Action.AUTHORITY_BEGUN, subject=audit_log.NOBODY, detail={"deed": args.action})
        yield
        made = shelf.open_authority(config.home_path())
        subject = fingerprint.short(made.fingerprint)
        _note(connection, config, _NOTED[args.action], subject=subject, detail={"issuing": made.current.number})


def _note(
    connection: Connection, config: HubConfig, action: Action, *, subject: str, detail: dict[str, str | int]
) -> None:
    with database.write(connection):
        audit_log.note(
            connection,
            now_ms=config.make_clock().now_ms(),
            actor=audit_log.of_shell(),
            action=action,
            subject=subject,
            detail=detail,
        )


def _passphrase(args: argparse.Namespace, *, is_new: bool) -> str:
    """Return the passphrase of the root key, typed twice alike where it is new.

    Raises:
        PassphraseError: the two differ, or there is nobody to ask.
    """
    if args.passphrase_stdin:
        try:
            return sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError as problem:
            raise PassphraseError("Frasa sandi / passphrase: bukan UTF-8 / standard input is not UTF-8.") from problem
    if is_new:
        print(f"Frasa sandi kunci akar, paling sedikit {keys.PASSPHRASE_SHORTEST} huruf; tulis di kertas, simpan di "
              "brankas lain / passphrase of the root key; write it on paper, keep it in another safe.")  # fmt: skip
    passphrase = hidden_word.ask("Frasa sandi / passphrase: ", otherwise="--passphrase-stdin")
    if is_new and hidden_word.ask("Sekali lagi / again: ", otherwise="--passphrase-stdin") != passphrase:
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
    if not found.root_keys and not deeds:
        deeds = (_NOTHING_WRONG,)
    for deed in deeds:
        print(f"-> {deed.indonesian}\n   {deed.english}" + (f"\n   {deed.command}" if deed.command else ""))
    for place in found.root_keys:
        _warn(place)


def _warn(place: RootPlace) -> None:
    """Print the loud part: a root key in reach of whoever gets into this machine, and how it gets away."""
    if not place.is_seen:
        print(
            f"\n!!! MUNGKIN ADA KUNCI AKAR / THERE MAY BE A ROOT KEY: {place.path}\n"
            "    Pengguna ini tidak boleh melihatnya / this user may not look. Coba / try: sudo hub authority show"
        )
        return
    remove = f"shred -u {shlex.quote(str(place.path))}"
    if place.is_on_hub_disk:
        where = "Ini bukan stik / this is no stick: disk hub sendiri / the hub's own disk."
        away = f"Hapus dari mesin ini / remove it here: {remove}"
    else:
        where = "Di perangkat lain, mungkin stik / on another device, perhaps a stick."
        away = f"Cabut stik / unplug the stick. Bukan stik? / no stick? {remove}"
    print(
        f"\n!!! KUNCI AKAR MASIH ADA DI MESIN INI: {place.path}\n"
        f"!!! THE ROOT KEY STILL LIES ON THIS MACHINE. {where}\n"
        f"    1. Salin {place.path.parent} sampai ada di dua stik USB / copy it until it is on two USB sticks.\n"
        "    2. Periksa tiap stik / check each stick: hub authority show --root DIR\n"
        "    3. Simpan di dua brankas / lock them into two safes.\n"
        f"    4. {away}\n"
        "    Siapa memegangnya dapat membuat kotak palsu / whoever holds it can make false boxes."
    )


_NOTHING_WRONG = Deed(
    indonesian="Tidak ada yang mendesak. Berikutnya: kode untuk kotak baru.",
    english="Nothing is urgent. Next: a code for a new box.",
    command="hub claim new SITE --sheet LABEL.pdf",
)


def _as_json(authority: Authority, found: Standing, *, copy: Path | None) -> str:
    picture = {
        "fingerprint": authority.fingerprint,
        "fingerprint_short": fingerprint.short(authority.fingerprint),
        "certificates": [
            {"name": item.english, "ends": item.ends.isoformat() if item.ends else None, "detail": item.detail}
            for item in found.items
        ],
        "next": [deed.command or deed.english for deed in found.deeds],
        "root_keys_on_this_machine": [
            {"path": str(place.path), "on_hub_disk": place.is_on_hub_disk, "seen": place.is_seen}
            for place in found.root_keys
        ],
        "root_copy_opens": str(copy) if copy else None,
    }
    return json.dumps(picture)
