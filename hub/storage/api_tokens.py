"""Tokens of programs, and of the wall's screens. Each has rights of its own and an end in real time."""

from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.digests import digest, new_secret
from hub.storage.rows import read, read_one

_SELECT = "SELECT name, token_hash AS key, scopes, address, created_real_ms, expires_real_ms FROM api_tokens"


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
) -> str:
    """Make a token and return it, inside a write; it cannot be read again. An older one of this name ends."""
    token = new_secret()
    connection.execute(
        "INSERT OR REPLACE INTO api_tokens (name, token_hash, scopes, address, created_real_ms, expires_real_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (name, digest(token), scopes, address, now_real_ms, expires_real_ms),
    )
    return token


def of_secret(connection: Connection, token: str, *, now_real_ms: int) -> ApiToken | None:
    """Return what this token is, or None if there is none or it has ended."""
    sql = f"{_SELECT} WHERE token_hash = ? AND expires_real_ms > ?"
    return read_one(connection, sql, (digest(token), now_real_ms), ApiToken)


def all_tokens(connection: Connection) -> list[ApiToken]:
    """Return every token by name, also those that have ended."""
    return read(connection, f"{_SELECT} ORDER BY name", (), ApiToken)


def remove(connection: Connection, name: str) -> bool:
    """End a token; return whether there was one."""
    return connection.execute("DELETE FROM api_tokens WHERE name = ?", (name,)).rowcount > 0


def live_keys(connection: Connection, *, now_real_ms: int) -> set[str]:
    """Return the keys of all tokens that have not ended."""
    sql = "SELECT token_hash FROM api_tokens WHERE expires_real_ms > ?"
    return {key for (key,) in connection.execute(sql, (now_real_ms,))}
