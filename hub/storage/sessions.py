"""Sessions of signed-in people, in real time whatever the hub's clock shows.

1. A session ends 12 h after it began, 1 h after it was last seen, and with a new password, another role, the end of
   the account, or signing out.
2. "Seen" is any request, also that of an open page by itself: who watches the water does nothing for hours and must
   not be signed out when it rises. It is written down at most every 5 min.
3. A user has at most 10; the one that began first ends for an eleventh.
4. A session that began or was seen in the future is none: the machine's clock was set back.
"""

import secrets

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.digests import digest, new_secret
from hub.storage.rows import read_one

LONGEST_REAL_MS = 12 * 3_600_000
"""One shift and a little."""
IDLE_REAL_MS = 3_600_000
SEEN_EVERY_MS = 300_000
PER_USER = 10
SKEW_MS = 60_000
"""A clock that is corrected by less ends nothing."""

_LIVE = """
    s.began_real_ms > :now - :longest AND s.seen_real_ms > :now - :idle
    AND s.began_real_ms <= :now + :skew AND s.seen_real_ms <= :now + :skew
"""


class Session(Struct, frozen=True, kw_only=True):
    """Whose session it is; `key` is what the database keeps of its secret."""

    key: str
    name: str
    role: str
    csrf: str
    seen_real_ms: int

    def __repr__(self) -> str:
        """Return the session without its secrets."""
        return f"Session({self.name!r}, {self.role!r})"

    def is_to_be_noted(self, now_real_ms: int) -> bool:
        """Answer whether it is time to write down that it was seen."""
        return now_real_ms - self.seen_real_ms >= SEEN_EVERY_MS


def _times(now_real_ms: int) -> dict[str, object]:
    return {"now": now_real_ms, "longest": LONGEST_REAL_MS, "idle": IDLE_REAL_MS, "skew": SKEW_MS}


def begin(connection: Connection, user_id: str, *, now_real_ms: int) -> str | None:
    """Begin a session and return its secret, inside a write; None if the user may not sign in (any more)."""
    sql = "SELECT 1 FROM users WHERE user_id = ? AND disabled_real_ms IS NULL"
    if connection.execute(sql, (user_id,)).fetchone() is None:
        return None
    connection.execute(
        f"DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions AS s WHERE NOT ({_LIVE}))",  # noqa: S608 - no text from outside
        _times(now_real_ms),
    )
    connection.execute(
        "DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions WHERE user_id = ?"
        " ORDER BY began_real_ms DESC, token_hash LIMIT -1 OFFSET ?)",
        (user_id, PER_USER - 1),
    )
    secret = new_secret()
    connection.execute(
        "INSERT INTO sessions (token_hash, user_id, csrf, began_real_ms, seen_real_ms) VALUES (?, ?, ?, ?, ?)",
        (digest(secret), user_id, secrets.token_urlsafe(24), now_real_ms, now_real_ms),
    )
    return secret


def of_secret(connection: Connection, secret: str, *, now_real_ms: int) -> Session | None:
    """Return the session of this secret, or None if there is none or it has ended."""
    sql = f"""
        SELECT s.token_hash AS key, u.name, u.role, s.csrf, s.seen_real_ms
        FROM sessions AS s JOIN users AS u USING (user_id)
        WHERE s.token_hash = :key AND u.disabled_real_ms IS NULL AND {_LIVE}
    """  # noqa: S608 - no text from outside
    return read_one(connection, sql, _times(now_real_ms) | {"key": digest(secret)}, Session)


def note_seen(connection: Connection, key: str, *, now_real_ms: int) -> None:
    """Write down that a session was seen."""
    connection.execute("UPDATE sessions SET seen_real_ms = ? WHERE token_hash = ?", (now_real_ms, key))


def end(connection: Connection, secret: str) -> None:
    """End a session; one that has ended is no error."""
    connection.execute("DELETE FROM sessions WHERE token_hash = ?", (digest(secret),))


def live_keys(connection: Connection, *, now_real_ms: int) -> set[str]:
    """Return the keys of all sessions that have not ended."""
    sql = f"""
        SELECT s.token_hash FROM sessions AS s JOIN users AS u USING (user_id)
        WHERE u.disabled_real_ms IS NULL AND {_LIVE}
    """  # noqa: S608 - no text from outside
    return {key for (key,) in connection.execute(sql, _times(now_real_ms))}
