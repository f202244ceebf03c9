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
from hub.storage.rows import columns_of, read, read_one

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
    signed_in_real_ms: int | None = None
    """When they last signed in."""

    def __repr__(self) -> str:
        """Return the user without the hash: a log is no place for it."""
        return f"User({self.name!r}, {self.role!r})"


_SELECT = f"SELECT {columns_of(User)} FROM users"  # noqa: S608 - our own column names
ADMIN = "admin"
"""The role of who may give roles; `hub.api.rights` says what it may do beside."""


_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u043a\u043c\u0442\u043d\u0432"
    "\u03b1\u03bf\u03c1\u03bd\u03b9\u03ba\u03c4\u03c5\u03c7\u03b7\u03b2\u03b5\u03bc\u03b6\u0131\u0251\u0261",
    "aeopcyxijshdqwkmthbaopviktuxnbemziag",
)
"""Small letters of Cyrillic, Greek and phonetic Latin, and whom they pass for, small or as their capitals do."""


@cache
def _absent_hash() -> str:
    """Return what is verified where there is no such user: a wrong name takes as long as a wrong password."""
    return _HASHER.hash(secrets.token_urlsafe())


def no_password() -> str:
    """Return the hash of a password that nobody knows, for who has yet to choose one."""
    return _HASHER.hash(secrets.token_urlsafe())


def hash_of(password: str) -> str:
    """Return the hash to keep of a password; takes as long as verifying one, so do it outside a write."""
    return _HASHER.hash(password)


def user(connection: Connection, name: str) -> User | None:
    """Return the user of this name, or None."""
    return read_one(connection, f"{_SELECT} WHERE name = ?", (name,), User)


def by_id(connection: Connection, user_id: str) -> User | None:
    """Return the user of this id, or None."""
    return read_one(connection, f"{_SELECT} WHERE user_id = ?", (user_id,), User)


def all_users(connection: Connection) -> list[User]:
    """Return everybody by name."""
    return read(connection, f"{_SELECT} ORDER BY name", (), User)


def is_taken(connection: Connection, name: str) -> bool:
    """Answer whether a person or a token has this name, or one that looks the same.

    `rina (hp)` is what histories call a token of rina's, so it is hers too.
    """
    names = connection.execute("SELECT name FROM users UNION ALL SELECT name FROM api_tokens")
    known = {folded(known) for (known,) in names}
    wanted = folded(name)
    return wanted in known or wanted.partition("(")[0].strip() in known


def folded(name: str) -> str:
    """Return what names that look alike have in common: no capitals, one kind of space, dash and letter."""
    plain = "".join(
        "-" if unicodedata.category(letter) == "Pd" else letter for letter in unicodedata.normalize("NFKC", name)
    )
    return " ".join(plain.casefold().translate(_LOOK_ALIKES).split())


def is_admin_there(connection: Connection) -> bool:
    """Answer whether an administrator may sign in."""
    return admin_count(connection) > 0


def admin_count(connection: Connection) -> int:
    """Return how many administrators may sign in."""
    sql = "SELECT count(*) FROM users WHERE role = ? AND disabled_real_ms IS NULL"
    return int(connection.execute(sql, (ADMIN,)).fetchone()[0])


def add(connection: Connection, *, name: str, password_hash: str, role: str, now_ms: int) -> str:
    """Write a new user down, inside a write; return its id."""
    user_id = secrets.token_hex(8)
    connection.execute(
        "INSERT INTO users (user_id, name, password_hash, role, created_ms) VALUES (?, ?, ?, ?, ?)",
        (user_id, name, password_hash, role, now_ms),
    )
    return user_id


def set_password(connection: Connection, user_id: str, *, password_hash: str) -> None:
    """Give a user another password; every session ends, a link by which they could choose one, and their own tokens.

    Whoever knew the old password may have made a token with it.
    """
    connection.execute("UPDATE users SET password_hash = ? WHERE user_id = ?", (password_hash, user_id))
    _end_ways_in(connection, user_id)


def set_role(connection: Connection, user_id: str, *, role: str) -> None:
    """Give a user another role; every session ends."""
    connection.execute("UPDATE users SET role = ? WHERE user_id = ?", (role, user_id))
    _end_sessions(connection, user_id)


def disable(connection: Connection, user_id: str, *, now_real_ms: int) -> None:
    """Let a user sign in no more; every session, link and token of theirs ends, also for when they may again.

    The name stays in histories and is not given again.
    """
    sql = "UPDATE users SET disabled_real_ms = ? WHERE user_id = ? AND disabled_real_ms IS NULL"
    connection.execute(sql, (now_real_ms, user_id))
    _end_ways_in(connection, user_id)


def enable(connection: Connection, user_id: str) -> None:
    """Let a user sign in again."""
    connection.execute("UPDATE users SET disabled_real_ms = NULL WHERE user_id = ?", (user_id,))


def _end_ways_in(connection: Connection, user_id: str) -> None:
    connection.execute("DELETE FROM password_links WHERE user_id = ?", (user_id,))
    connection.execute("DELETE FROM api_tokens WHERE owner_id = ?", (user_id,))
    _end_sessions(connection, user_id)


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
