"""What the uplink counts since its start; the names stand in the health record."""

from collections import Counter
from enum import StrEnum


class Count(StrEnum):
    """One counter. Short names: they travel every five minutes."""

    CONNECTS = "connects"
    LOST = "lost"
    """Connections that ended without being asked to, and attempts that failed."""
    HELLOS = "hellos"
    SILENCES = "silences"
    SENT = "sent"
    """Batches, first sends only."""
    RESENT = "resent"
    ACKED = "acked"
    """Records."""
    HALVED = "halved"
    SET_ASIDE = "set_aside"
    ACKS_LEFT_EPOCH = "acks_left_epoch"
    ACKS_FOREIGN = "acks_foreign"
    """For a spool that this box does not have."""
    DOWN_MALFORMED = "down_malformed"
    DOWN_UNKNOWN = "down_unknown"
    DESIRED_OLD = "desired_old"
    AUDIT_WENT_BACK = "audit_went_back"
    """Heads of the hub's audit log that say other than an earlier one."""
    NOT_STORED = "not_stored"
    """Records that the gauge could not write to its disk, ever."""
    PICTURES_WAIT = "pictures_wait"
    """Within the last minute."""
    PICTURES_SENT = "pictures_sent"
    PICTURES_DROPPED = "pictures_dropped"
    """The oldest, when those that wait had more than their share of the disk."""
    PICTURES_REFUSED = "pictures_refused"
    """By the hub, for good, or not what their name says."""
    COMMANDS = "commands"
    COMMANDS_AGAIN = "commands_again"


Counts = Counter[Count]
