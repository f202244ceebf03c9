"""Release bundles for tests: the one of this tree, and others that differ in one file."""

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

from tests.house.source_tree import ROOT


def made(folder: Path) -> tuple[Path, int]:
    """Make the bundle of this tree; return where it is unpacked, and the bytes of its file."""
    subprocess.run([ROOT / "scripts/release-bundle"], check=True, timeout=900, stdout=subprocess.DEVNULL)
    (packed,) = (ROOT / "dist").glob("jagawai-hub-*.tar.gz")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["tar", "--extract", "--file", packed, "--strip-components=1", "-C", folder], check=True, timeout=120
    )
    return folder, packed.stat().st_size


def newer(bundle: Path, folder: Path) -> Path:
    """Return a copy of a bundle that is another release."""
    shutil.copytree(bundle, folder)
    (folder / "docs" / "new.md").write_text("A newer release.\n", encoding="utf-8")
    return _summed(folder)


def broken(bundle: Path, folder: Path) -> Path:
    """Return a copy of a bundle whose web process ends at its start."""
    shutil.copytree(bundle, folder)
    (wheel,) = (folder / "wheels").glob("jagawai-*.whl")
    changed = wheel.with_suffix(".new")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            text = old.read(entry)
            new.writestr(entry, b"raise SystemExit(1)\n" if entry.filename == "hub/commands/web.py" else text)
    changed.replace(wheel)
    return _summed(folder)


def _summed(folder: Path) -> Path:
    """Write the checksums anew, as a release has them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(folder)}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return folder
