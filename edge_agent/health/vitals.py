"""The box's vital signs out of /proc and /sys, for the `health` record.

What cannot be read is left out, not guessed.
"""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

MB = 1_000_000
KIB = 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """One look at the machine; None: it does not say."""

    uptime_s: float | None
    cpu_temperature_c: float | None
    memory_available_mb: float | None
    disk_free_mb: float | None
    load_1min: float | None
    under_voltage: bool | None
    """The Raspberry Pi's own alarm about its supply."""


def read_vitals(*, home: Path, root: Path = Path("/")) -> Vitals:
    """Return the vital signs of now.

    Args:
        home: a folder on the disk whose free space counts.
        root: where /proc and /sys hang; another directory in tests.
    """
    return Vitals(
        uptime_s=_first_number(root / "proc/uptime"),
        cpu_temperature_c=_scaled(_first_number(root / "sys/class/thermal/thermal_zone0/temp"), 1000),
        memory_available_mb=_memory_available_mb(root / "proc/meminfo"),
        disk_free_mb=_disk_free_mb(home),
        load_1min=_first_number(root / "proc/loadavg"),
        under_voltage=_under_voltage(root / "sys/class/hwmon"),
    )


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as exc:
        log.debug("vital signs: %s: %s", path, exc)
        return None


def _first_number(path: Path) -> float | None:
    """Return the first word of a file as a number."""
    try:
        return float((_text(path) or "").split()[0])
    except (IndexError, ValueError):
        return None


def _scaled(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor


def _memory_available_mb(path: Path) -> float | None:
    for line in (_text(path) or "").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if name == "MemAvailable" and words and words[0].isdigit():
            return round(int(words[0]) * KIB / MB, 1)
    return None


def _disk_free_mb(home: Path) -> float | None:
    try:
        disk = os.statvfs(home)
    except OSError as exc:
        log.debug("vital signs: disk of %s: %s", home, exc)
        return None
    return round(disk.f_bavail * disk.f_frsize / MB, 1)


def _under_voltage(monitors: Path) -> bool | None:
    """Read the alarm of the kernel's raspberrypi-hwmon driver, which calls itself rpi_volt."""
    for monitor in sorted(monitors.glob("hwmon*")):
        if (_text(monitor / "name") or "").strip() == "rpi_volt":
            alarm = _first_number(monitor / "in0_lcrit_alarm")
            return None if alarm is None else alarm != 0
    return None
