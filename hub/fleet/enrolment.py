"""Lets a box in that shows a claim code and a key: the same for what comes by HTTPS and on a stick.

Everything stands in one write of the caller: the code is taken, the certificate issued and kept, the row of the audit
log written, or nothing of it. A refusal is written too (counted, and the alarm of a copied label), so it is returned
and not raised.
"""

from dataclasses import dataclass

from contract.clock import aware
from hub.alerting import desk
from hub.alerting.alert import CLAIM_COPIED_CODE
from hub.alerting.policy import AlertPolicy
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.fleet import claims as codes
from hub.fleet import replacement
from hub.fleet.authority.issuing import issue_node_certificate, read_request
from hub.fleet.authority.shelf import Authority
from hub.fleet.claims import Outcome, Take
from hub.storage import claims, counters
from hub.storage.claims import Claim
from hub.storage.connection import Connection
from provisioning.identity.enrolment import Answer, Ask, Broker

ENROLMENTS = "jagawai_enrolments_total"
"""Counter of attempts by what became of them."""

LET_IN = frozenset({Outcome.TAKEN, Outcome.AGAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now, on both clocks: codes and certificates live in real time, alerts and the audit log in the hub's."""

    real_ms: int
    hub_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of an attempt; the answer is there where the box was let in."""

    outcome: Outcome
    answer: Answer | None = None


def enrol(
    connection: Connection,
    ask: Ask,
    *,
    authority: Authority,
    broker: Broker,
    moment: Moment,
    policy: AlertPolicy,
    actor: str,
) -> Entry:
    """Let a box in, or say why not.

    Args:
        connection: inside a write.
        ask: of the box.
        authority: that signs.
        broker: where boxes reach it.
        moment: now.
        policy: of the city's alerts.
        actor: who brought it, for the audit log.

    Raises:
        RequestRefusedError: the certificate request is none that may be signed; nothing is written.
        AuthorityClockError: nothing can be signed now; nothing is written, the code stays fresh.
    """
    request = read_request(ask.csr_bytes)
    before = codes.found(connection, ask.claim)
    alarms = 0 if before is None else claims.alarm_keys(connection, before.claim_id)
    take = codes.take(
        connection, ask.claim, key_fingerprint=request.key_fingerprint, now_real_ms=moment.real_ms
    )  # fmt: skip
    counters.add(connection, {(ENROLMENTS, f'outcome="{take.outcome}"'): 1})
    if take.outcome is Outcome.OTHER_KEY and before is not None:
        if claims.alarm_keys(connection, before.claim_id) > alarms:
            _note_copy(connection, before, key=request.key_fingerprint, moment=moment, policy=policy, actor=actor)
        return Entry(outcome=take.outcome)
    if take.outcome not in LET_IN:
        return Entry(outcome=take.outcome)
    certificate = take.certificate or _issued(connection, take, ask, authority=authority, moment=moment)
    if take.outcome is Outcome.TAKEN:
        _note(connection, Action.CLAIM_TAKEN, take.site_id, actor=actor, moment=moment, detail={
            "claim": take.claim_id, "node": take.node_id, "key": request.key_fingerprint,
        })  # fmt: skip
        replacement.take_over(connection, take.site_id, take.node_id, now_ms=moment.hub_ms, actor=actor)
    return Entry(
        outcome=take.outcome,
        answer=Answer(
            node=take.node_id, certificate=certificate.decode(), bundle=authority.bundle_pem().decode(), broker=broker
        ),
    )


def answer_again(claim: Claim, *, authority: Authority, broker: Broker) -> Answer:
    """Return what a box was answered when it took its code; nothing is written.

    Raises:
        ValueError: nobody has taken this code.
    """
    if claim.node_id is None or claim.certificate is None:
        raise ValueError(f"answering claim {claim.claim_id} again: nobody has taken it")
    return Answer(
        node=claim.node_id,
        certificate=claim.certificate.decode(),
        bundle=authority.bundle_pem().decode(),
        broker=broker,
    )


def _issued(connection: Connection, take: Take, ask: Ask, *, authority: Authority, moment: Moment) -> bytes:
    issued = issue_node_certificate(ask.csr_bytes, take.node_id, authority=authority, now=aware(moment.real_ms))
    claims.keep_certificate(connection, take.claim_id, issued.chain_pem)
    return issued.chain_pem


def _note_copy(
    connection: Connection, claim: Claim, *, key: str, moment: Moment, policy: AlertPolicy, actor: str
) -> None:
    """Tell people that a used code came with a key it had not come with before: somebody has a copy of the label."""
    _note(connection, Action.CLAIM_COPIED, claim.site_id, actor=actor, moment=moment, detail={
        "claim": claim.claim_id, "node": claim.node_id, "key": key,
    })  # fmt: skip
    desk.on_fault(
        connection,
        station_id=None,
        node_id=claim.node_id or "",
        code=CLAIM_COPIED_CODE,
        active=True,
        text=f"kode klaim lokasi {claim.site_id} datang lagi dengan kunci lain: ada salinan label",
        at_ms=moment.hub_ms,
        now_ms=moment.hub_ms,
        policy=policy,
    )


def _note(
    connection: Connection,
    action: Action,
    site_id: str,
    *,
    actor: str,
    moment: Moment,
    detail: dict[str, str | int | None],
) -> None:
    audit_log.note(
        connection, now_ms=moment.hub_ms, actor=actor, action=action, subject=site_id, detail=detail
    )  # fmt: skip
