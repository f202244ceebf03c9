"""People who sign in. Passwords are kept as Argon2id hashes: 19 MiB, two passes (OWASP's smallest advice).

So a sign-in leaves the web process small. Sessions and tokens stand in `sessions` and `api_tokens`.
"""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from hub.storage.connection import Connection
from hub.storage.rows import read, read_one

NAME_LONGEST = 100
PASSWORD_SHORTEST = 10
"""Characters. A sign-in is slowed after wrong tries, so length alone keeps guessing out."""
PASSWORD_LONGEST = 500

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class User(Struct, frozen=True, kw_only=True):
    """Who may sign in; `disabled_real_ms` is since when they may not."""

    user_id: str
    name: str
    password_hash: str
    role: str
    created_ms: int
    disabled_real_ms: int | None = None

    def __repr__(self) -> str:
        """Return the user without the hash: a log is no place for it."""
        return f"User({self.name!r}, {self.role!r})"


_SELECT = "SELECT user_id, name, password_hash, role, created_ms, disabled_real_ms FROM users"


@cache
def _absent_hash() -> str:
    """Return what is verified where there is no such user: a wrong name takes as long as a wrong password."""
    return _HASHER.hash(secrets.token_urlsafe())


def hash_of(password: str) -> str:
    """Return the hash to keep of a password; takes as long as verifying one, so do it outside a write."""
    return _HASHER.hash(password)


def user(connection: Connection, name: str) -> User | None:
    """Return the user of this name, or None."""
    return read_one(connection, f"{_SELECT} WHERE name = ?", (name,), User)


def all_users(connection: Connection) -> list[User]:
    """Return everybody by name."""
    return read(connection, f"{_SELECT} ORDER BY name", (), User)


def is_taken(connection: Connection, name: str) -> bool:
    """Answer whether a person or a token has this name, or one that looks the same but for capitals."""
    names = connection.execute("SELECT name FROM users UNION ALL SELECT name FROM api_tokens")
    return _folded(name) in {_folded(known) for (known,) in names}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def is_admin_there(connection: Connection) -> bool:
    """Answer whether an administrator may sign in."""
    sql = "SELECT 1 FROM users WHERE role = 'admin' AND disabled_real_ms IS NULL LIMIT 1"
    return connection.execute(sql).fetchone() is not None


def add(connection: Connection, *, name: str, password_hash: str, role: str, now_ms: int) -> str:
    """Write a new user down, inside a write; return its id."""
    user_id = secrets.token_hex(8)
    connection.execute(
        "INSERT INTO users (user_id, name, password_hash, role, created_ms) VALUES (?, ?, ?, ?, ?)",
        (user_id, name, password_hash, role, now_ms),
    )
    return user_id


def set_password(connection: Connection, user_id: str, *, password_hash: str) -> None:
    """Give a user another password; every session ends."""
    connection.execute("UPDATE users SET password_hash = ? WHERE user_id = ?", (password_hash, user_id))
    _end_sessions(connection, user_id)


def set_role(connection: Connection, user_id: str, *, role: str) -> None:
    """Give a user another role; every session ends."""
    connection.execute("UPDATE users SET role = ? WHERE user_id = ?", (role, user_id))
    _end_sessions(connection, user_id)


def disable(connection: Connection, user_id: str, *, now_real_ms: int) -> None:
    """Let a user sign in no more; every session ends. The name stays in histories and is not given again."""
    sql = "UPDATE users SET disabled_real_ms = ? WHERE user_id = ? AND disabled_real_ms IS NULL"
    connection.execute(sql, (now_real_ms, user_id))
    _end_sessions(connection, user_id)


def enable(connection: Connection, user_id: str) -> None:
    """Let a user sign in again."""
    connection.execute("UPDATE users SET disabled_real_ms = NULL WHERE user_id = ?", (user_id,))


def _end_sessions(connection: Connection, user_id: str) -> None:
    connection.execute("DELETE FROM sessions WHERE user_id = ?", (user_id,))


def ensure_user(connection: Connection, *, name: str, password: str, now_ms: int) -> None:
    """Make an administrator, or give the user this password if it has another; for the demo and for tests."""
    known = user(connection, name)
    if known is None:
        add(connection, name=name, password_hash=hash_of(password), role="admin", now_ms=now_ms)
    elif not _is_right(known.password_hash, password):
        set_password(connection, known.user_id, password_hash=hash_of(password))


def verify_password(connection: Connection, *, name: str, password: str) -> User | None:
    """Return the user of this name if the password is right and they may sign in; any answer takes as long."""
    absent = _absent_hash()  # at each call: the first would otherwise be told by its time
    known = user(connection, name)
    is_right = _is_right(absent if known is None else known.password_hash, password)
    return known if known is not None and is_right and known.disabled_real_ms is None else None


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
