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
from hub.storage.rows import read, read_one

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
    user_id: str
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


class Opened(Struct, frozen=True, kw_only=True):
    """A session as its owner sees it among the others."""

    key: str
    place: str
    """Address that it began from; empty for one of an earlier version."""
    began_real_ms: int
    seen_real_ms: int

    @property
    def mark(self) -> str:
        """Return what it is called in a form: the beginning of its key, which is no secret."""
        return self.key[:16]


def _times(now_real_ms: int) -> dict[str, object]:
    return {"now": now_real_ms, "longest": LONGEST_REAL_MS, "idle": IDLE_REAL_MS, "skew": SKEW_MS}


def begin(connection: Connection, user_id: str, *, now_real_ms: int, place: str = "") -> str | None:
    """Begin a session and return its secret, inside a write; None if the user may not sign in (any more).

    Args:
        connection: inside a write.
        user_id: of who signs in.
        now_real_ms: real time.
        place: address that they come from.
    """
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
        "INSERT INTO sessions (token_hash, user_id, csrf, began_real_ms, seen_real_ms, place)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (digest(secret), user_id, secrets.token_urlsafe(24), now_real_ms, now_real_ms, place),
    )
    connection.execute("UPDATE users SET signed_in_real_ms = ? WHERE user_id = ?", (now_real_ms, user_id))
    return secret


def of_secret(connection: Connection, secret: str, *, now_real_ms: int) -> Session | None:
    """Return the session of this secret, or None if there is none or it has ended."""
    sql = f"""
        SELECT s.token_hash AS key, s.user_id, u.name, u.role, s.csrf, s.seen_real_ms
        FROM sessions AS s JOIN users AS u USING (user_id)
        WHERE s.token_hash = :key AND u.disabled_real_ms IS NULL AND {_LIVE}
    """  # noqa: S608 - no text from outside
    return read_one(connection, sql, _times(now_real_ms) | {"key": digest(secret)}, Session)


def role_of_key(connection: Connection, key: str) -> str | None:
    """Return the role that the owner of this session has now, None if it was ended or they may sign in no more."""
    sql = "SELECT u.role FROM sessions AS s JOIN users AS u USING (user_id)"
    where = " WHERE s.token_hash = ? AND u.disabled_real_ms IS NULL"
    found = connection.execute(sql + where, (key,)).fetchone()
    return None if found is None else str(found[0])


def note_seen(connection: Connection, key: str, *, now_real_ms: int) -> None:
    """Write down that a session was seen."""
    connection.execute("UPDATE sessions SET seen_real_ms = ? WHERE token_hash = ?", (now_real_ms, key))


def end(connection: Connection, secret: str) -> None:
    """End a session; one that has ended is no error."""
    connection.execute("DELETE FROM sessions WHERE token_hash = ?", (digest(secret),))


def of_user(connection: Connection, user_id: str, *, now_real_ms: int) -> list[Opened]:
    """Return a user's sessions that have not ended, newest first."""
    sql = f"""
        SELECT s.token_hash AS key, s.place, s.began_real_ms, s.seen_real_ms FROM sessions AS s
        WHERE s.user_id = :user_id AND {_LIVE} ORDER BY s.began_real_ms DESC, s.token_hash
    """  # noqa: S608 - no text from outside
    return read(connection, sql, _times(now_real_ms) | {"user_id": user_id}, Opened)


def end_key(connection: Connection, user_id: str, key: str) -> bool:
    """End one session of a user by its key; return whether there was one."""
    sql = "DELETE FROM sessions WHERE user_id = ? AND token_hash = ?"
    return connection.execute(sql, (user_id, key)).rowcount > 0


def end_all(connection: Connection, user_id: str, *, but: str = "") -> int:
    """End every session of a user, but for the one of the key `but`, and their own tokens; return how many sessions.

    Whoever got in by a session may have made a token to stay in by.
    """
    connection.execute("DELETE FROM api_tokens WHERE owner_id = ?", (user_id,))
    sql = "DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?"
    return connection.execute(sql, (user_id, but)).rowcount


def end_everybodys(connection: Connection) -> None:
    """End every session of all users."""
    connection.execute("DELETE FROM sessions")


def live_keys(connection: Connection, *, now_real_ms: int) -> set[str]:
    """Return the keys of all sessions that have not ended."""
    sql = f"""
        SELECT s.token_hash FROM sessions AS s JOIN users AS u USING (user_id)
        WHERE u.disabled_real_ms IS NULL AND {_LIVE}
    """  # noqa: S608 - no text from outside
    return {key for (key,) in connection.execute(sql, _times(now_real_ms))}
