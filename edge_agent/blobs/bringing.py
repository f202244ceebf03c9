"""Brings one picture to the hub: asks how much of it is there, sends the rest, as often as a cut makes it ask again.

The hub is asked before anything is sent, so a refusal costs no bytes, and after a cut only what is missing is sent.
"""

import hashlib
import http.client
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contract.blobs import BLOB_MOST_BYTES, OFFSET_HEADER, PATH

QUIET_S = 15.0
"""So long the hub may be silent, or the line take nothing; 4G at a river."""
ROUNDS_MOST = 3
"""Questions for one picture: at first, after the hub found its part spoilt, and once more."""
LATER_S = 3_600
"""When to come again where the hub does not say."""
ANSWER_MOST_BYTES = 64 * 1024

_HAS_IT = frozenset({http.client.OK, http.client.CREATED})
_NEVER = frozenset({http.client.REQUEST_ENTITY_TOO_LARGE, http.client.UNSUPPORTED_MEDIA_TYPE})


class Fate(StrEnum):
    """What came of a picture."""

    KEPT = "kept"
    """The hub has it."""
    REFUSED = "refused"
    """Nobody will ever take it."""
    LATER = "later"
    """The hub takes none now."""
    AWAY = "away"
    """The hub does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of a picture, and why."""

    fate: Fate
    why: str = ""
    again_s: int = 0
    """When to come again, where the hub said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the hub answered."""

    status: int
    offset: int | None
    again_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bringer:
    """Of one box.

    Attributes:
        host: of the hub.
        port: of boxes.
        context: trusts the hub alone, and shows the box's certificate.
        quiet_s: so long the hub may be silent.
    """

    host: str
    port: int
    context: ssl.SSLContext
    quiet_s: float = QUIET_S

    def bring(self, path: Path) -> Brought:
        """Bring one picture; its name is the SHA-256 of its content."""
        try:
            content = _read(path)
        except OSError as problem:
            return Brought(fate=Fate.REFUSED, why=f"cannot be read: {problem.strerror}")
        if hashlib.sha256(content).hexdigest() != path.name or not content:
            return Brought(fate=Fate.REFUSED, why="is too large, empty, or not what its name says")
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=self.quiet_s, context=self.context)
        try:
            with closing(connection):
                return _brought(lambda body, span: _put(connection, path.name, body, span), content)
        except (OSError, http.client.HTTPException, ValueError) as problem:
            return Brought(fate=Fate.AWAY, why=f"{self.host}:{self.port}: {type(problem).__name__} {problem}")


def _brought(put: Callable[[bytes, str], Told], content: bytes) -> Brought:
    """Ask and send, until the hub has it or says no."""
    total = len(content)
    told = Told(status=0, offset=None, again_s=None)
    for _ in range(ROUNDS_MOST):
        told = put(b"", f"*/{total}")
        if told.offset is not None and 0 <= told.offset < total:
            told = put(content[told.offset :], f"{told.offset}-{total - 1}/{total}")
        if told.status in _HAS_IT:
            return Brought(fate=Fate.KEPT)
        if told.status in _NEVER:
            return Brought(fate=Fate.REFUSED, why=f"the hub answered {told.status}")
        if told.again_s is not None:
            break
    return Brought(
        fate=Fate.LATER,
        why=f"the hub answered {told.status}",
        again_s=LATER_S if told.again_s is None else told.again_s,
    )


def _put(connection: http.client.HTTPSConnection, name: str, body: bytes, span: str) -> Told:
    headers = {"Content-Range": f"bytes {span}", "Content-Type": "application/octet-stream"}
    connection.request("PUT", f"{PATH}/{name}", body=body, headers=headers)
    heard = connection.getresponse()
    if len(heard.read(ANSWER_MOST_BYTES)) == ANSWER_MOST_BYTES:
        connection.close()
    return Told(
        status=heard.status,
        offset=_number(heard.getheader(OFFSET_HEADER)),
        again_s=_number(heard.getheader("Retry-After")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - digits of any sensible number


def _read(path: Path) -> bytes:
    """Return the content; of a file that is too large only so much that its hash is wrong."""
    with path.open("rb") as file:
        return file.read(BLOB_MOST_BYTES + 1)[: BLOB_MOST_BYTES + 1]
