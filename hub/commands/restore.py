"""`hub restore FILE --identity KEY --to DIR`, and `--drill`: try that a backup can be put back, and leave nothing."""

import argparse
import os
import shlex
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.backup.contents import CONFIG
from hub.backup.keys import read_key
from hub.backup.owner import ROOT, name_of
from hub.backup.restoring import Restored, drill, restore
from hub.broker import mosquitto
from hub.broker.kinds import MOSQUITTO
from hub.commands.config_argument import add_config, config_of
from hub.commands.drill_remains import sweep
from hub.config import load_config
from hub.errors import ConfigError
from hub.signals import ending_tidily


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is put back, and where."""
    parser.add_argument("file", type=Path, help="the backup, jagawai-….tar.age")
    parser.add_argument("--identity", type=Path, required=True, metavar="KEY", help="private half of the backup key")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--to", type=Path, metavar="DIR", help="the hub's new folder; empty, or not there yet")
    place.add_argument("--drill", action="store_true", help="put it back beside the hub's data, look, take it away")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Put it back, or try."""
    sweep(args)
    watch = SystemClock()
    began_ms, now_ms = watch.real_ms(), watch.now_ms()
    with ending_tidily():
        if args.drill:
            hub_home = config_of(args).home_path()
            done = drill(args.file, read_key(args.identity), hub_home, now_ms=now_ms)
        else:
            done = restore(args.file, read_key(args.identity), args.to.resolve(), now_ms=now_ms)
    _tell(done, took_s=(watch.real_ms() - began_ms) / 1000)
    if args.drill:
        print("Latihan berhasil, tidak ada yang diubah / the drill went well, nothing was changed.")
    else:
        _tell_next(done)
    return 0


def _tell(done: Restored, *, took_s: float) -> None:
    manifest = done.manifest
    print(
        f"Cadangan / backup {aware(manifest.made_ms).isoformat(timespec='seconds')}, jagawai {manifest.agent}: "
        f"{manifest.records} rekaman / records, {manifest.alerts} alarm / alerts, {len(manifest.parts)} berkas / files"
    )
    print(f"Utuh / whole: SHA-256, integrity_check; masa basis data / epoch {manifest.db_epoch} -> {done.db_epoch}")
    print(f"{took_s:.1f} s")


def _tell_next(done: Restored) -> None:
    config_file = done.home / CONFIG
    starter = _tell_owner(done.home)
    try:
        config = load_config(config_file)
    except ConfigError as problem:
        print(f"PERHATIAN / NOTE: {problem}")
        _tell_denied(config_file, starter)
        return
    home = config.home_path().resolve()
    if home != done.home:
        print(f'PERHATIAN / NOTE: {config_file}: home -> {home}. Tulis / write: home = "."')
    if not config.broker.embedded:
        _tell_denied(config_file, starter)
    print(f"Lanjut / next: {starter}hub run --config {shlex.quote(str(config_file))}")
    if done.revoked:
        print(f"{done.revoked} kode yang belum dipakai dicabut / unused codes were revoked: hub claim new SITE")
    print(
        "Semua sesi, token dan tautan layar berakhir / all sessions, tokens and links of screens ended: /token.\n"
        "Lihat / look at: hub user list: siapa ditutup, ganti peran atau kata sandi sesudah cadangan ini, kembali "
        "seperti dahulu / whoever was switched off or got another role or password since this backup is as before."
    )
    print("Alat mengirim ulang yang masih disimpannya (24 jam) / boxes offer again what they still keep (24 h).")


def _tell_denied(config_file: Path, starter: str) -> None:
    """Say how boxes that were denied after the backup stay so: the started hub lets the broker forget them."""
    installed = MOSQUITTO.folder(home=config_file.parent) / mosquitto.RIGHTS
    print(
        "SEBELUM hub dijalankan / BEFORE the hub is started: kotak yang dicabut sesudah cadangan ini hanya tertulis di "
        "broker, dan hub menimpanya / boxes revoked since this backup stand at the broker alone, and the hub writes "
        f"over it:\n  sudo grep ^user {installed} | tee ditolak.txt\n  {starter}hub node revoke NAMA --lost --reason X "
        f"--config {shlex.quote(str(config_file))}   # tiap nama selain hub / each name but hub; docs/backup.md"
    )


def _tell_owner(home: Path) -> str:
    """Say whose the folder is, where root made it; return how a command of that user begins."""
    if os.geteuid() != ROOT:
        return ""
    owner = home.stat().st_uid
    if owner == ROOT:
        print(
            f"PERHATIAN / NOTE: {home}: milik root / root's. Layanan hub jalan sebagai pengguna lain? / does the hub's "
            f"service run as another user? Coba / try: chown -R USER: {shlex.quote(str(home))}"
        )
        return ""
    print(f"Milik / belongs to: {name_of(owner)}")
    return f"sudo -u {name_of(owner)} "
