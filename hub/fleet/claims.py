"""Claims: a box becomes known by a claim code. 100 random bits, bound to a site, 14 days, for one key.

The life of a code, all in one transaction of the caller; the first rule that fits holds:

1. no such code                                  -> UNKNOWN, nothing is written
2. taken by this key, not longer ago than 24 h   -> AGAIN: the same answer, because the first may have been lost
3. taken by this key, longer ago                 -> USED
4. taken by another key                          -> OTHER_KEY and an alarm: somebody has a copy of the label
5. revoked                                       -> REVOKED
6. 14 days have passed                           -> EXPIRED
7. the key has taken another code                -> KEY_KNOWN: one key would be two boxes
8. fresh                                         -> TAKEN: this key, a new node id, for good

A code that was taken is never free again, and a claim's site, key and node id never change. Two who take the same
code at once stand in line for the write lock; the second finds it taken.

The code is looked for by its hash. How long a search in an index takes tells something about the hash and nothing
about the code; the hash that was found is then compared in constant time.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from hub.fleet.errors import ClaimError, SiteError
from hub.fleet.standing import Standing, standing
from hub.storage import claims, node_certificates, sites
from hub.storage.claims import Claim
from hub.storage.connection import Connection
from provisioning.identity import claim_code, crockford
from provisioning.identity.errors import ClaimCodeError

DAY_MS = 24 * 3_600_000
LIFE_MS = 14 * DAY_MS
AGAIN_WITHIN_MS = DAY_MS
_NODE_LETTERS = 8
"""40 random bits; that a name is free is looked up nevertheless."""


class Outcome(StrEnum):
    """What became of an attempt to take a code."""

    TAKEN = "taken"
    AGAIN = "again"
    UNKNOWN = "unknown"
    OTHER_KEY = "other_key"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    KEY_KNOWN = "key_known"


class Phase(StrEnum):
    """Where a claim stands."""

    FRESH = "fresh"
    TAKEN = "taken"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCode:
    """A code that was just made; it cannot be read again."""

    claim_id: int
    code: str = field(repr=False)
    expires_real_ms: int
    replaced: tuple[int, ...]
    """Numbers of the site's unused codes that ended with this one."""
    boxes: tuple[str, ...]
    """Node ids that have claimed this site before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What became of an attempt; all but `outcome` is known only where it was TAKEN or AGAIN."""

    outcome: Outcome
    claim_id: int = 0
    site_id: str = ""
    node_id: str = ""
    certificate: bytes | None = None
    """What was issued before and is to be given again; None: it is to be issued and kept by `claims.keep_certificate`
    in this same transaction."""


def new(connection: Connection, site_id: str, *, now_real_ms: int, code: str) -> NewCode:
    """Write down a new code for a site; unused ones of the site end, so that only the newest label works.

    Args:
        connection: inside a write.
        site_id: of the city file.
        now_real_ms: real time, UTC ms.
        code: from `claim_code.new_code`, made outside so that its label can be drawn before it counts.

    Raises:
        SiteError: there is no such site.
    """
    verify_site(connection, site_id)
    old = claims.of_site(connection, site_id)
    replaced = tuple(
        one.claim_id for one in old if claims.revoke(connection, one.claim_id, now_real_ms=now_real_ms)
    )  # fmt: skip
    expires_real_ms = now_real_ms + LIFE_MS
    claim_id = claims.add(
        connection,
        site_id=site_id,
        code_hash=claim_code.digest(code),
        created_real_ms=now_real_ms,
        expires_real_ms=expires_real_ms,
    )
    taken = (one.node_id for one in old if one.node_id is not None)
    boxes = tuple(node_id for node_id in taken if standing(connection, node_id) is not Standing.REVOKED)
    return NewCode(claim_id=claim_id, code=code, expires_real_ms=expires_real_ms, replaced=replaced, boxes=boxes)


def take(connection: Connection, code: str, *, key_fingerprint: str, now_real_ms: int) -> Take:
    """Let a key take a code, by the rules above.

    The outcome is returned and not raised: an alarm must be committed, not rolled back.

    Args:
        connection: inside a write.
        code: as it was typed or read.
        key_fingerprint: SHA-256 of the key's SubjectPublicKeyInfo, 64 hexadecimal digits; the caller has verified
            that who asks holds the key.
        now_real_ms: real time, UTC ms.
    """
    claim = found(connection, code)
    if claim is None:
        return Take(outcome=Outcome.UNKNOWN)
    outcome = judged(claim, key_fingerprint=key_fingerprint, now_real_ms=now_real_ms)
    if outcome is Outcome.OTHER_KEY:
        claims.raise_alarm(connection, claim.claim_id, key_fingerprint=key_fingerprint, now_real_ms=now_real_ms)
    if outcome is Outcome.TAKEN and is_key_known(connection, key_fingerprint):
        outcome = Outcome.KEY_KNOWN
    if outcome not in {Outcome.TAKEN, Outcome.AGAIN}:
        return Take(outcome=outcome)
    node_id = claim.node_id or _new_node_id(connection)
    if outcome is Outcome.TAKEN:
        claims.mark_taken(
            connection, claim.claim_id, key_fingerprint=key_fingerprint, node_id=node_id, now_real_ms=now_real_ms
        )
    return Take(
        outcome=outcome,
        claim_id=claim.claim_id,
        site_id=claim.site_id,
        node_id=node_id,
        certificate=claim.certificate,
    )


def judged(claim: Claim, *, key_fingerprint: str, now_real_ms: int) -> Outcome:
    """Return what becomes of a known code that this key wants now; rules 2 to 6 and 8."""
    if claim.taken_real_ms is not None and claim.key_fingerprint is not None:
        if not hmac.compare_digest(claim.key_fingerprint, key_fingerprint):
            return Outcome.OTHER_KEY
        return Outcome.AGAIN if now_real_ms - claim.taken_real_ms <= AGAIN_WITHIN_MS else Outcome.USED
    return {
        Phase.REVOKED: Outcome.REVOKED,
        Phase.EXPIRED: Outcome.EXPIRED,
    }.get(phase(claim, now_real_ms=now_real_ms), Outcome.TAKEN)


def phase(claim: Claim, *, now_real_ms: int) -> Phase:
    """Return where a claim stands at this real time, UTC ms."""
    if claim.taken_real_ms is not None:
        return Phase.TAKEN
    if claim.revoked_real_ms is not None:
        return Phase.REVOKED
    return Phase.EXPIRED if now_real_ms >= claim.expires_real_ms else Phase.FRESH


def revoke(connection: Connection, claim_id: int, *, now_real_ms: int) -> Claim:
    """End an unused code.

    Raises:
        ClaimError: there is no such claim, or it was taken or revoked before.
    """
    claim = claims.one(connection, claim_id)
    if claim is None:
        raise ClaimError(f"claim {claim_id}: tidak ada / there is none. Coba / try: hub claim list")
    if not claims.revoke(connection, claim_id, now_real_ms=now_real_ms):
        state = phase(claim, now_real_ms=now_real_ms)
        raise ClaimError(
            f"claim {claim_id}: sudah / is already {state}"
            + (f", kotak / box {claim.node_id}" if claim.node_id else "")
            + ". Hanya kode yang belum dipakai dapat dicabut / only an unused code can be revoked."
        )
    return claim


def verify_site(connection: Connection, site_id: str) -> sites.Site:
    """Return the site of this id.

    Raises:
        SiteError: there is none.
    """
    site = sites.one(connection, site_id)
    if site is None:
        known = ", ".join(one.site_id for one in sites.all_sites(connection))
        raise SiteError(
            f"site {site_id!r}: tidak dikenal / not known. Dikenal / known: {known or '-'}. Tulis [[sites]] di berkas "
            "kota / write it in the city file, then: hub stations import FILE"
        )
    return site


def found(connection: Connection, code: str) -> Claim | None:
    """Return the claim of a code as it was typed or read, or None."""
    try:
        code_hash = claim_code.digest(claim_code.normalised(code))
    except ClaimCodeError:
        return None
    claim = claims.of_hash(connection, code_hash)
    return claim if claim is not None and hmac.compare_digest(claim.code_hash, code_hash) else None


def is_key_known(connection: Connection, key_fingerprint: str) -> bool:
    """Answer whether a key has taken another code, or a box was given a certificate for it later."""
    return (
        claims.of_key(connection, key_fingerprint) is not None
        or node_certificates.of_key(connection, key_fingerprint) is not None
    )


def _new_node_id(connection: Connection) -> str:
    while True:
        letters = crockford.encode(secrets.randbits(_NODE_LETTERS * crockford.BITS), length=_NODE_LETTERS)
        node_id = f"n-{letters.lower()}"
        if not claims.is_node_known(connection, node_id):
            return node_id
