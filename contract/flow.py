"""Numbers of acknowledgement and flow that both sides hold to. Real seconds unless a name says otherwise."""

BATCH_MAX_RECORDS = 100
BATCH_MAX_BYTES = 48 * 1024
BATCHES_IN_FLIGHT = 8
"""Per node over all its spools; live class 0 and the newest level state do not count."""

ACK_MAX_RANGES = 100
TOMBSTONE_MAX_RANGES = 500

RESEND_AFTER_S = 30.0
SENDS_BEFORE_HALVING = 3
SENDS_BEFORE_GIVING_UP = 10
"""Of a single record: on a link that loses a third of everything, three are lost in a row once in 37 times."""

CREDIT_BEFORE_ACK_RPS = 10
CREDIT_SHARED_RPS = 5_000
CREDIT_FLOOR_RPS = 10
BACKLOG_SHARE = 0.7
"""Part of the credit that backlog may use; the rest is for what happens now."""

HELLO_EVERY_S = 30.0
"""Until answered."""

GONE_GRACE_S = 60.0
"""How long the hub stays silent about a last will."""

KEPT_AFTER_ACK_S = 24 * 3600.0
"""Scaled seconds that a box keeps acknowledged rows where the quota allows."""

STALE_INTERVALS = 3
STALE_FLOOR_REAL_S = 10.0
"""Stale = 3 intervals, and never under 10 real seconds."""
