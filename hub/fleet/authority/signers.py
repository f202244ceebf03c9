"""Issuing keys: made, and only used at a time that can be."""

from datetime import UTC, datetime

from hub.fleet.authority import certificates, keys
from hub.fleet.authority.errors import AuthorityClockError
from hub.fleet.authority.root_key import RootKey
from hub.fleet.authority.shelf import Signer

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: this program is younger. Certificates made by it would end years too early."""


def new_signer(number: int, *, root: RootKey, now: datetime) -> Signer:
    """Return issuing key `number`, new, and signed by the root."""
    key = keys.new_key()
    signed = certificates.issuing(key, number=number, signed_by=root.certificate, root_key=root.key, now=now)
    return Signer(number=number, certificate=signed, key=key)


def verify_clock(now: datetime) -> None:
    """Refuse to sign at a time that cannot be.

    Raises:
        AuthorityClockError: the clock is wrong.
    """
    if now < EARLIEST:
        raise AuthorityClockError(
            f"Jam mesin ini / the clock of this machine: {now:%Y-%m-%d}, salah / before {EARLIEST:%Y-%m-%d}. "
            "Setel jam dulu / set it first: certificates would end years too early."
        )


def verify_signer(signer: Signer, *, now: datetime) -> None:
    """Refuse to sign at a time that cannot be, or with a certificate that has ended.

    Raises:
        AuthorityClockError: says which.
    """
    verify_clock(now)
    ends = signer.certificate.not_valid_after_utc
    if now >= ends:
        raise AuthorityClockError(
            f"Kunci penerbit / issuing certificate {signer.number}: berakhir / ended on {ends:%Y-%m-%d}. "
            "Coba / try: hub authority rotate --root DIR"
        )
