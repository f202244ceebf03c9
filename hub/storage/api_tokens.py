"""Tokens of programs, of the wall's screens, and of people. Each has rights of its own and an end in real time.

A person's own token ends with them: while they may not sign in it is none.
"""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.digests import digest, new_secret
from hub.storage.rows import read, read_one

_SELECT = (
    "SELECT t.name, t.token_hash AS key, t.scopes, t.address, t.created_real_ms, t.expires_real_ms, t.owner_id,"
    " u.name AS owner, u.role AS owner_role FROM api_tokens AS t LEFT JOIN users AS u ON u.user_id = t.owner_id"
)
_LIVE = "expires_real_ms > ? AND (owner_id IS NULL OR u.disabled_real_ms IS NULL AND u.user_id IS NOT NULL)"


class ApiToken(Struct, frozen=True, kw_only=True):
    """What is known of a token; `key` is what the database keeps of it."""

    name: str
    key: str
    scopes: str
    """Rights, a comma between."""
    address: str | None
    """Of the screen that it is bound to; None: a program's, from anywhere."""
    created_real_ms: int
    expires_real_ms: int
    owner_id: str | None = None
    """Of the person whose token it is; None: the city's."""
    owner: str | None = None
    owner_role: str | None = None

    def __repr__(self) -> str:
        """Return the token without its key."""
        return f"ApiToken({self.name!r}, {self.scopes!r})"


def add(
    connection: Connection,
    *,
    name: str,
    scopes: str,
    now_real_ms: int,
    expires_real_ms: int,
    address: str | None = None,
    owner_id: str | None = None,
) -> str:
    """Make a token and return it, inside a write; it cannot be read again. An older one of this name ends."""
    token = new_secret()
    connection.execute(
        "INSERT OR REPLACE INTO api_tokens"
        " (name, token_hash, scopes, address, created_real_ms, expires_real_ms, owner_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, digest(token), scopes, address, now_real_ms, expires_real_ms, owner_id),
    )
    return token


def of_secret(connection: Connection, token: str, *, now_real_ms: int) -> ApiToken | None:
    """Return what this token is, or None if there is none or it has ended."""
    sql = f"{_SELECT} WHERE token_hash = ? AND {_LIVE}"
    return read_one(connection, sql, (digest(token), now_real_ms), ApiToken)


def all_tokens(connection: Connection) -> list[ApiToken]:
    """Return every token by name, also those that have ended."""
    return read(connection, f"{_SELECT} ORDER BY t.name", (), ApiToken)


def of_owner(connection: Connection, user_id: str) -> list[ApiToken]:
    """Return a person's own tokens by name, also those that have ended."""
    return read(connection, f"{_SELECT} WHERE t.owner_id = ? ORDER BY t.name", (user_id,), ApiToken)


def screens_until(connection: Connection, *, until_real_ms: int) -> list[ApiToken]:
    """Return the screens' tokens that have ended by then, the first first."""
    sql = f"{_SELECT} WHERE t.address IS NOT NULL AND t.expires_real_ms <= ? ORDER BY t.expires_real_ms, t.name"
    return read(connection, sql, (until_real_ms,), ApiToken)


def remove(connection: Connection, name: str, *, owner_id: str | None = None) -> bool:
    """End a token, of this owner where one is named; return whether there was one."""
    sql = "DELETE FROM api_tokens WHERE name = ? AND (? IS NULL OR owner_id = ?)"
    return connection.execute(sql, (name, owner_id, owner_id)).rowcount > 0


def remove_all(connection: Connection) -> int:
    """End every token; return how many there were."""
    return connection.execute("DELETE FROM api_tokens").rowcount


def live_keys(connection: Connection, *, now_real_ms: int) -> set[str]:
    """Return the keys of all tokens that have not ended."""
    sql = f"SELECT token_hash FROM api_tokens AS t LEFT JOIN users AS u ON u.user_id = t.owner_id WHERE {_LIVE}"  # noqa: S608 - no text from outside
    return {key for (key,) in connection.execute(sql, (now_real_ms,))}
