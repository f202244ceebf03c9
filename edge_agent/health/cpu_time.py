"""How much CPU time this process has used: all its threads, in the program and in the kernel for it."""

import resource


def used_s() -> float:
    """Return seconds of CPU time since the process began."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
