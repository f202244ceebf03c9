"""How many connections each port may hold: all of them, databases and the rest fit into the process's descriptors.

The soft limit of a service is 1,024 files by default, and one stranger fills that from one machine. It is raised to
what is needed, as far as the hard limit allows; where that is lower, every port gets the same part of its share.
"""

import resource

WANTED = 2_048
RESERVED = 256
"""For databases (three files a connection), static files, logs, and connections between two states."""

PLAIN_MOST = 512
HTTPS_MOST = 512
BUNDLE_MOST = 256
BOXES_MOST = 512
"""Of the port where boxes show their certificate."""


def raised_limit() -> int:
    """Raise the soft limit of open files to `WANTED`, or to the hard limit if that is lower; return what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return WANTED
    possible = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    return max(soft, possible)


def share(most: int, *, limit: int) -> int:
    """Return how many connections a port may hold where the process may open `limit` files; at least 4."""
    part = min(1.0, max(0, limit - RESERVED) / (WANTED - RESERVED))
    return max(4, int(most * part))
