"""Makes the authority, a new issuing key, and new certificates of the hub; a cut in the middle loses nothing.

- init: the root key is on the operator's disk before anything else. The hub's folder is made under another name and
  renamed when it is whole, so it is there or not. After a cut `init` takes the root key that it finds, if the
  passphrase opens it and it is this city's and not a day old, and goes on from there.
- rotate: first the bundle names the new issuing certificate, then the new key is there and signs from then on, then
  the hub's own certificates follow, and last the old keys go. After a cut the authority works with what is there, and
  `rotate` can be repeated.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hub.fleet.authority import certificates, disk, hub_certificates, keys, root_key, root_place, shelf
from hub.fleet.authority.changing import changing
from hub.fleet.authority.errors import AuthorityExistsError, AuthorityPlaceError, RootKeyError
from hub.fleet.authority.root_key import RootKey
from hub.fleet.authority.shelf import Authority
from hub.fleet.authority.signers import new_signer, verify_clock

RESUMED_WITHIN = timedelta(days=1)
"""A root key that is older was not left there by an `init` that was cut short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What `init` has made."""

    authority: Authority
    root_file: Path
    has_resumed: bool
    """Whether the root key was there already, from an `init` that was cut short."""


def init(
    *, home: Path, root_folder: Path, passphrase: str, names: Sequence[str], city: str, now: datetime,
    takes_root: bool = False,
) -> Made:  # fmt: skip
    """Make root key, issuing key and the hub's own certificates.

    Args:
        home: state directory of the hub.
        root_folder: where the root key goes, outside `home`; to be moved away afterwards.
        passphrase: that guards the root key.
        names: DNS names and IP addresses of the hub.
        city: stands in the name of the root.
        now: the real time; every certificate ends so long after it.
        takes_root: take whatever root key of ours lies there: an older one, or of a city of another name.

    Raises:
        AuthorityError: see `errors`.
    """
    verify_clock(now)
    verify_absent(home)
    keys.verify_passphrase(passphrase)
    file = root_key.place_for(root_folder, home=home)
    has_resumed = _is_there(file)
    if has_resumed and not takes_root:
        verify_resumed(file, city=city, now=now)
    root = root_key.read(file, passphrase=passphrase) if has_resumed else _new_root(city=city, now=now)
    issuing = new_signer(1, root=root, now=now)
    authority = Authority(folder=shelf.folder_of(home), root=root.certificate, current=issuing)
    own = hub_certificates.own_files(authority, names=names, now=now)
    if not has_resumed:
        root_key.write(file, root, passphrase=passphrase)
    files = {
        shelf.ROOT: shelf.certificates_pem([root.certificate]),
        shelf.issuing_name(1): shelf.key_and_chain(issuing.key, [issuing.certificate]),
        shelf.BUNDLE: authority.bundle_pem(),
        shelf.ROOT_PLACE: root_place.with_place(authority.folder, file),
        **own,
    }
    with changing(home):
        verify_absent(home)
        _publish(authority.folder, files)
    return Made(authority=shelf.open_authority(home), root_file=file, has_resumed=has_resumed)


def rotate(
    *, home: Path, root_folder: Path, passphrase: str, now: datetime, names: Sequence[str] = ()
) -> Authority:  # fmt: skip
    """Make a new issuing key, signed by the root, and let the hub's own certificates follow.

    Args:
        home: state directory of the hub.
        root_folder: where the root key lies.
        passphrase: of the root key.
        now: the real time.
        names: of the hub; none: those of the certificate that is there.

    Raises:
        AuthorityError: see `errors`; another root key than the one of this hub is refused.
    """
    verify_clock(now)
    with changing(home):
        old = shelf.open_authority(home)
        file = root_key.place_for(root_folder, home=home)
        root = root_key.read_own(old, file, passphrase=passphrase)
        names = names or hub_certificates.server_names(old)
        issuing = new_signer(old.current.number + 1, root=root, now=now)
        kept = tuple(one for one in old.issuing if one.certificate.not_valid_after_utc > now)
        new = Authority(folder=old.folder, root=old.root, old=kept, current=issuing)
        own = hub_certificates.own_files(new, names=names, now=now)
        disk.sweep(new.folder)
        disk.write_file(new.folder / shelf.ROOT_PLACE, root_place.with_place(new.folder, file))
        disk.write_file(new.folder / shelf.BUNDLE, new.bundle_pem())
        name, data = shelf.issuing_name(issuing.number), shelf.key_and_chain(issuing.key, [issuing.certificate])
        disk.write_file(new.folder / name, data)
        for one in set(old.issuing) - set(kept):
            (new.folder / shelf.issuing_name(one.number)).unlink(missing_ok=True)
        _settle(new, own)
    return shelf.open_authority(home)


def renew_own(*, home: Path, names: Sequence[str] = (), now: datetime) -> Authority:
    """Make the hub's own certificates and the bundle anew, and take away old issuing keys; needs no root key.

    Args:
        home: state directory of the hub.
        names: DNS names and IP addresses; none: those of the certificate that is there.
        now: the real time.

    Raises:
        AuthorityError: see `errors`.
    """
    verify_clock(now)
    with changing(home):
        authority = shelf.open_authority(home)
        files = hub_certificates.own_files(authority, names=names or hub_certificates.server_names(authority), now=now)
        disk.sweep(authority.folder)
        _settle(authority, files)
    return shelf.open_authority(home)


def verify_absent(home: Path) -> None:
    """Refuse where there is an authority.

    Raises:
        AuthorityExistsError: there is one.
    """
    folder = shelf.folder_of(home)
    if folder.is_dir() and any(folder.iterdir()):
        raise AuthorityExistsError(
            f"Hub ini sudah punya otoritas / this hub has an authority already ({folder}). Yang kedua membuat semua "
            "kotak asing / a second would make every box a stranger. Coba / try: hub authority show"
        )


def verify_resumed(file: Path, *, city: str, now: datetime) -> None:
    """Refuse a root key that no `init` of this city has left behind within the last day; none at all is well.

    Raises:
        RootKeyError: it is another city's, or older.
    """
    if not _is_there(file):
        return
    found = root_key.certificate_at(file)
    made = certificates.root_made(found)
    if found.subject != certificates.root_name(city) or abs(now - made) > RESUMED_WITHIN:
        raise RootKeyError(
            f"Sudah ada kunci akar lain / another root key is there: {file} ({found.subject.rfc4514_string()}, dibuat "
            f"/ made {made:%Y-%m-%d}). Pilih folder kosong / choose an empty directory. Memang kunci ini / really this "
            "key: --take-root"
        )


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError as problem:
        raise AuthorityPlaceError(
            f"--root {file.parent}: {problem.strerror}. Pilih folder yang boleh dibaca / name one that may be read."
        ) from problem


def _settle(authority: Authority, own: dict[str, bytes]) -> None:
    """Write what follows from the issuing keys: the hub's own files, the bundle, and the old keys without the key."""
    for name, data in own.items():
        disk.write_file(authority.folder / name, data)
    disk.write_file(authority.folder / shelf.BUNDLE, authority.bundle_pem())
    for one in authority.old:
        disk.write_file(
            authority.folder / shelf.issuing_name(one.number), shelf.certificates_pem([one.certificate])
        )  # fmt: skip


def _new_root(*, city: str, now: datetime) -> RootKey:
    key = keys.new_root_key()
    return RootKey(key=key, certificate=certificates.root(key, city=city, now=now))


def _publish(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder with these files, all of it or nothing."""
    waiting = folder.with_name(f"{folder.name}.new")
    if waiting.exists():
        shutil.rmtree(waiting)  # of an `init` that was cut short; nothing has used it
    disk.make_folder(waiting)
    for name, data in files.items():
        disk.write_file(waiting / name, data)
    waiting.rename(folder)
    disk.settle_folder(folder.parent)
