"""How the authority stands: what there is, until when, and what is to be done next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.fleet.authority import certificates, shelf
from hub.fleet.authority.errors import AuthorityMissingError
from hub.fleet.authority.making import server_names
from hub.fleet.authority.shelf import Authority

RENEW_BEFORE = certificates.LEAF_LIFE / 3
"""The hub's own certificates are made anew at two thirds of their life."""
ROOT_BEFORE = timedelta(days=2 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One certificate, and what people call it."""

    indonesian: str
    english: str
    ends: datetime | None
    """None: it is not there."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be done, in two languages, and the command that does it."""

    indonesian: str
    english: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The whole picture."""

    items: tuple[Item, ...]
    deeds: tuple[Deed, ...]
    root_key: Path | None
    """Where the root key still lies on this machine; None: it is not where it was made."""


def standing(authority: Authority, *, now: datetime) -> Standing:
    """Return how the authority stands at `now`, the real time."""
    items = _items(authority)
    return Standing(items=items, deeds=_deeds(authority, items, now=now), root_key=_root_key_here(authority))


def _items(authority: Authority) -> tuple[Item, ...]:
    names = _names(authority)
    issuing = [
        Item(
            indonesian=f"Kunci penerbit {one.number}",
            english=f"issuing key {one.number}",
            ends=one.certificate.not_valid_after_utc,
            detail="menandatangani / signs" if one is authority.current else "lama, masih berlaku / old, still holds",
        )
        for one in authority.issuing
    ]
    return (
        Item(indonesian="Akar", english="root", ends=authority.root.not_valid_after_utc),
        *issuing,
        Item(indonesian="Server hub", english="hub server", ends=_ends(authority, shelf.SERVER), detail=names),
        Item(indonesian="Klien hub", english="hub client", ends=_ends(authority, shelf.CLIENT), detail="CN=hub"),
    )


def _deeds(authority: Authority, items: tuple[Item, ...], *, now: datetime) -> tuple[Deed, ...]:
    """Return what is to be done, the most urgent first."""
    deeds: list[Deed] = []
    if authority.root.not_valid_after_utc - now < ROOT_BEFORE:
        deeds.append(
            Deed(
                indonesian="Akar hampir habis masa: rencanakan otoritas baru untuk semua kotak.",
                english="The root ends soon: plan a new authority for all boxes.",
            )
        )
    if authority.current.certificate.not_valid_after_utc - now < certificates.OVERLAP:
        deeds.append(
            Deed(
                indonesian="Ganti kunci penerbit sekarang (perlu stik kunci akar).",
                english="Replace the issuing key now (needs the stick with the root key).",
                command="hub authority rotate --root DIR",
            )
        )
    own = [item.ends for item in items[-2:]]
    if any(ends is None or ends - now < RENEW_BEFORE for ends in own):
        deeds.append(
            Deed(
                indonesian="Perbarui sertifikat hub sendiri.",
                english="Renew the hub's own certificates.",
                command="hub authority server",
            )
        )
    return tuple(deeds)


def _ends(authority: Authority, name: str) -> datetime | None:
    try:
        return shelf.read_chain(authority.folder / name)[0].not_valid_after_utc
    except AuthorityMissingError:
        return None


def _names(authority: Authority) -> str:
    try:
        return " ".join(server_names(authority))
    except AuthorityMissingError:
        return ""


def _root_key_here(authority: Authority) -> Path | None:
    try:
        place = Path((authority.folder / shelf.ROOT_PLACE).read_text(encoding="utf-8").strip())
    except OSError:
        return None
    return place if place.is_file() else None
