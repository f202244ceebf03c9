"""`hub restore FILE --identity KEY --to DIR`, and `--drill`: try that a backup can be put back, and leave nothing."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from contract.clock import SystemClock, aware
from hub.backup.contents import CONFIG
from hub.backup.keys import read_key
from hub.backup.restoring import Restored, restore
from hub.config import load_config
from hub.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is put back, and where."""
    parser.add_argument("file", type=Path, help="the backup, jagawai-….tar.age")
    parser.add_argument("--identity", type=Path, required=True, metavar="KEY", help="private half of the backup key")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--to", type=Path, metavar="DIR", help="the hub's new folder; empty, or not there yet")
    place.add_argument("--drill", action="store_true", help="put it back into a temporary folder, look, take it away")


def run(args: argparse.Namespace) -> int:
    """Put it back, or try."""
    watch = SystemClock()
    began_ms, identity = watch.real_ms(), read_key(args.identity)
    if args.drill:
        # Beside the backup: a system's folder for temporary files is often memory.
        with TemporaryDirectory(prefix=".drill-", dir=args.file.resolve().parent) as folder:
            done = restore(args.file, identity, Path(folder) / "hub", now_ms=watch.now_ms())
            _tell(done, took_s=(watch.real_ms() - began_ms) / 1000)
        print("Latihan berhasil, tidak ada yang diubah / the drill went well, nothing was changed.")
        return 0
    done = restore(args.file, identity, args.to.resolve(), now_ms=watch.now_ms())
    _tell(done, took_s=(watch.real_ms() - began_ms) / 1000)
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
    try:
        home = load_config(config_file).home_path().resolve()
    except ConfigError as problem:
        print(f"PERHATIAN / NOTE: {problem}")
        return
    if home != done.home:
        print(f'PERHATIAN / NOTE: {config_file}: home -> {home}. Tulis / write: home = "."')
    print(f"Lanjut / next: hub run --config {config_file}")
    if done.revoked:
        print(f"{done.revoked} kode yang belum dipakai dicabut / unused codes were revoked: hub claim new SITE")
    print("Alat mengirim ulang yang masih disimpannya (24 jam) / boxes offer again what they still keep (24 h).")
