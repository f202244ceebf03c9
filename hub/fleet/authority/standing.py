"""How the authority stands: what there is, until when, and what is to be done next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.fleet.authority import certificates, root_place, shelf
from hub.fleet.authority.errors import AuthorityMissingError
from hub.fleet.authority.hub_certificates import server_names
from hub.fleet.authority.root_place import RootPlace
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
    root_keys: tuple[RootPlace, ...]
    """Copies of the root key that are in reach of this machine, as far as the hub knows of them."""


def standing(authority: Authority, *, now: datetime) -> Standing:
    """Return how the authority stands at `now`, the real time."""
    items = _items(authority)
    return Standing(
        items=items,
        deeds=_deeds(authority, items, now=now),
        root_keys=root_place.places(authority.folder),
    )


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
        _bundle(authority),
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
    names = "" if _names(authority) else " --name NAME"
    signer_ends = authority.current.certificate.not_valid_after_utc
    if signer_ends - now < certificates.OVERLAP:
        deeds.append(
            Deed(
                indonesian="Ganti kunci penerbit sekarang (perlu stik kunci akar).",
                english="Replace the issuing key now (needs the stick with the root key).",
                command=f"hub authority rotate --root DIR{names}",
            )
        )
    server = f"hub authority server{names}"
    own = [item.ends for item in items[-3:]]
    # What ends with its signer does not live longer when it is made anew; after the signer nothing is made at all.
    if now < signer_ends and any(ends is None or (ends - now < RENEW_BEFORE and ends < signer_ends) for ends in own):
        deeds.append(
            Deed(
                indonesian="Perbarui sertifikat hub sendiri.",
                english="Renew the hub's own certificates.",
                command=server,
            )
        )
    return (*deeds, *_old_deeds(authority, command=server))


def _old_deeds(authority: Authority, *, command: str) -> list[Deed]:
    """Return what is to be done with the files of old issuing keys."""
    mended = {shelf.issuing_name(one.number) for one in authority.old}
    deeds = [
        Deed(
            indonesian=f"Berkas lama {name} rusak: " + ("tulis lagi." if name in mended else "ambil dari cadangan."),
            english=f"The old file {name} is broken: " + ("write it anew." if name in mended else "use the backup."),
            command=command if name in mended else "",
        )
        for name in authority.broken
    ]
    kept = [name for name in sorted(mended - set(authority.broken)) if shelf.holds_key(authority.folder / name)]
    if kept:
        deeds.append(
            Deed(
                indonesian=f"Kunci lama masih ada di {', '.join(kept)}: buang.",
                english="An old issuing key is still there, and nothing needs it: take it away.",
                command=command,
            )
        )
    return deeds


def _bundle(authority: Authority) -> Item:
    """Return how the bundle stands; one that lacks a certificate counts as missing."""
    try:
        held = shelf.read_chain(authority.folder / shelf.BUNDLE)
    except AuthorityMissingError:
        held = []
    is_whole = {authority.root, *(one.certificate for one in authority.issuing)} <= set(held)
    return Item(
        indonesian="Berkas percaya",
        english="trust bundle",
        ends=authority.root.not_valid_after_utc if is_whole else None,
        detail=f"{len(held)} sertifikat / certificates",
    )


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
