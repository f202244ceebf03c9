"""Makes the authority, a new issuing key, and new certificates of the hub; a cut in the middle loses nothing.

- init: the root key is on the operator's disk before anything else. The hub's folder is made under another name and
  renamed when it is whole, so it is there or not. After a cut `init` takes the root key that it finds, if the
  passphrase opens it and it is this city's and not a day old, and goes on from there.
- rotate: first the bundle names the new issuing certificate, then the new key is there and signs from then on, then
  the hub's own certificates follow, and last the old keys go. After a cut the authority works with what is there, and
  `rotate` can be repeated.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from hub.fleet.authority import certificates, disk, keys, root_key, root_place, shelf
from hub.fleet.authority.errors import (
    AuthorityClockError,
    AuthorityExistsError,
    AuthorityMissingError,
    AuthorityPlaceError,
    RootKeyError,
)
from hub.fleet.authority.root_key import RootKey
from hub.fleet.authority.shelf import Authority, Signer

OWN_NAMES = ("localhost", "127.0.0.1")
"""The hub's own processes reach it by these, so they always stand in its certificate."""

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: this program is younger. Certificates made by it would end years too early."""

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
    issuing = _new_issuing(1, root=root, now=now)
    authority = Authority(folder=shelf.folder_of(home), root=root.certificate, current=issuing)
    own = _own_files(authority, names=names, now=now)
    if not has_resumed:
        root_key.write(file, root, passphrase=passphrase)
    files = {
        shelf.ROOT: shelf.certificates_pem([root.certificate]),
        shelf.issuing_name(1): _key_and_chain(issuing.key, [issuing.certificate]),
        shelf.BUNDLE: authority.bundle_pem(),
        shelf.ROOT_PLACE: root_place.with_place(authority.folder, file),
        **own,
    }
    with _told(authority.folder), _alone(home):
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
    with _told(shelf.folder_of(home)), _alone(home):
        old = shelf.open_authority(home)
        file = root_key.place_for(root_folder, home=home)
        root = _root_of(old, file, passphrase=passphrase)
        names = names or server_names(old)
        issuing = _new_issuing(old.current.number + 1, root=root, now=now)
        kept = tuple(one for one in old.issuing if one.certificate.not_valid_after_utc > now)
        new = Authority(folder=old.folder, root=old.root, old=kept, current=issuing)
        own = _own_files(new, names=names, now=now)
        disk.sweep(new.folder)
        disk.write_file(new.folder / shelf.ROOT_PLACE, root_place.with_place(new.folder, file))
        disk.write_file(new.folder / shelf.BUNDLE, new.bundle_pem())
        name, data = shelf.issuing_name(issuing.number), _key_and_chain(issuing.key, [issuing.certificate])
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
    with _told(shelf.folder_of(home)), _alone(home):
        authority = shelf.open_authority(home)
        files = _own_files(authority, names=names or server_names(authority), now=now)
        disk.sweep(authority.folder)
        _settle(authority, files)
    return shelf.open_authority(home)


def verify_root_copy(authority: Authority, *, root_folder: Path, passphrase: str) -> Path:
    """Return the file of a copy of the root key that opens and is this hub's; nothing is written.

    Raises:
        RootKeyError: it is not there, does not open, or is another one.
    """
    file = root_folder.resolve() / root_key.FILE
    _root_of(authority, file, passphrase=passphrase)
    return file


def server_names(authority: Authority) -> tuple[str, ...]:
    """Return the DNS names and IP addresses in the hub's certificate.

    Raises:
        AuthorityMissingError: there is no certificate, or it has none.
    """
    file = authority.folder / shelf.SERVER
    try:
        extension = shelf.read_chain(file)[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (AuthorityMissingError, x509.ExtensionNotFound) as problem:
        raise AuthorityMissingError(
            f"Nama hub tidak diketahui / the hub's names are not known: {file} tidak terbaca / cannot be read. Sebut "
            "semua nama / say all names: hub authority server --name HUB.KOTA.EXAMPLE --name 192.168.10.2"
        ) from problem
    return tuple(str(one.value) for one in extension.value)


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


def _root_of(authority: Authority, file: Path, *, passphrase: str) -> RootKey:
    root = root_key.read(file, passphrase=passphrase)
    if keys.fingerprint(root.certificate.public_key()) != authority.fingerprint:
        raise RootKeyError(f"Kunci akar / root key {file}: milik hub lain / it is the root key of another hub.")
    return root


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


def _new_issuing(number: int, *, root: RootKey, now: datetime) -> Signer:
    key = keys.new_key()
    signed = certificates.issuing(key, number=number, signed_by=root.certificate, root_key=root.key, now=now)
    return Signer(number=number, certificate=signed, key=key)


def _own_files(authority: Authority, *, names: Sequence[str], now: datetime) -> dict[str, bytes]:
    """Return the hub's own two identities, with new keys."""
    signer = authority.current
    verify_signer(signer, now=now)
    server_key, client_key = keys.new_key(), keys.new_key()
    server = certificates.server(
        server_key.public_key(),
        names=list(dict.fromkeys([*names, *OWN_NAMES])),
        signed_by=signer.certificate,
        issuing_key=signer.key,
        now=now,
    )
    client = certificates.client(
        client_key.public_key(),
        common_name=certificates.HUB_NAME,
        signed_by=signer.certificate,
        issuing_key=signer.key,
        now=now,
    )
    return {
        shelf.SERVER: _key_and_chain(server_key, [server, signer.certificate]),
        shelf.CLIENT: _key_and_chain(client_key, [client, signer.certificate]),
    }


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let no second command change the authority meanwhile; a killed one lets go of the lock."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise AuthorityPlaceError(
                f"{home}: perintah lain sedang mengubah otoritas / another command is changing the authority. "
                "Tunggu, lalu coba lagi / wait, then try again."
            ) from problem
        yield
    finally:
        os.close(handle)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Let what the disk says out as a word of the authority."""
    try:
        yield
    except OSError as problem:
        raise AuthorityPlaceError(
            f"writing {folder}: {problem.strerror}. Beri tempat atau hak / make room or give rights, then the same "
            "command again: it goes on where it stopped."
        ) from problem


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


def _key_and_chain(key: EllipticCurvePrivateKey, chain: list[x509.Certificate]) -> bytes:
    return keys.to_pem(key) + shelf.certificates_pem(chain)
