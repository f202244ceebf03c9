"""Names of nodes, spools and records.

`node_id` is given by the hub and never reused. `spool_id` is 128 random bits made with an outbox file.
A record's key is (node_id, spool_id, seq); as text `node/spool/seq`, which is also the form of a decision id.
"""

import re
import secrets
from typing import Annotated

from msgspec import Meta

from contract.errors import IdentityError

NODE_ID_PATTERN = r"^[a-z0-9][a-z0-9-]{4,30}[a-z0-9]$"
SPOOL_ID_PATTERN = r"^[0-9a-f]{32}$"
SOURCE_PATTERN = r"^[a-z][a-z0-9-]{0,15}$"
HUB_NAME = "hub"
"""The hub's own name at the broker, and the CN of its certificate; too short to be a node id."""

NodeId = Annotated[
    str, Meta(pattern=NODE_ID_PATTERN, description="6 to 32 characters of a-z, 0-9 and -, for example n-7f3k2m9q")
]
SourceName = Annotated[
    str, Meta(pattern=SOURCE_PATTERN, description="a letter, then up to 15 of a-z, 0-9 and -, for example g1")
]
"""Both as fields of a config file, with the words that a wrong one is answered with."""

_NODE_ID = re.compile(NODE_ID_PATTERN)


def verify_node_id(node_id: str) -> str:
    """Return `node_id` if it has the form of one.

    Raises:
        IdentityError: it has not; the text says what the form is.
    """
    if not _NODE_ID.fullmatch(node_id):
        message = (
            f"node id {node_id!r}: expected 6 to 32 characters of a-z, 0-9 and '-', "
            "with a letter or digit at both ends, for example 'n-7f3k2m9q'"
        )
        raise IdentityError(message)
    return node_id


def new_spool_id() -> str:
    """Return a new random spool id: 128 bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def record_key(node_id: str, spool_id: str, seq: int) -> str:
    """Return the key of a record as text, the form of a decision id."""
    return f"{node_id}/{spool_id}/{seq}"
