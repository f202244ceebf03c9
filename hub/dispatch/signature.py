"""Signs what the hub posts, so that a receiver knows it is the hub's: HMAC-SHA256 (RFC 2104) over the whole body."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from hub.dispatch.errors import SecretError

HEADER = "X-Jagawai-Signature"
_FORM = "sha256="
_SHORTEST_BYTES = 16
_SECRET_BYTES = 32


def sign(secret: bytes, body: bytes) -> str:
    """Return the value of the signature header."""
    return _FORM + hmac.new(secret, body, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, body: bytes, signature: str) -> bool:
    """Whether `signature` is that of `body`; takes the same time for every wrong one."""
    return hmac.compare_digest(sign(secret, body).encode(), signature.encode())


def read_secret(path: Path) -> bytes:
    """Return the secret in `path`, without white space at its ends.

    Raises:
        SecretError: there is no such file, or it holds less than 16 bytes.
    """
    try:
        secret = path.read_bytes().strip()
    except OSError as problem:
        raise SecretError(
            f"reading the webhook secret {path}: {problem.strerror}. Put a file of 32 random bytes there."
        ) from problem
    if len(secret) < _SHORTEST_BYTES:
        raise SecretError(f"reading the webhook secret {path}: expected at least 16 bytes, got {len(secret)}")
    return secret


def make_secret(path: Path) -> bytes:
    """Return the secret in `path`; where there is none, make one that its owner alone can read.

    Raises:
        SecretError: what stands there cannot be used.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_secret(path)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(_SECRET_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
    return read_secret(path)
