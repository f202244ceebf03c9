"""How the rows of the audit log hang together. Pure.

The hash of a row is SHA-256 over one compact JSON array in UTF-8, nothing escaped that JSON does not ask for:
`["<hash before>",n,at_ms,"actor","action","subject","<detail as the text it is stored as>"]`. Before the first row
stand 64 zeros. Anybody can compute it again with other tools.
"""

import hashlib

import msgspec

from hub.storage.audit import Row

NOTHING_BEFORE = "0" * 64

_encode = msgspec.json.Encoder().encode


def hash_of(before: str, row: Row, *, n: int | None = None) -> str:
    """Return the hash that `row` must have behind a row of hash `before`; `n`: as if it had that number."""
    place = row.n if n is None else n
    values = [before, place, row.at_ms, row.actor, row.action, row.subject, row.detail]
    return hashlib.sha256(_encode(values)).hexdigest()


def follows(before: str, row: Row, *, n: int | None = None) -> bool:
    """Answer whether `row` was written behind a row of hash `before`; `n`: with that number then."""
    return row.hash == hash_of(before, row, n=n)
