"""A box leaves the fleet in good order: it is asked, hands everything over, wipes itself, and is then revoked.

1. A person asks (`begin`). Nothing is said to the box for `UNDO_S`; `cancel` in that time has no trace on it.
2. Then the box is told by a command that lives `ASKED_FOR_S`, and told anew when that time is over, as long as it is
   heard and has not answered. A box that is away is told when it is back. Real seconds, all of them.
3. `cancel` later is sent to the box too. It may come too late: a box that has answered is gone, whoever cancelled.
4. The box answers `done`: there is no way back. As soon as it has left, or `LEAVES_WITHIN_S` later, it is revoked for
   good, and its stations have no gauge from then on. Its history stays.
5. A person who revokes it meanwhile (`hub node revoke`) has the last word: nothing more is asked.

A box in quarantine is not asked: what two boxes under one name would answer is worth nothing.
"""

from contract.retirement import CANCEL, RETIRE, meant_for
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.fleet import commands as orders
from hub.fleet import standing
from hub.fleet.errors import StandingError
from hub.fleet.standing import REASON_LONGEST, Standing
from hub.storage import bindings, changes, commands, meta, retirements, view_bindings
from hub.storage.connection import Connection
from hub.storage.retirements import Retirement

UNDO_S = 120.0
ASKED_FOR_S = 600.0
LEAVES_WITHIN_S = 30.0
"""From its answer on the box hears that the hub has it, and says goodbye; a lost word is said again in that time."""
DONE = "done"
_PREFIX = "dipensiunkan / retired: "


def begin(connection: Connection, node_id: str, *, reason: str, now_ms: int, actor: str) -> None:
    """Write down that a box is to leave. Inside a write.

    Raises:
        StandingError: the hub knows no such box, it is refused or to leave already, or there is no reason.
    """
    words = reason.strip()[: REASON_LONGEST - len(_PREFIX)]
    if not standing.is_known(connection, node_id):
        raise StandingError(f"node {node_id!r}: tidak dikenal / not known. Lihat / see: hub node list")
    if standing.standing(connection, node_id) is not Standing.LIVE:
        raise StandingError(
            f"node {node_id}: ditolak di mana-mana, tidak dapat diminta apa pun / is refused everywhere and can be "
            f"asked nothing. Lihat / see: hub node list. Coba / try: hub node revoke {node_id}"
        )
    if open_of(connection, node_id) is not None:
        raise StandingError(
            f"node {node_id}: sudah diminta pensiun / is to retire already. Urungkan / undo: "
            f"hub node retire {node_id} --cancel"
        )
    if not words:
        raise StandingError(f"node {node_id}: alasan belum ditulis / no reason given. Coba / try: --reason ALASAN")
    retirements.add(connection, node_id=node_id, reason=words, actor=actor, now_ms=now_ms)
    _note(connection, node_id, Action.NODE_RETIRING, {"reason": words}, now_ms=now_ms, actor=actor)


def cancel(connection: Connection, node_id: str, *, now_ms: int, actor: str) -> bool:
    """Take it back; answer whether the box was told of it and has to be told of this. Inside a write.

    Raises:
        StandingError: it is not to leave, or has answered.
    """
    one = open_of(connection, node_id)
    if one is None:
        raise StandingError(f"node {node_id}: tidak sedang dipensiunkan / is not to retire. Lihat / see: hub node list")
    if one.answered_ms is not None:
        raise StandingError(
            f"node {node_id}: sudah menjawab, kuncinya sudah dihapus / has answered, its key is wiped. Kotak itu masuk "
            "lagi dengan label baru / the box comes back by a new label: hub claim new SITE"
        )
    retirements.end(connection, one.retirement_id, outcome="cancelled", now_ms=now_ms)
    _note(connection, node_id, Action.NODE_KEPT, {"reason": one.reason}, now_ms=now_ms, actor=actor)
    if one.command_id is None:
        return False
    commands.set_result(
        connection, one.command_id, node_id=node_id, result="cancelled", text="diurungkan di pusat", now_ms=now_ms
    )
    _tell(connection, node_id, CANCEL, now_ms=now_ms, actor=actor)
    return True


def is_to_ask(one: Retirement, *, now_ms: int, rate: float) -> bool:
    """Answer whether a box that is heard is to be told now, first or anew.

    Args:
        one: an open request.
        now_ms: the hub's clock.
        rate: of that clock, scaled seconds per real second.
    """
    if one.answered_ms is not None:
        return False
    since_ms, wait_s = (one.asked_ms, UNDO_S) if one.issued_ms is None else (one.issued_ms, ASKED_FOR_S)
    return now_ms - since_ms >= 1000 * wait_s * rate


def ask(connection: Connection, one: Retirement, *, now_ms: int) -> None:
    """Tell the box. Inside a write."""
    command_id = _tell(connection, one.node_id, RETIRE, now_ms=now_ms, actor=one.actor)
    retirements.set_command(connection, one.retirement_id, command_id=command_id, now_ms=now_ms)


def take_answer(connection: Connection, node_id: str, command_id: str, *, result: str, now_ms: int) -> None:
    """Take what a box has said to a command; all but a `retire` that was carried out is passed over. Inside a write."""
    if result != DONE or not commands.is_of(connection, command_id, node_id=node_id, kind=RETIRE):
        return
    one = retirements.newest(connection, node_id)
    if one is not None and one.answered_ms is None:
        retirements.set_answered(connection, one.retirement_id, now_ms=now_ms)
        changes.add(connection, at_ms=now_ms, kind="node", ref=node_id)


def complete(connection: Connection, one: Retirement, *, now_ms: int) -> None:
    """Revoke a box that has left, and end what it was bound to. Inside a write."""
    stations = sorted(
        binding.station_id
        for binding in bindings.all_bindings(connection)
        if binding.node_id == one.node_id and binding.ended_ms is None
    )
    if standing.standing(connection, one.node_id) is not Standing.REVOKED:
        standing.revoke(connection, one.node_id, reason=f"{_PREFIX}{one.reason}", now_ms=now_ms, actor=one.actor)
    bindings.end_all(connection, node_id=one.node_id, now_ms=now_ms)
    view_bindings.end_all(connection, node_id=one.node_id, now_ms=now_ms)
    retirements.end(connection, one.retirement_id, outcome="retired", now_ms=now_ms)
    detail = {"reason": one.reason, "stations": ", ".join(stations)}
    _note(connection, one.node_id, Action.NODE_RETIRED, detail, now_ms=now_ms, actor=one.actor)


def open_of(connection: Connection, node_id: str) -> Retirement | None:
    """Return the open request of a box, or None."""
    one = retirements.newest(connection, node_id)
    return one if one is not None and one.ended_ms is None else None


def _tell(connection: Connection, node_id: str, kind: str, *, now_ms: int, actor: str) -> str:
    return orders.issue(
        connection,
        node_id=node_id,
        kind=kind,
        site="",
        args=meant_for(node_id=node_id, db_epoch=meta.db_epoch(connection)),
        ttl_s=ASKED_FOR_S,
        by=actor,
        now_ms=now_ms,
    )


def _note(
    connection: Connection, node_id: str, action: Action, detail: dict[str, str], *, now_ms: int, actor: str
) -> None:
    changes.add(connection, at_ms=now_ms, kind="node", ref=node_id)
    audit_log.note(connection, now_ms=now_ms, actor=actor, action=action, subject=node_id, detail=detail)
