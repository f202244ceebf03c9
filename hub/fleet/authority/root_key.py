"""The root key in the directory that an operator carries away: one file, the encrypted key and its certificate."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from hub.fleet.authority import disk, keys, shelf
from hub.fleet.authority.errors import AuthorityMissingError, AuthorityPlaceError, RootKeyError
from hub.fleet.authority.shelf import Authority

FILE = "jagawai-root-key.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class RootKey:
    """The root key, while it is in memory."""

    key: EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate


def place_for(folder: Path, *, home: Path) -> Path:
    """Return the file of the root key in a directory that may hold it.

    Raises:
        AuthorityPlaceError: the directory lies in the hub's state directory.
    """
    folder = folder.resolve()
    if folder.is_relative_to(home.resolve()):
        raise AuthorityPlaceError(
            f"--root {folder}: ada di dalam folder hub / lies in the hub's own directory {home.resolve()}, where each "
            "backup would copy it. Pilih / name: folder di stik USB / a directory on a USB stick."
        )
    return folder / FILE


def write(path: Path, root: RootKey, *, passphrase: str) -> None:
    """Put the root key on the operator's disk, encrypted, and look whether it can be had back from there.

    Raises:
        AuthorityPlaceError: it cannot be written.
        RootKeyError: what is read back is not what was written.
    """
    data = keys.to_pem(root.key, passphrase=passphrase) + shelf.certificates_pem([root.certificate])
    try:
        disk.make_folder(path.parent)
        disk.write_file(path, data)
        _forget(path)
    except OSError as problem:
        raise AuthorityPlaceError(
            f"writing {path}: {problem.strerror}. Look whether the stick is there, full or write-protected."
        ) from problem
    if read(path, passphrase=passphrase).certificate != root.certificate:
        raise RootKeyError(f"root key {path}: another one was read than was written. Take another stick.")


def certificate_at(path: Path) -> x509.Certificate:
    """Return the certificate beside the root key; needs no passphrase.

    Raises:
        RootKeyError: it is not there or cannot be read.
    """
    try:
        return shelf.read_chain(path)[0]
    except AuthorityMissingError as problem:
        raise RootKeyError(
            f"Kunci akar / root key {path}: tidak terbaca / cannot be read. "
            "Pasang stik USB dari brankas / plug in the USB stick from the safe, and name its directory with --root."
        ) from problem


def read(path: Path, *, passphrase: str) -> RootKey:
    """Return the root key.

    Raises:
        RootKeyError: it is not there, does not open, or does not belong to the certificate beside it.
    """
    certificate = certificate_at(path)
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise RootKeyError(
            f"root key {path}: {problem.strerror}. Take the other copy from the other safe."
        ) from problem
    key = keys.root_from_pem(data, passphrase=passphrase, what=str(path))
    if key.public_key() != certificate.public_key():
        raise RootKeyError(f"root key {path}: key and certificate differ. Take the other copy from the other safe.")
    return RootKey(key=key, certificate=certificate)


def read_own(authority: Authority, file: Path, *, passphrase: str) -> RootKey:
    """Return the root key of this hub.

    Raises:
        RootKeyError: it is not there, does not open, or is another hub's.
    """
    root = read(file, passphrase=passphrase)
    if keys.fingerprint(root.certificate.public_key()) != authority.fingerprint:
        raise RootKeyError(f"Kunci akar / root key {file}: milik hub lain / it is the root key of another hub.")
    return root


def verify_copy(authority: Authority, *, root_folder: Path, passphrase: str) -> Path:
    """Return the file of a copy of the root key that opens and is this hub's; nothing is written.

    Raises:
        RootKeyError: it is not there, does not open, or is another one.
    """
    file = root_folder.resolve() / FILE
    read_own(authority, file, passphrase=passphrase)
    return file


def _forget(path: Path) -> None:
    """Let the machine forget what it remembers of a file, so that the next reader asks the stick itself."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
