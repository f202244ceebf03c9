"""How a box stands with the hub: live, quarantined or revoked; and what may follow on what.

1. A box of which nothing is written is live.
2. live -> quarantined: the hub saw two boxes under one name. The box is refused until a person has looked.
3. quarantined -> live: a person released it. What is seen from then on may quarantine it again.
4. live, quarantined -> revoked: a person took its right away. For good: the box comes back by a new label, under a new
   name.

A box that is not live is refused everywhere: the broker denies it by name, ingest takes nothing from it and
acknowledges nothing, HTTPS refuses its certificate. It goes on measuring and sounding its own siren; what it records
waits on the box. There is no revocation list, and no date that could pass: a box is refused because a row says so.
"""

from enum import StrEnum

from contract.errors import IdentityError
from contract.identity import verify_node_id
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.fleet.errors import StandingError
from hub.storage import bindings, changes, claims, standings, view_bindings
from hub.storage.connection import Connection
from hub.storage.standings import StandingRow

REASON_LONGEST = 200


class Standing(StrEnum):
    """How a box stands."""

    LIVE = "live"
    QUARANTINED = "quarantined"
    REVOKED = "revoked"


def standing(connection: Connection, node_id: str) -> Standing:
    """Return how a box stands now; one that nobody knows is live, and has no certificate."""
    newest = standings.newest(connection, node_id)
    return Standing.LIVE if newest is None else Standing(newest.standing)


def refused(connection: Connection) -> dict[str, Standing]:
    """Return every box that is not live."""
    return {row.node_id: Standing(row.standing) for row in standings.not_live(connection)}


def quarantine(connection: Connection, node_id: str, *, reason: str, now_ms: int, actor: str = audit_log.HUB) -> bool:
    """Refuse a live box until a person has looked; answer whether it was live. Inside a write.

    Args:
        connection: inside a write.
        node_id: of the box.
        reason: what was seen.
        now_ms: the hub's clock.
        actor: who did it.
    """
    if standing(connection, node_id) is not Standing.LIVE:
        return False
    _enter(connection, node_id, Standing.QUARANTINED, Action.NODE_QUARANTINED, reason, actor=actor, now_ms=now_ms)
    return True


def release(connection: Connection, node_id: str, *, reason: str, now_ms: int, actor: str) -> None:
    """Let a quarantined box speak again: a person has looked. Inside a write.

    Raises:
        StandingError: it is not quarantined, or there is no reason.
    """
    now = standing(connection, node_id)
    if now is Standing.REVOKED:
        raise StandingError(
            f"node {node_id}: dicabut untuk selamanya / is revoked for good. Kotak itu masuk lagi dengan label baru / "
            "the box comes back by a new label: hub claim new SITE"
        )
    if now is Standing.LIVE:
        raise StandingError(f"node {node_id}: tidak dikarantina / is not in quarantine. Lihat / see: hub node list")
    _enter(connection, node_id, Standing.LIVE, Action.NODE_RELEASED, reason, actor=actor, now_ms=now_ms)


def revoke(
    connection: Connection, node_id: str, *, reason: str, now_ms: int, actor: str, is_lost: bool = False
) -> None:  # fmt: skip
    """Take a box's right to speak away, for good. Inside a write.

    Args:
        connection: inside a write.
        node_id: of the box.
        reason: why.
        now_ms: the hub's clock.
        actor: who did it.
        is_lost: a restore took what the hub knew of the box; any name is believed that could be one.

    Raises:
        StandingError: the hub knows no such box, it is revoked already, or there is no reason.
    """
    if is_lost:
        _verify_form(node_id)
    elif not is_known(connection, node_id):
        raise StandingError(f"node {node_id!r}: tidak dikenal / not known. Lihat / see: hub node list")
    if standing(connection, node_id) is Standing.REVOKED:
        raise StandingError(f"node {node_id}: sudah dicabut / is revoked already. Lihat / see: hub node list")
    _enter(connection, node_id, Standing.REVOKED, Action.NODE_REVOKED, reason, actor=actor, now_ms=now_ms)


def _verify_form(node_id: str) -> None:
    try:
        verify_node_id(node_id)
    except IdentityError as problem:
        raise StandingError(f"{problem}. Bukan nama kotak / no name of a box.") from problem


def is_known(connection: Connection, node_id: str) -> bool:
    """Answer whether a box of this name was ever given out, heard, or bound to a station or view."""
    bound = {binding.node_id for binding in bindings.all_bindings(connection)}
    bound |= {binding.node_id for binding in view_bindings.all_bindings(connection)}
    return node_id in bound or claims.is_node_known(connection, node_id)


def _enter(
    connection: Connection, node_id: str, to: Standing, action: Action, reason: str, *, actor: str, now_ms: int
) -> None:
    words = reason.strip()[:REASON_LONGEST]
    if not words:
        raise StandingError(f"node {node_id}: alasan belum ditulis / no reason given. Coba / try: --reason ALASAN")
    standings.add(
        connection, StandingRow(node_id=node_id, standing=to, reason=words, actor=actor, at_ms=now_ms)
    )  # fmt: skip
    changes.add(connection, at_ms=now_ms, kind="node", ref=node_id)
    for binding in bindings.counting(bindings.all_bindings(connection)).values():
        if binding.node_id == node_id:
            changes.add(connection, at_ms=now_ms, kind="station", ref=binding.station_id)
    audit_log.note(
        connection, now_ms=now_ms, actor=actor, action=action, subject=node_id, detail={"reason": words}
    )  # fmt: skip
