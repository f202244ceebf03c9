"""`hub backup key`, `make`, `list`: encrypted copies of the hub while it goes on."""

import argparse
import sys
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.backup import place
from hub.backup.contents import FOLDERS, backups_in
from hub.backup.keys import make_key, read_public
from hub.backup.making import Made, make_backup, passed_over
from hub.backup.owner import as_owner_of
from hub.commands.config_argument import add_config, config_of, config_path_of, opened
from hub.commands.drill_remains import sweep
from hub.config import HubConfig
from hub.signals import ending_tidily
from hub.storage import connection as database

OLD_AFTER_MS = 2 * 86_400_000
"""A backup a day is meant; one that failed is no reason to call anybody, two are."""
EXIT_OLD = EXIT_INCOMPLETE = 1
_MIB = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three actions."""
    add_config(parser)
    actions = parser.add_subparsers(dest="action", required=True, metavar="key|make|list")
    key = actions.add_parser("key", help="make the key: its private half for the safe, its public half for the config")
    key.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the private half goes: a USB stick")
    making = actions.add_parser("make", help="make a backup now; the hub goes on meanwhile")
    making.add_argument("--to", type=Path, metavar="DIR", help="another folder than backup.folder")
    listing = actions.add_parser("list", help=f"what there is; exit code {EXIT_OLD} if the newest is older than 2 days")
    for action in (key, making, listing):
        add_config(action)


def run(args: argparse.Namespace) -> int:
    """Do what was asked. Backups live in real time, whatever clock the hub runs on."""
    now_ms = SystemClock().now_ms()
    sweep(args)
    if args.action == "key":
        return _key(args.out, now_ms=now_ms)
    config = config_of(args)
    if args.action == "list":
        return _list(config, now_ms=now_ms)
    # What root made in the hub's folder the hub's own daily backup could not go on with.
    by_owner = nullcontext() if args.to else as_owner_of(config.home_path())
    with ending_tidily(), place.told("hub backup make", config.home_path()), by_owner:
        return _make(config, config_path_of(args), args.to, now_ms=now_ms)


def _key(out: Path, *, now_ms: int) -> int:
    public = make_key(out, now=aware(now_ms))
    print(f"Kunci cadangan / backup key: {out} (rahasia: ke brankas, bukan di mesin ini / a secret: into the safe,")
    print("not on this machine; without it no backup can be opened). Ke / into hub.toml:\n")
    print(f'[backup]\nrecipient = "{public}"')
    return 0


def _make(config: HubConfig, config_file: Path, to: Path | None, *, now_ms: int) -> int:
    recipient = read_public(config.backup.recipient)
    watch = SystemClock()
    began_ms = watch.real_ms()
    made = make_backup(
        config_file=config_file,
        home=config.home_path(),
        folder=to or Path(config.backup.folder),
        recipient=recipient,
        keep=config.backup.keep,
        now=aware(now_ms),
        tell=_tell_share if sys.stderr.isatty() else lambda _: None,
    )
    with opened(config) as connection, database.write(connection):
        audit_log.note(
            connection,
            now_ms=config.make_clock().now_ms(),
            actor=audit_log.of_shell(),
            action=Action.BACKUP_MADE,
            subject=made.file.name,
            detail={"bytes": made.size, "records": made.manifest.records},
        )
    _tell(made, config, config_file, took_s=(watch.real_ms() - began_ms) / 1000)
    return EXIT_INCOMPLETE if passed_over(config.home_path()) else 0


def _tell_share(share: float) -> None:
    print(f"\r{share:4.0%}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)


def _tell(made: Made, config: HubConfig, config_file: Path, *, took_s: float) -> None:
    print(
        f"{made.file}: {made.size / _MIB:.1f} MiB, {made.manifest.records} rekaman / records, {made.manifest.alerts} "
        f"alarm / alerts, {len(made.manifest.parts)} berkas / files, {took_s:.1f} s"
    )
    for path in made.removed:
        print(f"  dihapus / removed: {path.name} (backup.keep = {config.backup.keep})")
    for path in (*_outside(config), *passed_over(config.home_path())):
        print(f"  PERHATIAN / NOTE: tidak termasuk / not included: {path} ({config_file})")


def _outside(config: HubConfig) -> list[Path]:
    """Return files that the config names and that no backup holds; a city keeps its own copy of them."""
    tls = config.mqtt.tls
    named = [config.webhook.secret_file, config.city.map_pack, *((tls.ca, tls.certificate, tls.key) if tls else ())]
    kept = [config.home_path() / name for name in FOLDERS]
    places = [Path(name) for name in named if name]
    return [
        place for place in places if place.exists() and place.parent.resolve() not in {one.resolve() for one in kept}
    ]


def _list(config: HubConfig, *, now_ms: int) -> int:
    folder, zone = Path(config.backup.folder), timezone(timedelta(hours=config.city.utc_offset_h))
    found = backups_in(folder)
    for path in found:
        made = _made_at(path)
        print(f"{made.astimezone(zone):%Y-%m-%d %H:%M} {config.city.zone_name}  {_size(path)}  {path}")
    if not found:
        print(f"{folder}: belum ada cadangan / no backup yet. Coba / try: hub backup make")
        return EXIT_OLD
    age_ms = now_ms - round(1000 * _made_at(found[-1]).timestamp())
    if age_ms < -OLD_AFTER_MS:
        print(
            f"!!! {found[-1].name}: dari masa depan / of the future. Jam benar? Is the clock right? Then move it away."
        )
        return EXIT_OLD
    if age_ms > OLD_AFTER_MS:
        print(f"!!! Cadangan terbaru / the newest backup: {age_ms // 86_400_000} hari / days. hub backup make")
        return EXIT_OLD
    return 0


def _made_at(path: Path) -> datetime:
    return datetime.strptime(path.name.split(".")[0].rpartition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _size(path: Path) -> str:
    return f"{path.stat().st_size / _MIB:9.1f} MiB"
