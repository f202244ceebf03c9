"""People who sign in, their sessions, and tokens of programs. Secrets are kept as digests only.

Passwords: Argon2id with 19 MiB, two passes (OWASP's smallest advice), so that a sign-in leaves the web process small.
Session and API tokens are 256 random bits; SHA-256 of one is enough, there is nothing to guess.
"""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read_one

NAME_LONGEST = 100
PASSWORD_LONGEST = 500
SESSION_REAL_S = 12 * 3600.0
"""One shift and a little; real seconds."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Person(Struct, frozen=True, kw_only=True):
    """Who acts: a signed-in user, or a program with a token (then without a session to forge, `csrf` is empty)."""

    name: str
    role: str
    csrf: str = ""


class _User(Struct, frozen=True, kw_only=True):
    user_id: str
    name: str
    password_hash: str
    role: str


@cache
def _absent_hash() -> str:
    """Return what is verified where there is no such user: a wrong name takes as long as a wrong password."""
    return _HASHER.hash(secrets.token_urlsafe())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def ensure_user(connection: Connection, *, name: str, password: str, now_ms: int) -> None:
    """Make a user who may do everything, or give it this password if it has another; then its sessions end."""
    user = _user(connection, name)
    if user is None:
        connection.execute(
            "INSERT INTO users (user_id, name, password_hash, role, created_ms) VALUES (?, ?, ?, 'admin', ?)",
            (secrets.token_hex(8), name, _HASHER.hash(password), now_ms),
        )
    elif not _is_right(user.password_hash, password):
        connection.execute(
            "UPDATE users SET password_hash = ? WHERE user_id = ?", (_HASHER.hash(password), user.user_id)
        )
        connection.execute("DELETE FROM sessions WHERE user_id = ?", (user.user_id,))


def verify_password(connection: Connection, *, name: str, password: str) -> str | None:
    """Return the id of the user of this name if the password is right, else None; either takes as long."""
    user = _user(connection, name)
    is_right = _is_right(_absent_hash() if user is None else user.password_hash, password)
    return user.user_id if user is not None and is_right else None


def is_user(connection: Connection, name: str) -> bool:
    """Answer whether somebody signs in under this name."""
    return _user(connection, name) is not None


def _user(connection: Connection, name: str) -> _User | None:
    sql = "SELECT user_id, name, password_hash, role FROM users WHERE name = ?"
    return read_one(connection, sql, (name,), _User)


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def open_session(connection: Connection, *, user_id: str, now_ms: int, rate: float) -> str:
    """Begin a session of 12 real hours for a user and return its secret token; ended sessions are swept out.

    Args:
        connection: inside a write.
        user_id: who has proved to be who they are.
        now_ms: the hub's (scaled) clock.
        rate: scaled seconds per real second.
    """
    token = secrets.token_urlsafe(32)
    connection.execute("DELETE FROM sessions WHERE expires_ms <= ?", (now_ms,))
    connection.execute(
        "INSERT INTO sessions (token_hash, user_id, csrf, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?)",
        (_digest(token), user_id, secrets.token_urlsafe(24), now_ms, now_ms + round(1000 * SESSION_REAL_S * rate)),
    )
    return token


def of_session(connection: Connection, token: str, *, now_ms: int) -> Person | None:
    """Return whose session this is, or None if there is none or it has ended."""
    sql = """
        SELECT u.name, u.role, s.csrf FROM sessions AS s JOIN users AS u USING (user_id)
        WHERE s.token_hash = ? AND s.expires_ms > ?
    """
    return read_one(connection, sql, (_digest(token), now_ms), Person)


def close_session(connection: Connection, token: str) -> None:
    """End a session; one that has ended is no error."""
    connection.execute("DELETE FROM sessions WHERE token_hash = ?", (_digest(token),))


def create_api_token(connection: Connection, *, name: str, scopes: str, now_ms: int) -> str:
    """Make a token for a program and return it; it cannot be read again. An older token of this name ends."""
    token = secrets.token_urlsafe(32)
    connection.execute("DELETE FROM api_tokens WHERE name = ?", (name,))
    connection.execute(
        "INSERT INTO api_tokens (token_hash, name, scopes, created_ms) VALUES (?, ?, ?, ?)",
        (_digest(token), name, scopes, now_ms),
    )
    return token


def of_api_token(connection: Connection, token: str) -> Person | None:
    """Return the program that holds this token, or None."""
    sql = "SELECT name, scopes AS role FROM api_tokens WHERE token_hash = ?"
    return read_one(connection, sql, (_digest(token),), Person)
