"""Counters for /metrics that survive restarts and are shared by processes.

`label` is the text between the braces of the exposition format, for example `reason="batch"`, or empty.
"""

from collections.abc import Iterable, Mapping

from hub.storage.connection import Connection

RECORDS_COMMITTED = "jagawai_records_committed_total"
RECORDS_DUPLICATE = "jagawai_records_duplicate_total"
RECORD_CONFLICTS = "jagawai_record_conflicts_total"
RECORD_GAPS = "jagawai_record_gaps_total"
READINGS_DATED = "jagawai_readings_dated_total"
"""Readings of a clock that was not to be trusted which were given their true hour."""
REFUSED = "jagawai_messages_refused_total"
"""What came from boxes that are quarantined or revoked, by their standing: not taken, not acknowledged."""
RULE_ERRORS = "jagawai_rule_errors_total"
DEAD_LETTERS = "jagawai_dead_letters_total"
DEAD_LETTERS_DROPPED = "jagawai_dead_letters_dropped_total"
INGEST_SECONDS = "jagawai_ingest_seconds"
INGEST_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the histogram: from the first byte read of a set of messages to its commit, seconds."""

Key = tuple[str, str]
"""Name and label."""


def add(connection: Connection, increments: Mapping[Key, int]) -> None:
    """Add to counters."""
    connection.executemany(
        "INSERT INTO counters (name, label, value) VALUES (?, ?, ?)"
        " ON CONFLICT (name, label) DO UPDATE SET value = value + excluded.value",
        [(name, label, value) for (name, label), value in increments.items()],
    )


def all_counters(connection: Connection) -> dict[Key, int]:
    """Return (name, label) to value."""
    return {
        (name, label): value for name, label, value in connection.execute("SELECT name, label, value FROM counters")
    }


def value(connection: Connection, name: str, label: str = "") -> int:
    """Return one counter, 0 if it never counted."""
    row = connection.execute("SELECT value FROM counters WHERE name = ? AND label = ?", (name, label)).fetchone()
    return 0 if row is None else int(row[0])


def histogram(seconds: Iterable[float]) -> dict[Key, int]:
    """Return what these durations add to the ingest histogram: cumulative buckets, sum in microseconds, count."""
    increments: dict[Key, int] = {}
    for duration_s in seconds:
        for bound_s in INGEST_BUCKETS_S:
            if duration_s <= bound_s:
                key = (f"{INGEST_SECONDS}_bucket", f'le="{bound_s:g}"')
                increments[key] = increments.get(key, 0) + 1
        for key, amount in (
            ((f"{INGEST_SECONDS}_bucket", 'le="+Inf"'), 1),
            ((f"{INGEST_SECONDS}_count", ""), 1),
            ((f"{INGEST_SECONDS}_sum_us", ""), round(duration_s * 1e6)),
        ):
            increments[key] = increments.get(key, 0) + amount
    return increments
