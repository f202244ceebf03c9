"""The next certificate of a box that has one. The box asks; when, and whether, is decided here.

Of a box's certificates, each with a key of its own:

- NEW      given, and the box has not come with it yet: the one before is still the box's own
- CURRENT  the newest that the box has come with
- OVERLAP  an older one, until 7 days after the box first came with the next
- CLOSED   an older one after that

What becomes of a request for a key, in one transaction; the first rule that fits holds:

1. the box is quarantined or revoked              -> NOT_LIVE
2. the key has the box's newest certificate, it
   has not ended, and is not the one that is shown -> AGAIN: the same answer, because the first may have been lost
3. the key was anybody's before                   -> KEY_KNOWN: each certificate has a key of its own
4. the certificate that is shown is CLOSED        -> CLOSED
5. it has ended, longer ago than 180 days         -> TOO_LATE: the box needs a new label
6. asked without a certificate in TLS, which is
   for those whose certificate has ended, before  -> NOT_ENDED
7. it is not yet time                             -> EARLY
8. a certificate was given in the last hour       -> OFTEN: one box does not fill the table
9. otherwise                                      -> ISSUED; what was given before and never came is dropped

It is time from two thirds of a certificate's life on, later by a part of 72 hours that is another one for each
certificate, so that boxes of one day do not come at one hour. In OVERLAP it is always time: the box has lost its
newest.

A certificate that this authority has signed and the database does not know is CLOSED: the hub never gave it. Only where
the audit log says that the database was once put back from a backup, it may have been given after that backup was made:
there it is UNKNOWN, and taken in as the newest when it comes, or a restore would lock boxes out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from contract.clock import aware
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.fleet.authority.issuing import issue_node_certificate, read_request
from hub.fleet.authority.presented import Presented, ends_of_chain
from hub.fleet.authority.shelf import Authority
from hub.fleet.enrolment import Moment
from hub.fleet.standing import Standing, standing
from hub.storage import audit, counters, node_certificates
from hub.storage.audit import Wanted
from hub.storage.connection import Connection
from hub.storage.node_certificates import NodeCertificate

RENEWALS = "jagawai_renewals_total"
"""Counter of certificates that were renewed, by way: `in_time` or `after_end`."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
OVERLAP_MS = 7 * DAY_MS
AFTER_END_MS = 180 * DAY_MS
SPREAD_MS = 72 * HOUR_MS
APART_MS = HOUR_MS
_SPREAD_PART = 10
"""The spread is at most a tenth of the life: a certificate that was cut short by its issuer's end is still renewed."""


class Rank(StrEnum):
    """Which of a box's certificates one is."""

    NEW = "new"
    CURRENT = "current"
    OVERLAP = "overlap"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """Not in the database, which was put back from a backup; taken in when it comes."""


class Outcome(StrEnum):
    """What became of a request."""

    ISSUED = "issued"
    AGAIN = "again"
    NOT_LIVE = "not_live"
    KEY_KNOWN = "key_known"
    CLOSED = "closed"
    TOO_LATE = "too_late"
    NOT_ENDED = "not_ended"
    EARLY = "early"
    OFTEN = "often"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a certificate that is shown stands. Times are real, UTC ms."""

    rank: Rank
    due_ms: int
    """From when on it is renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What became of a request; the chain (PEM) is there where it was ISSUED or AGAIN."""

    outcome: Outcome
    chain: bytes | None = None


def place(connection: Connection, presented: Presented, *, now_real_ms: int) -> Place:
    """Return where a certificate stands among those of its box."""
    issued = node_certificates.of_node(connection, presented.node_id)
    own = next((one for one in issued if one.key_fingerprint == presented.key_fingerprint), None)
    if own is None:
        return Place(rank=Rank.UNKNOWN if _was_restored(connection) else Rank.CLOSED, due_ms=now_real_ms)
    rank = _rank(issued, own, now_real_ms=now_real_ms)
    due_ms = now_real_ms if rank is Rank.OVERLAP else due_real_ms(own, ends_real_ms=presented.ends_real_ms)
    return Place(rank=rank, due_ms=due_ms)


def due_real_ms(certificate: NodeCertificate, *, ends_real_ms: int) -> int:
    """Return from when on a certificate is renewed, real time in UTC ms."""
    life_ms = max(0, ends_real_ms - certificate.issued_real_ms)
    spread_ms = min(SPREAD_MS, life_ms // _SPREAD_PART)
    drawn = int.from_bytes(hashlib.sha256(certificate.key_fingerprint.encode()).digest()[:8], "big") / 2**64
    return certificate.issued_real_ms + 2 * life_ms // 3 + int(drawn * spread_ms)


def note_shown(connection: Connection, presented: Presented, *, rank: Rank, moment: Moment) -> None:
    """Write down that a box has come with a certificate for the first time, or with one that the database lost.

    Args:
        connection: inside a write.
        presented: what it came with; whoever calls has seen that the box holds its key.
        rank: of it, NEW or UNKNOWN; of others there is nothing to write.
        moment: now.
    """
    if rank is Rank.NEW:
        node_certificates.note_used(connection, presented.key_fingerprint, now_real_ms=moment.real_ms)
    elif rank is Rank.UNKNOWN and node_certificates.of_key(connection, presented.key_fingerprint) is None:
        node_certificates.add(
            connection,
            node_id=presented.node_id,
            key_fingerprint=presented.key_fingerprint,
            chain=presented.pem,
            issued_real_ms=moment.real_ms,
            used_real_ms=moment.real_ms,
        )
        _note(connection, Action.CERTIFICATE_ADOPTED, presented, key=presented.key_fingerprint, moment=moment)


def judged(
    connection: Connection, presented: Presented, csr: bytes, *, now_real_ms: int, is_after_end: bool
) -> Renewal:
    """Return what becomes of a request now, without writing anything; ISSUED has no chain yet.

    Args:
        connection: to read with.
        presented: what the box has shown, and shown to hold the key of.
        csr: its request.
        now_real_ms: real time, UTC ms.
        is_after_end: whether it came without a certificate in TLS.

    Raises:
        RequestRefusedError: the request is none that may be signed.
        PresentedError: what the database keeps for this key is damaged.
    """
    key = read_request(csr).key_fingerprint
    if standing(connection, presented.node_id) is not Standing.LIVE:
        return Renewal(outcome=Outcome.NOT_LIVE)
    issued = node_certificates.of_node(connection, presented.node_id)
    known = node_certificates.of_key(connection, key)
    is_newest = known is not None and known in issued[-1:] and key != presented.key_fingerprint
    if known is not None and is_newest and now_real_ms < ends_of_chain(known.chain):
        return Renewal(outcome=Outcome.AGAIN, chain=known.chain)
    if known is not None or key == presented.key_fingerprint:
        return Renewal(outcome=Outcome.KEY_KNOWN)
    stands = place(connection, presented, now_real_ms=now_real_ms)
    after_end_ms = now_real_ms - presented.ends_real_ms
    given_ms = issued[-1].issued_real_ms if issued and issued[-1].number else -APART_MS
    against = (
        (Outcome.CLOSED, stands.rank is Rank.CLOSED),
        (Outcome.TOO_LATE, after_end_ms > AFTER_END_MS),
        (Outcome.NOT_ENDED, is_after_end and after_end_ms < 0),
        (Outcome.EARLY, now_real_ms < stands.due_ms and after_end_ms < 0),
        (Outcome.OFTEN, 0 <= now_real_ms - given_ms < APART_MS),
    )
    return Renewal(outcome=next((outcome for outcome, is_so in against if is_so), Outcome.ISSUED))


def renew(
    connection: Connection,
    presented: Presented,
    csr: bytes,
    *,
    authority: Authority,
    moment: Moment,
    is_after_end: bool,
) -> Renewal:
    """Give a box its next certificate, or say why not.

    Args:
        connection: inside a write.
        presented: what the box has shown, and shown to hold the key of.
        csr: its request.
        authority: that signs.
        moment: now.
        is_after_end: whether it came without a certificate in TLS.

    Raises:
        RequestRefusedError: the request is none that may be signed; nothing is written.
        AuthorityClockError: nothing can be signed now; nothing is written.
    """
    found = judged(connection, presented, csr, now_real_ms=moment.real_ms, is_after_end=is_after_end)
    if found.outcome is not Outcome.ISSUED:
        return found
    stands = place(connection, presented, now_real_ms=moment.real_ms)
    note_shown(connection, presented, rank=stands.rank, moment=moment)
    node_certificates.drop_unused(connection, presented.node_id)
    made = issue_node_certificate(csr, presented.node_id, authority=authority, now=aware(moment.real_ms))
    node_certificates.add(
        connection,
        node_id=presented.node_id,
        key_fingerprint=made.key_fingerprint,
        chain=made.chain_pem,
        issued_real_ms=moment.real_ms,
    )
    way = "after_end" if is_after_end else "in_time"
    counters.add(connection, {(RENEWALS, f'way="{way}"'): 1})
    _note(connection, Action.CERTIFICATE_RENEWED, presented, key=made.key_fingerprint, moment=moment)
    return Renewal(outcome=Outcome.ISSUED, chain=made.chain_pem)


def _was_restored(connection: Connection) -> bool:
    """Answer whether this database was ever put back from a backup."""
    return bool(audit.newest(connection, Wanted(action=Action.LOG_RESTORED), before_n=None, limit=1))


def _rank(issued: Sequence[NodeCertificate], own: NodeCertificate, *, now_real_ms: int) -> Rank:
    """Return which of the certificates of a box one is; they are ordered, oldest first."""
    later = [one.used_real_ms for one in issued if one.number > own.number and one.used_real_ms is not None]
    if later:
        return Rank.OVERLAP if now_real_ms <= later[0] + OVERLAP_MS else Rank.CLOSED
    return Rank.NEW if own.used_real_ms is None else Rank.CURRENT


def _note(connection: Connection, action: Action, presented: Presented, *, key: str, moment: Moment) -> None:
    audit_log.note(
        connection,
        now_ms=moment.hub_ms,
        actor=audit_log.NOBODY,
        action=action,
        subject=presented.node_id,
        detail={"key": key, "shown": presented.key_fingerprint},
    )
