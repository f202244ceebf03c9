"""When a message that was not taken is offered again, and when it is given up. Real seconds."""

import random

FIRST_S = 1.0
LONGEST_S = 60.0
GIVE_UP_S = 6 * 3600.0
"""After so long a flood warning is history; the failure stays visible."""

_DOUBLINGS_MAX = 16


def wait_s(attempts: int, *, chance: random.Random) -> float:
    """Return how long to wait after `attempts` (from 1) failures: full jitter over a doubling bound.

    Full jitter, so that many messages to one gateway do not come back as one wave (AWS Architecture Blog, "Exponential
    Backoff And Jitter", 2015).
    """
    bound_s = min(LONGEST_S, FIRST_S * 2 ** min(attempts - 1, _DOUBLINGS_MAX))
    return chance.uniform(0.0, bound_s)


def is_hopeless(*, due_ms: int, now_ms: int, rate: float) -> bool:
    """Whether a message due since `due_ms` (hub's clock, scaled by `rate`) has been offered long enough."""
    return now_ms - due_ms >= 1000 * GIVE_UP_S * rate
