"""`hub broker render|check|apply`: a broker's files from the one description, and what is installed against them.

`render` and `check` start, stop and reload nothing; none of the three copies a key. `apply` is a root's unit's: it puts
the access list in place that ingest keeps, and has mosquitto read it.
"""

import argparse
import shlex
import subprocess
from pathlib import Path

from hub.broker import applying, files, units
from hub.broker.applying import Place
from hub.broker.boxes import Boxes, of_database
from hub.broker.description import MQTTS_PORT
from hub.broker.errors import ApplyError
from hub.broker.files import Difference
from hub.broker.kinds import KINDS, MOSQUITTO, Kind
from hub.broker.of_config import RECEIPT_OF_ROOT, described, kept_folder
from hub.commands.config_argument import add_config, config_of, opened
from hub.config import LOOPBACK, HubConfig
from hub.fleet.authority import shelf
from hub.storage import connection as database

RELOAD = "systemctl reload mosquitto"
RELOAD_WITHIN_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three actions."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="render|check|apply")
    rendering = actions.add_parser("render", help="write a broker's configuration and rights; starts nothing")
    checking = actions.add_parser("check", help="compare what is installed with what would be rendered; writes nothing")
    rendering.add_argument("--out", type=Path, required=True, metavar="DIR", help="directory to write into")
    for action in (rendering, checking):
        action.add_argument("--kind", choices=sorted(KINDS), required=True)
        action.add_argument(
            "--installed",
            type=Path,
            metavar="DIR",
            help="where the broker reads its files; default: /etc/mosquitto, or broker/ in the hub's folder",
        )
        add_config(action)
    putting = actions.add_parser("apply", help="as root: put the access list in place that ingest keeps, and reload")
    putting.add_argument("--from", dest="offered", type=Path, required=True, metavar="FILE", help="the list of the hub")
    putting.add_argument("--installed", type=Path, default=MOSQUITTO.own_folder, metavar="DIR")
    putting.add_argument("--user", default="mosquitto", help="the broker's own user; default: mosquitto")
    putting.add_argument("--receipt", type=Path, default=RECEIPT_OF_ROOT, metavar="FILE")
    putting.add_argument("--reload", default=RELOAD, metavar="COMMAND", help=f"default: {RELOAD}")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; `check` answers 1 where something differs."""
    if args.action == "apply":
        _apply(args)
        return 0
    config, kind = config_of(args), KINDS[args.kind]
    shelf.open_authority(config.home_path())
    folder = args.installed.resolve() if args.installed else kind.folder(home=config.home_path())
    if args.action == "render":
        with opened(config) as connection:
            boxes = of_database(connection)
        _render(config, kind, boxes, folder=folder, out=args.out.resolve())
        return 0
    connection = database.read_only(config.database_path())
    try:
        boxes = of_database(connection)
    finally:
        connection.close()
    return _check(config, kind, boxes, folder=folder)


def _render(config: HubConfig, kind: Kind, boxes: Boxes, *, folder: Path, out: Path) -> None:
    wanted = described(config, kind, boxes, folder=folder)
    rendered = kind.render(wanted)
    if kind is MOSQUITTO:
        rendered += units.render(offered_folder=kept_folder(config), installed=folder, user=config.broker.user)
    for path in files.write(out, rendered):
        print(f"Ditulis / written: {path} ({path.stat().st_mode & 0o777:04o})")
    print(
        f"  {kind.name}, TLS {wanted.listen}:{wanted.port}; kotak dikenal / boxes known: {len(boxes.known)}, "
        f"ditolak / denied: {len(boxes.denied)}"
    )
    for name in boxes.denied:
        print(f"  ditolak / denied: {name}. Sebabnya / why: hub node list")
    if wanted.listen == LOOPBACK:
        print(
            "  PERHATIAN / NOTE: hanya mesin ini sampai ke broker / only this machine reaches it. Kotak di luar / for "
            'boxes outside: [broker] listen = "0.0.0.0"'
        )
    print("Langkah berikut / next:")
    for line in _steps(config, kind, folder=folder, out=out):
        print(f"  {line}")
    if config.mqtt.tls is None:
        _tell_hub_config(config)


def _steps(config: HubConfig, kind: Kind, *, folder: Path, out: Path) -> list[str]:
    """Return what a person types, in order; a path with a space in it stays one word."""
    home = config.home_path()
    at = shlex.quote(str(out))
    if kind is not MOSQUITTO:
        moving = [] if out == folder else [f"install -m 0600 {at}/* {folder}/"]
        return [*moving, f"{kind.name} -c {folder}/nats.conf"]
    # A reload that finds no whole access list lets everybody do everything (measured): never without the check.
    install = f"sudo install -o root -g {config.broker.user} -m 0640"
    copies = (kind.authority(home=home, folder=folder), kind.server(home=home, folder=folder))
    return [
        f"{install} {at}/mosquitto.conf {at}/jagawai.acl {folder}/",
        *(f"{install} {one.source} {one.installed}" for one in copies),
        f"sudo hub broker check --kind {kind.name} --config HUB.toml && sudo systemctl restart mosquitto",
        "  lain kali cukup / later enough: reload instead of restart, selalu sesudah / always after: hub broker check",
        f"sudo install -o root -g root -m 0644 {at}/{units.NAME}.path {at}/{units.NAME}.service /etc/systemd/system/",
        f"sudo systemctl daemon-reload && sudo systemctl enable --now {units.NAME}.path {units.NAME}.service",
    ]


def _tell_hub_config(config: HubConfig) -> None:
    folder = shelf.folder_of(config.home_path())
    client = folder / shelf.CLIENT
    print(
        "Hub sendiri / the hub itself, in hub.toml:\n"
        f'  [mqtt]\n  port = {MQTTS_PORT}\n  [mqtt.tls]\n  ca = "{folder / shelf.BUNDLE}"\n'
        f'  certificate = "{client}"\n  key = "{client}"\n  [broker]\n  embedded = false'
    )


def _check(config: HubConfig, kind: Kind, boxes: Boxes, *, folder: Path) -> int:
    home = config.home_path()
    reader = config.broker.user if kind is MOSQUITTO else None
    rendered = kind.render(described(config, kind, boxes, folder=folder))
    found = list(files.differences(folder, rendered, reader=reader))
    for placed in (kind.authority(home=home, folder=folder), kind.server(home=home, folder=folder)):
        found += files.copy_differences(placed.source, placed.installed, reader=reader)
    if not found:
        print(
            f"Sama / the same: {kind.name} di / in {folder}, {len(boxes.known)} kotak / boxes, "
            f"{len(boxes.denied)} ditolak / denied"
        )
        return 0
    for one in found:
        _tell(one)
    print(
        f"-> JANGAN muat ulang broker sebelum ini sama / DO NOT reload the broker before this is the same.\n"
        f"   hub broker render --kind {kind.name} --out DIR, pasang / install, hub broker check"
    )
    return 1


def _apply(args: argparse.Namespace) -> None:
    """Put the list in place and reload, or touch nothing and say why.

    Raises:
        ApplyError: something is not as it should be.
    """
    place = Place(installed=args.installed, user=args.user, receipt=args.receipt)
    is_new = applying.apply(args.offered, place, reload=lambda: _reload(args.reload))
    print("Terpasang, broker dimuat ulang / in place, broker reloaded." if is_new else "Sudah sama / the same already.")


def _reload(command: str) -> None:
    try:
        subprocess.run(shlex.split(command), check=True, timeout=RELOAD_WITHIN_S)
    except (OSError, subprocess.SubprocessError) as problem:
        raise ApplyError(
            f"Daftar hak terpasang, tetapi broker belum membacanya / the access list is in place and not read yet: "
            f"{problem}. Coba / try: sudo systemctl restart mosquitto"
        ) from problem


def _tell(one: Difference) -> None:
    print(f"{one.path}: {one.indonesian} / {one.english}")
    for line in one.lines:
        print(f"    {line}")
