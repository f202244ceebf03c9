"""Where an evaluation runs: milliseconds mean nothing without."""

import os
import platform
import resource
from importlib.metadata import version
from pathlib import Path

from contract.software import installed_version
from models.evaluation.report import Machine

LIBRARIES = ("onnxruntime", "numpy", "av", "pillow", "lapx")
_CPU_INFO = Path("/proc/cpuinfo")
_NAMES = ("model name", "Model", "Hardware")
"""Keys under which the kernel names the processor: x86, Raspberry Pi, older ARM boards."""


def this_machine() -> Machine:
    """Return the machine and the versions of what does the work."""
    return Machine(
        processor=processor_name(_CPU_INFO.read_text(encoding="utf-8") if _CPU_INFO.is_file() else ""),
        cores=len(os.sched_getaffinity(0)),
        system=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        software=installed_version(),
        libraries={name: version(name) for name in LIBRARIES},
    )


def cpu_ms() -> float:
    """Return the processor time that this process has spent so far in all its threads, ms."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (spent.ru_utime + spent.ru_stime)


def processor_name(cpu_info: str) -> str:
    """Return what the kernel calls the processor; its kind where it does not say."""
    told = dict(line.split(":", 1) for line in cpu_info.splitlines() if ":" in line)
    named = {key.strip(): value.strip() for key, value in told.items()}
    return next((named[name] for name in _NAMES if named.get(name)), platform.machine())
