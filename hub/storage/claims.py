"""Claims: codes by which boxes become known, kept as hashes, and alarms about codes that came with another key.

What may follow on what is decided in `hub.fleet.claims`; here it is only written down.
"""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import columns_of, read, read_one

ALARM_KEYS_MAX = 20
"""Rows of alarms that one code can fill; further keys are counted together under OTHERS."""
OTHERS = "others"


class Claim(Struct, frozen=True, kw_only=True):
    """One code. Times are real, UTC ms."""

    claim_id: int
    site_id: str
    created_real_ms: int
    expires_real_ms: int
    revoked_real_ms: int | None
    taken_real_ms: int | None
    key_fingerprint: str | None
    node_id: str | None
    certificate: bytes | None
    code_hash: str


class Alarm(Struct, frozen=True, kw_only=True):
    """A used code that came again with another key. Times are real, UTC ms."""

    claim_id: int
    key_fingerprint: str
    first_real_ms: int
    last_real_ms: int
    times: int


_SELECT = f"SELECT {columns_of(Claim)} FROM claims"  # noqa: S608 - our own column names
_NEXT_ALARM_KEY = f"""
    SELECT CASE WHEN EXISTS (SELECT 1 FROM claim_alarms WHERE claim_id = ?1 AND key_fingerprint = ?2)
                     OR (SELECT count(*) FROM claim_alarms WHERE claim_id = ?1) < {ALARM_KEYS_MAX - 1}
                THEN ?2 ELSE '{OTHERS}' END
"""  # noqa: S608 - our own number and word
_UNUSED = "taken_real_ms IS NULL AND revoked_real_ms IS NULL"


def add(
    connection: Connection, *, site_id: str, code_hash: str, created_real_ms: int, expires_real_ms: int
) -> int:  # fmt: skip
    """Write a new code down and return its number."""
    cursor = connection.execute(
        "INSERT INTO claims (site_id, code_hash, created_real_ms, expires_real_ms) VALUES (?, ?, ?, ?)",
        (site_id, code_hash, created_real_ms, expires_real_ms),
    )
    return int(cursor.lastrowid or 0)


def of_hash(connection: Connection, code_hash: str) -> Claim | None:
    """Return the claim whose code has this hash, or None."""
    return read_one(connection, f"{_SELECT} WHERE code_hash = ?", (code_hash,), Claim)


def one(connection: Connection, claim_id: int) -> Claim | None:
    """Return the claim of this number, or None."""
    return read_one(connection, f"{_SELECT} WHERE claim_id = ?", (claim_id,), Claim)


def of_key(connection: Connection, key_fingerprint: str) -> Claim | None:
    """Return the claim that this key has taken, or None."""
    return read_one(connection, f"{_SELECT} WHERE key_fingerprint = ?", (key_fingerprint,), Claim)


def all_claims(connection: Connection) -> list[Claim]:
    """Return every claim, oldest first."""
    return read(connection, f"{_SELECT} ORDER BY claim_id", (), Claim)


def node_ids(connection: Connection) -> list[str]:
    """Return the name of every box that took a code or was given a certificate later, sorted; may be asked often.

    A box whose claim went with a restore has a certificate alone.
    """
    sql = "SELECT node_id FROM claims WHERE node_id IS NOT NULL UNION SELECT node_id FROM node_certificates ORDER BY 1"
    return [node_id for (node_id,) in connection.execute(sql)]


def of_site(connection: Connection, site_id: str) -> list[Claim]:
    """Return the claims of a site, oldest first."""
    return read(connection, f"{_SELECT} WHERE site_id = ? ORDER BY claim_id", (site_id,), Claim)


def mark_taken(
    connection: Connection, claim_id: int, *, key_fingerprint: str, node_id: str, now_real_ms: int
) -> None:  # fmt: skip
    """Write down that a key has taken an unused code."""
    connection.execute(
        f"UPDATE claims SET taken_real_ms = ?, key_fingerprint = ?, node_id = ? WHERE claim_id = ? AND {_UNUSED}",  # noqa: S608 - our own words
        (now_real_ms, key_fingerprint, node_id, claim_id),
    )


def keep_certificate(connection: Connection, claim_id: int, certificate: bytes) -> None:
    """Keep what was issued, so that a lost answer can be given again word for word."""
    connection.execute("UPDATE claims SET certificate = ? WHERE claim_id = ?", (certificate, claim_id))


def revoke(connection: Connection, claim_id: int, *, now_real_ms: int) -> bool:
    """End an unused code; answer whether it was unused."""
    cursor = connection.execute(
        f"UPDATE claims SET revoked_real_ms = ? WHERE claim_id = ? AND {_UNUSED}",  # noqa: S608 - our own words
        (now_real_ms, claim_id),
    )
    return cursor.rowcount == 1


def is_node_known(connection: Connection, node_id: str) -> bool:
    """Answer whether a box of this name was ever given out, given a certificate, or heard."""
    sql = (
        "SELECT 1 FROM claims WHERE node_id = ?1 UNION ALL SELECT 1 FROM node_certificates WHERE node_id = ?1"
        " UNION ALL SELECT 1 FROM nodes WHERE node_id = ?1 LIMIT 1"
    )
    return connection.execute(sql, (node_id,)).fetchone() is not None


def raise_alarm(connection: Connection, claim_id: int, *, key_fingerprint: str, now_real_ms: int) -> None:
    """Write down that a used code came with another key."""
    (key,) = connection.execute(_NEXT_ALARM_KEY, (claim_id, key_fingerprint)).fetchone()
    connection.execute(
        "INSERT INTO claim_alarms (claim_id, key_fingerprint, first_real_ms, last_real_ms) VALUES (?1, ?2, ?3, ?3)"
        " ON CONFLICT (claim_id, key_fingerprint) DO UPDATE SET times = times + 1,"
        " last_real_ms = excluded.last_real_ms",
        (claim_id, key, now_real_ms),
    )


def alarm_keys(connection: Connection, claim_id: int) -> int:
    """Return how many other keys a used code has come with, as far as they are told apart."""
    (count,) = connection.execute("SELECT count(*) FROM claim_alarms WHERE claim_id = ?", (claim_id,)).fetchone()
    return int(count)


def all_alarms(connection: Connection) -> list[Alarm]:
    """Return every alarm, by claim and time."""
    sql = f"SELECT {columns_of(Alarm)} FROM claim_alarms ORDER BY claim_id, first_real_ms, key_fingerprint"  # noqa: S608 - our own column names
    return read(connection, sql, (), Alarm)
