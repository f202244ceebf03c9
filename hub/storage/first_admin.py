"""The link by which the first administrator chooses a name and a password: one at a time, once, for 24 real hours.

One of the future is none: the machine's clock was set back, and nobody may be let in by that.
"""

from hub.storage import people
from hub.storage.connection import Connection
from hub.storage.digests import digest, new_secret

LIFE_REAL_MS = 24 * 3_600_000
SKEW_MS = 60_000
"""A clock that is corrected by less ends nothing."""

_IN_TIME = f"expires_real_ms > ? AND expires_real_ms <= ? + {LIFE_REAL_MS + SKEW_MS}"


def new_link(connection: Connection, *, now_real_ms: int) -> str:
    """Make the link's secret and return it, inside a write; an older one ends."""
    secret = new_secret()
    connection.execute(
        "INSERT OR REPLACE INTO first_admin_link (id, token_hash, expires_real_ms) VALUES (1, ?, ?)",
        (digest(secret), now_real_ms + LIFE_REAL_MS),
    )
    return secret


def is_open(connection: Connection, secret: str, *, now_real_ms: int) -> bool:
    """Answer whether this is the link, in its time, and there is still no administrator who may sign in."""
    sql = f"SELECT 1 FROM first_admin_link WHERE token_hash = ? AND {_IN_TIME}"  # noqa: S608 - no text from outside
    is_link = connection.execute(sql, (digest(secret), now_real_ms, now_real_ms)).fetchone() is not None
    return is_link and not people.is_admin_there(connection)


def is_any_open(connection: Connection, *, now_real_ms: int) -> bool:
    """Answer whether a link was made that still works; which one, nobody can read here."""
    sql = f"SELECT 1 FROM first_admin_link WHERE {_IN_TIME}"  # noqa: S608 - as above
    return connection.execute(sql, (now_real_ms, now_real_ms)).fetchone() is not None


def close(connection: Connection) -> None:
    """Let no link work any more."""
    connection.execute("DELETE FROM first_admin_link")
