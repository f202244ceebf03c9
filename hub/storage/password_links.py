"""Links by which a person chooses a password: one a person at a time, once, for 24 real hours."""

from hub.storage import people
from hub.storage.connection import Connection
from hub.storage.digests import digest, new_secret
from hub.storage.people import User

LIFE_REAL_MS = 24 * 3_600_000


def new_link(connection: Connection, user_id: str, *, now_real_ms: int) -> str:
    """Make a link's secret and return it, inside a write; an older one of this person ends."""
    secret = new_secret()
    connection.execute(
        "INSERT OR REPLACE INTO password_links (user_id, token_hash, expires_real_ms) VALUES (?, ?, ?)",
        (user_id, digest(secret), now_real_ms + LIFE_REAL_MS),
    )
    return secret


def owner(connection: Connection, secret: str, *, now_real_ms: int) -> User | None:
    """Return whose link this is while it is in its time and they may sign in, else None.

    A link of after now plus its life was made by a clock that was set back since; it is none.
    """
    sql = "SELECT user_id FROM password_links WHERE token_hash = ? AND expires_real_ms > ? AND expires_real_ms <= ?"
    found = connection.execute(sql, (digest(secret), now_real_ms, now_real_ms + LIFE_REAL_MS)).fetchone()
    user = None if found is None else people.by_id(connection, str(found[0]))
    return user if user is not None and user.disabled_real_ms is None else None


def open_until(connection: Connection, *, now_real_ms: int) -> dict[str, int]:
    """Return until when each person's link is open, by user id; real UTC ms."""
    rows = connection.execute(
        "SELECT user_id, expires_real_ms FROM password_links WHERE expires_real_ms > ?", (now_real_ms,)
    )
    return {str(user_id): int(until_ms) for user_id, until_ms in rows}


def close(connection: Connection, user_id: str) -> None:
    """Let no link of this person work any more."""
    connection.execute("DELETE FROM password_links WHERE user_id = ?", (user_id,))


def close_all(connection: Connection) -> None:
    """Let no link work any more: a copy that was put back holds links that were used since it was made."""
    connection.execute("DELETE FROM password_links")
