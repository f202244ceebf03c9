"""Reads what a process wrote down for its own next start, value by value, and never fails over one of them."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec

log = logging.getLogger(__name__)


def remembered(read: Callable[[str], bytes | None], key: str, kind: Any, default: Any) -> Any:
    """Return the kept value of a key, or the default where there is none or none that can be read.

    Args:
        read: the outbox's state by key, JSON.
        key: under which it is kept.
        kind: what msgspec takes it for.
        default: what it begins with.
    """
    raw = read(key)
    if raw is None or raw == b"null":
        return default
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as exc:
        log.warning("memory: %s cannot be read (%s); it begins anew", key, exc)
        return default
