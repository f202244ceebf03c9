"""What the program that brings pictures tells the uplink: one JSON line."""

import msgspec
from msgspec import Struct


class Report(Struct, frozen=True, kw_only=True):
    """What came of one errand."""

    kept: int = 0
    """Pictures that the hub has by it."""
    refused: int = 0
    """Pictures that nobody will take; they are gone."""
    again_s: int = 0
    """When the hub takes some again, real seconds; 0: it said nothing."""
    is_away: bool = False
    """The hub does not answer."""


def encoded(report: Report) -> str:
    """Return the line."""
    return msgspec.json.encode(report).decode()


def decoded(line: bytes) -> Report | None:
    """Return what a line says, or None: the program broke off."""
    try:
        return msgspec.json.decode(line, type=Report)
    except msgspec.MsgspecError:
        return None
