"""Addresses whose last part is a secret, and how they are written where others read: in logs and links of a page."""

import re

_SECRET = re.compile(r"^/(t|mulai|layar|sandi)/.*", re.DOTALL)


def shown_path(path: str) -> str:
    """Return a path without its secret."""
    return _SECRET.sub(r"/\1/***", path)
