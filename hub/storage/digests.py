"""Secrets that the hub gives away, and what it keeps of them.

256 random bits each; SHA-256 of one is enough, there is nothing to guess.
"""

import hashlib
import secrets


def new_secret() -> str:
    """Return 256 random bits as 43 characters that may stand in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what the database keeps of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
