"""Where files are kept that are damaged or not this box's: set apart for a technician, the newest three."""

from pathlib import Path

from edge_agent.outbox.place import SUFFIXES

FOLDER = "quarantine"
KEPT_FILES = 3


def set_apart(real: Path) -> Path:
    """Move a file with its log into the quarantine folder beside it, and keep only the newest there.

    The name begins with the time of its last write, ms, so that names sort by age.
    """
    folder = real.parent / FOLDER
    folder.mkdir(exist_ok=True)
    kept = folder / f"{real.stat().st_mtime_ns // 1_000_000:013d}-{real.name}"
    for suffix in SUFFIXES:
        source = Path(f"{real}{suffix}")
        if source.exists():
            source.replace(f"{kept}{suffix}")
    for old in kept_files(real.parent)[:-KEPT_FILES]:
        drop(old)
    return kept


def kept_files(home: Path) -> list[Path]:
    """Return the files set apart under `home`, oldest first."""
    return sorted((home / FOLDER).glob("*.db"))


def drop_oldest(home: Path) -> bool:
    """Delete the oldest file that was set apart; answer False if there is none."""
    kept = kept_files(home)
    for old in kept[:1]:
        drop(old)
    return bool(kept)


def drop(kept: Path) -> None:
    """Delete one file that was set apart."""
    for suffix in SUFFIXES:
        Path(f"{kept}{suffix}").unlink(missing_ok=True)
