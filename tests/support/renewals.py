"""Boxes that became known some time ago, with everything at hub and box as a claim of that day would have left it."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec

from contract.clock import SystemClock, aware
from edge_agent.renewal import slots
from hub.fleet import claims as codes
from hub.fleet.authority import certificates, shelf
from hub.fleet.authority.presented import Presented, read_presented
from hub.fleet.authority.shelf import Authority
from hub.storage import claims
from hub.storage import connection as database
from hub.storage.connection import Connection
from provisioning.claim.identity_folder import Journal, Step
from provisioning.identity import box_key, claim_code
from tests.support.new_hubs import SITES, NewBox, NewHub

DAY_MS = 24 * 3_600_000
LIFE_DAYS = 400
DUE_DAYS = 271
"""Two thirds of 400 days and the longest spread; from then on every certificate is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A box that is known: its name, its key, what it was given, and that as the hub sees it."""

    node_id: str
    key: bytes
    chain: bytes
    presented: Presented


def known(
    connection: Connection, *, authority: Authority, at_ms: int, site_id: str = SITES[0], key: bytes | None = None
) -> Known:
    """Make a box known at a moment, by a claim; `connection` writes by itself."""
    own, node_id = key or box_key.new_key(), f"n-{secrets.token_hex(4)}"
    chain = issued(own, node_id, authority=authority, at_ms=at_ms)
    presented = read_presented(chain, authority=authority)
    with database.write(connection):
        claim_id = codes.new(connection, site_id, now_real_ms=at_ms, code=claim_code.new_code()).claim_id
        claims.mark_taken(
            connection, claim_id, key_fingerprint=presented.key_fingerprint, node_id=node_id, now_real_ms=at_ms
        )
        claims.keep_certificate(connection, claim_id, chain)
    return Known(node_id=node_id, key=own, chain=chain, presented=presented)


def issued(key: bytes, node_id: str, *, authority: Authority, at_ms: int) -> bytes:
    """Return what the authority gave for a key at a moment, however long ago."""
    signer = authority.current
    certificate = certificates.client(
        box_key.loaded(key).public_key(),
        common_name=node_id,
        signed_by=signer.certificate,
        issuing_key=signer.key,
        now=aware(at_ms),
    )
    return shelf.certificates_pem([certificate, signer.certificate])


def settled_box(hub: NewHub, folder: Path, *, age_days: float, broker_port: int = 8883) -> tuple[NewBox, Known]:
    """Return a box whose claim was done so many days ago, its files in place."""
    at_ms = SystemClock().now_ms() - round(age_days * DAY_MS)
    with hub.database() as connection:
        one = known(connection, authority=hub.authority, at_ms=at_ms)
    box = NewBox(folder)
    box.identity.mkdir(parents=True, mode=0o700)
    (box.identity / slots.KEY).write_bytes(one.key)
    (box.identity / slots.CERTIFICATE).write_bytes(one.chain)
    (box.identity / slots.BUNDLE).write_bytes(hub.authority.bundle_pem())
    journal = Journal(
        step=Step.DONE,
        code="",
        code_digest="",
        fingerprint=hub.authority.fingerprint,
        address=f"127.0.0.1:{hub.port}",
        node=one.node_id,
    )
    (box.identity / "journal.json").write_bytes(msgspec.json.encode(journal))
    text = box.config.read_text(encoding="utf-8").replace("[box]\n", f'[box]\nnode = "{one.node_id}"\n')
    box.config.write_text(
        f'{text}\n[hub]\nhost = "127.0.0.1"\nport = {broker_port}\n[hub.tls]\nca = "state/identity/bundle.pem"\n'
        'certificate = "state/identity/certificate.pem"\nkey = "state/identity/key.pem"\n',
        encoding="utf-8",
    )
    return box, one


def error_code(answer: httpx.Response) -> str:
    """Return the word of a refusal."""
    code: str = answer.json()["error"]["code"]
    return code
