"""Makes the authority, a new issuing key, and new certificates of the hub; a cut in the middle loses nothing.

- init: the root key is on the operator's disk before anything else. The hub's folder is made under another name and
  renamed when it is whole, so it is there or not. After a cut `init` takes the root key that it finds, if the
  passphrase opens it, and goes on from there.
- rotate: first the bundle names the new issuing certificate, then the new key is there and signs from then on, then
  the hub's own certificates follow. After a cut the authority works with what is there, and `rotate` can be repeated.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from hub.fleet.authority import certificates, disk, keys, root_key, shelf
from hub.fleet.authority.errors import (
    AuthorityClockError,
    AuthorityExistsError,
    AuthorityMissingError,
    AuthorityPlaceError,
    RootKeyError,
)
from hub.fleet.authority.root_key import RootKey
from hub.fleet.authority.shelf import Authority, Issuing

OWN_NAMES = ("localhost", "127.0.0.1")
"""The hub's own processes reach it by these, so they always stand in its certificate."""

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: this program is younger. Certificates made by it would end years too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What `init` has made."""

    authority: Authority
    root_file: Path
    has_resumed: bool
    """Whether the root key was there already, from an `init` that was cut short."""


def init(
    *, home: Path, root_folder: Path, passphrase: str, names: Sequence[str], city: str, now: datetime
) -> Made:  # fmt: skip
    """Make root key, issuing key and the hub's own certificates.

    Args:
        home: state directory of the hub.
        root_folder: where the root key goes, outside `home`; to be moved away afterwards.
        passphrase: that guards the root key.
        names: DNS names and IP addresses of the hub.
        city: stands in the name of the root.
        now: the real time; every certificate ends so long after it.

    Raises:
        AuthorityError: see `errors`.
    """
    verify_clock(now)
    verify_absent(home)
    keys.verify_passphrase(passphrase)
    file = root_key.place_for(root_folder, home=home)
    has_resumed = file.exists()
    root = root_key.read(file, passphrase=passphrase) if has_resumed else _new_root(city=city, now=now)
    issuing = _new_issuing(1, root=root, now=now)
    authority = Authority(folder=shelf.folder_of(home), root=root.certificate, issuing=(issuing,))
    own = _own_files(authority, names=names, now=now)
    if not has_resumed:
        root_key.write(file, root, passphrase=passphrase)
    files = {
        shelf.ROOT: shelf.certificates_pem([root.certificate]),
        shelf.issuing_name(1): _key_and_chain(issuing.key, [issuing.certificate]),
        shelf.BUNDLE: authority.bundle_pem(),
        shelf.ROOT_PLACE: _place(file),
        **own,
    }
    with _told(authority.folder):
        _publish(authority.folder, files)
    return Made(authority=shelf.open_authority(home), root_file=file, has_resumed=has_resumed)


def rotate(*, home: Path, root_folder: Path, passphrase: str, now: datetime) -> Authority:
    """Make a new issuing key, signed by the root, and let the hub's own certificates follow.

    Raises:
        AuthorityError: see `errors`; another root key than the one of this hub is refused.
    """
    verify_clock(now)
    old = shelf.open_authority(home)
    file = root_key.place_for(root_folder, home=home)
    root = root_key.read(file, passphrase=passphrase)
    if keys.fingerprint(root.certificate.public_key()) != old.fingerprint:
        raise RootKeyError(f"Kunci akar / root key {file}: milik hub lain / it is the root key of another hub.")
    names = server_names(old)
    issuing = _new_issuing(old.current.number + 1, root=root, now=now)
    kept = tuple(one for one in old.issuing if one.certificate.not_valid_after_utc > now)
    new = Authority(folder=old.folder, root=old.root, issuing=(*kept, issuing))
    with _told(new.folder):
        disk.sweep(new.folder)
        disk.write_file(new.folder / shelf.ROOT_PLACE, _place(file))
        disk.write_file(new.folder / shelf.BUNDLE, new.bundle_pem())
        name, data = shelf.issuing_name(issuing.number), _key_and_chain(issuing.key, [issuing.certificate])
        disk.write_file(new.folder / name, data)
        for one in set(old.issuing) - set(kept):
            (new.folder / shelf.issuing_name(one.number)).unlink()
    return renew_own(home=home, names=names, now=now)


def renew_own(*, home: Path, names: Sequence[str] = (), now: datetime) -> Authority:
    """Make the hub's own certificates anew; needs no root key.

    Args:
        home: state directory of the hub.
        names: DNS names and IP addresses; none: those of the certificate that is there.
        now: the real time.

    Raises:
        AuthorityError: see `errors`.
    """
    verify_clock(now)
    authority = shelf.open_authority(home)
    files = _own_files(authority, names=names or server_names(authority), now=now)
    with _told(authority.folder):
        disk.sweep(authority.folder)
        for name, data in files.items():
            disk.write_file(authority.folder / name, data)
    return authority


def server_names(authority: Authority) -> tuple[str, ...]:
    """Return the DNS names and IP addresses in the hub's certificate.

    Raises:
        AuthorityMissingError: there is no certificate.
    """
    certificate = shelf.read_chain(authority.folder / shelf.SERVER)[0]
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound as problem:
        raise AuthorityMissingError(
            f"reading {authority.folder / shelf.SERVER}: no names in it. Try: hub authority server --name NAME"
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


def _new_root(*, city: str, now: datetime) -> RootKey:
    key = keys.new_root_key()
    return RootKey(key=key, certificate=certificates.root(key, city=city, now=now))


def _new_issuing(number: int, *, root: RootKey, now: datetime) -> Issuing:
    key = keys.new_key()
    signed = certificates.issuing(key, number=number, signed_by=root.certificate, root_key=root.key, now=now)
    return Issuing(number=number, certificate=signed, key=key)


def _own_files(authority: Authority, *, names: Sequence[str], now: datetime) -> dict[str, bytes]:
    """Return the hub's own two identities, with new keys."""
    signer = authority.current
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


def _place(file: Path) -> bytes:
    return f"{file}\n".encode()
