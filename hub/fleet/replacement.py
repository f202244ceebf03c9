"""Another box at a site: the old one loses its right to speak, and what it measured stays where it was measured.

1. `replace` revokes one box of the site. Where there are two, or where one could be there whose claim a restore has
   lost, a person must name it: a revocation is for good. Its records, spools and certificates keep its name.
2. The new box gets a name of its own with its claim code, so no records of two boxes share a name, a spool or a number.
3. When a box claims a site, it takes over the open bindings of the site's revoked boxes, gauge by gauge of the same
   name, from that moment on; and the quota. Readings before it stay with the old binding.
4. It has one gauge of each name. Where two revoked boxes had one, the box that was revoked last goes first; what stays
   behind is written into the audit log, for a person to bind.
5. A binding of a box that still lives is never touched: a site may have two boxes.
"""

from dataclasses import dataclass

from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.fleet.errors import SiteError
from hub.fleet.standing import Standing, revoke, standing
from hub.storage import bindings, claims, node_certificates, quotas, standings, view_bindings
from hub.storage.bindings import Binding
from hub.storage.connection import Connection
from provisioning.identity import claim_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Inheritance:
    """What revoked boxes of a site have left."""

    moving: tuple[Binding, ...]
    """To the next box that claims the site."""
    staying: tuple[Binding, ...]
    """Of a gauge whose name that box has already."""


def replace(
    connection: Connection, site_id: str, *, reason: str, now_ms: int, actor: str, node_id: str | None = None
) -> str:
    """Revoke a box of a site; return its name. Inside a write.

    Args:
        connection: inside a write.
        site_id: of the city file; the caller has seen that it is known.
        reason: why, for the audit log.
        now_ms: the hub's clock.
        actor: who did it.
        node_id: which; None where the site has one alone.

    Raises:
        SiteError: there is none that is not revoked already, it is not of this site, or nobody has said which.
        StandingError: there is no reason.
    """
    here = [one for one in _boxes_of(connection, site_id) if standing(connection, one) is not Standing.REVOKED]
    lost = [
        one for one in node_certificates.unclaimed(connection) if standing(connection, one) is not Standing.REVOKED
    ]  # fmt: skip
    chosen = _chosen(site_id, here, lost) if node_id is None else node_id
    if chosen in lost:
        _write_claim_anew(connection, site_id, chosen, now_ms=now_ms, actor=actor)
    elif chosen not in here:
        raise SiteError(
            f"site {site_id}: kotak / box {chosen} bukan di sini, atau sudah dicabut / is not here, or is revoked "
            f"already. Di sini / here: {', '.join(here) or '-'}. Lihat / see: hub claim list"
        )
    revoke(connection, chosen, reason=reason, now_ms=now_ms, actor=actor)
    return chosen


def take_over(connection: Connection, site_id: str, node_id: str, *, now_ms: int, actor: str) -> Inheritance:
    """Bind a new box where the site's revoked boxes were bound; return what moved and what did not. Inside a write.

    Args:
        connection: inside a write.
        site_id: that the box has claimed.
        node_id: of the new box.
        now_ms: the hub's clock; from here on.
        actor: who brought it, for the audit log.
    """
    left = inheritance(connection, site_id, node_id=node_id)
    for binding in left.moving:
        bindings.bind(
            connection, node_id=node_id, source=binding.source, station_id=binding.station_id, now_ms=now_ms
        )  # fmt: skip
    _take_over_views(connection, site_id, node_id, now_ms=now_ms, actor=actor)
    told = [(Action.BINDING_MOVED, one) for one in left.moving] + [(Action.BINDING_STAYED, one) for one in left.staying]
    for action, binding in told:
        audit_log.note(
            connection,
            now_ms=now_ms,
            actor=actor,
            action=action,
            subject=binding.station_id,
            detail={"from": binding.node_id, "to": node_id, "source": binding.source},
        )
    held = quotas.all_quotas(connection)
    quota_mb = next((held[binding.node_id] for binding in left.moving if binding.node_id in held), None)
    if quota_mb is not None:
        quotas.save(connection, node_id, quota_mb=quota_mb)
    return left


def _take_over_views(connection: Connection, site_id: str, node_id: str, *, now_ms: int, actor: str) -> None:
    """Have the new box's cameras look where those of the same name of the site's revoked boxes looked."""
    counting = view_bindings.counting(view_bindings.all_bindings(connection))
    sources = {source for bound_id, source in counting if bound_id == node_id}
    for gone in _revoked_last_first(connection, site_id):
        for (bound_id, source), held in counting.items():
            if bound_id != gone or gone == node_id or source in sources:
                continue
            sources.add(source)
            view_bindings.bind(connection, node_id=node_id, source=source, view_id=held.view_id, now_ms=now_ms)
            audit_log.note(
                connection,
                now_ms=now_ms,
                actor=actor,
                action=Action.BINDING_MOVED,
                subject=held.view_id,
                detail={"from": gone, "to": node_id, "source": source},
            )


def inheritance(connection: Connection, site_id: str, *, node_id: str | None = None) -> Inheritance:
    """Return what a box would take over now by claiming a site.

    Args:
        connection: to read with.
        site_id: of the city file.
        node_id: of the box; None: one that is new, and bound nowhere.
    """
    counting = bindings.counting(bindings.all_bindings(connection)).values()
    sources = {binding.source for binding in counting if binding.node_id == node_id}
    moving: list[Binding] = []
    staying: list[Binding] = []
    for gone in _revoked_last_first(connection, site_id):
        for binding in counting:
            if binding.node_id == gone != node_id:
                (staying if binding.source in sources else moving).append(binding)
                sources.add(binding.source)
    return Inheritance(moving=tuple(moving), staying=tuple(staying))


def _chosen(site_id: str, here: list[str], lost: list[str]) -> str:
    """Return the one box of a site, where nobody has to be asked.

    Args:
        site_id: of the city file.
        here: its boxes.
        lost: boxes that may be anywhere, because a restore has lost their claims.
    """
    if len(here) == 1 and not lost:
        return here[0]
    found = [f"{one} (di sini / here)" for one in here]
    found += [f"{one} (klaimnya hilang oleh pemulihan / its claim was lost by a restore)" for one in lost]
    if found:
        raise SiteError(
            f"site {site_id}: kotak mana yang diganti / which box is replaced? Pencabutan untuk selamanya / a "
            f"revocation is for good. Mungkin / it may be: {', '.join(found)}. Sebut / name it: --node ID"
        )
    raise SiteError(
        f"site {site_id}: belum ada kotak, atau sudah dicabut / has no box, or it is revoked already. "
        f"Coba / try: hub claim new {site_id}"
    )


def _write_claim_anew(connection: Connection, site_id: str, node_id: str, *, now_ms: int, actor: str) -> None:
    """Write down what a restore has lost: that this box is the site's. Nobody will ever know the code of this claim."""
    first = node_certificates.of_node(connection, node_id)[0]
    claim_id = claims.add(
        connection,
        site_id=site_id,
        code_hash=claim_code.digest(claim_code.new_code()),
        created_real_ms=first.issued_real_ms,
        expires_real_ms=first.issued_real_ms,
    )
    claims.mark_taken(
        connection,
        claim_id,
        key_fingerprint=first.key_fingerprint,
        node_id=node_id,
        now_real_ms=first.issued_real_ms,
    )
    audit_log.note(
        connection,
        now_ms=now_ms,
        actor=actor,
        action=Action.CLAIM_TAKEN,
        subject=site_id,
        detail={"claim": claim_id, "node": node_id, "key": first.key_fingerprint, "why": "lost by a restore"},
    )


def _revoked_last_first(connection: Connection, site_id: str) -> list[str]:
    """Return the revoked boxes of a site, the one that was revoked last first."""
    since_ms: dict[str, int] = {}
    for one in reversed(_boxes_of(connection, site_id)):
        newest = standings.newest(connection, one)
        if newest is not None and newest.standing == Standing.REVOKED:
            since_ms[one] = newest.at_ms
    return sorted(since_ms, key=lambda one: -since_ms[one])


def _boxes_of(connection: Connection, site_id: str) -> list[str]:
    return [one.node_id for one in claims.of_site(connection, site_id) if one.node_id is not None]
