"""What the Linux kernel says about its wall clock: kept by NTP or not, set by a hardware clock or not.

Reads only. `adjtimex(2)` answers for every NTP client (chrony, timesyncd, ntpd). A sandbox with `ProtectClock=` refuses
even the reading; then the file that systemd-timesyncd touches at each synchronisation stands in for it.
"""

import ctypes
import math
from dataclasses import dataclass
from pathlib import Path

TIME_ERROR = 5
"""Return value of adjtimex(2): the clock is not synchronised."""

STA_UNSYNC = 0x40
"""Bit of timex.status, adjtimex(2)."""

TIMESYNCD_ERR_MS = 1_000
"""timesyncd writes no error down; its longest poll (2,048 s) lets the kernel's own bound grow to a second."""


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), up to what is read here; the rest is room for the kernel to write into."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelTime:
    """The kernel's word on the wall clock.

    Attributes:
        root: where /run and /sys hang; another directory in tests.
    """

    root: Path = Path("/")

    def ntp_err_ms(self) -> int | None:
        """Return the bound of the wall clock's error in real ms while NTP keeps it, otherwise None."""
        timex = _Timex()
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
        if answer < 0:
            is_kept = (self.root / "run/systemd/timesync/synchronized").exists()
            return TIMESYNCD_ERR_MS if is_kept else None
        if answer == TIME_ERROR or timex.status & STA_UNSYNC:
            return None
        return math.ceil(int(timex.maxerror) / 1000)

    def has_rtc(self) -> bool:
        """Answer whether a hardware clock set the wall clock at boot."""
        try:
            return (self.root / "sys/class/rtc/rtc0/hctosys").read_text(encoding="ascii").strip() == "1"
        except OSError:
            return False
