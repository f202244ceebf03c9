"""The authority as it stands on the hub's disk, in `<home>/authority/` (0700, each file 0600).

```
root.pem        root certificate, without its key
issuing-1.pem   issuing key 1 and its certificate; the highest number signs, of the others only the certificate is kept
bundle.pem      root and issuing certificates: what boxes and brokers trust
server.pem      the hub's key and certificate chain for HTTPS and MQTT
client.pem      the hub's key and certificate chain as client of the broker, CN=hub
root-place.txt  where copies of the root key were made or used on this machine, one a line
```
A key and its certificate share a file, so that no power cut can part them: each file is replaced in one step.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hub import refusal
from hub.fleet.authority import certificates, keys
from hub.fleet.authority.errors import AuthorityForeignError, AuthorityMissingError

FOLDER = "authority"
ROOT = "root.pem"
BUNDLE = "bundle.pem"
SERVER = "server.pem"
CLIENT = "client.pem"
ROOT_PLACE = "root-place.txt"
_ISSUING = re.compile(r"issuing-([0-9]+)\.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """One issuing certificate."""

    number: int
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer(Issuing):
    """The one whose key is kept and signs."""

    key: EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What signs for this hub."""

    folder: Path
    root: x509.Certificate
    old: tuple[Issuing, ...] = ()
    """Trusted until they end; oldest first."""
    current: Signer
    broken: tuple[str, ...] = ()
    """Files of old issuing certificates that cannot be read. Nothing waits for them; what the bundle still holds of
    them stands in `old`."""

    @property
    def issuing(self) -> tuple[Issuing, ...]:
        """The issuing certificates that are trusted, oldest first; the last one signs."""
        return (*self.old, self.current)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the root key's SubjectPublicKeyInfo, 64 hexadecimal digits."""
        return keys.fingerprint(self.root.public_key())

    def bundle_pem(self) -> bytes:
        """Return root and issuing certificates; public."""
        return certificates_pem([self.root, *(one.certificate for one in self.issuing)])


def folder_of(home: Path) -> Path:
    """Return where the authority of a hub with this state directory stands."""
    return home / FOLDER


def server_file(home: Path) -> Path:
    """Return the file of the hub's own key and certificate for HTTPS.

    Raises:
        AuthorityMissingError: there is none.
    """
    path = folder_of(home) / SERVER
    if not path.is_file():
        raise AuthorityMissingError(
            f"[web.tls]: hub ini belum punya sertifikat / this hub has no certificate yet ({path}). "
            "Coba / try: hub authority init --root DIR --name NAME"
        )
    return path


def issuing_name(number: int) -> str:
    """Return the name of the file of an issuing key."""
    return f"issuing-{number}.pem"


def certificates_pem(certificates: list[x509.Certificate]) -> bytes:
    """Return certificates one after the other as PEM."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def key_and_chain(key: EllipticCurvePrivateKey, chain: list[x509.Certificate]) -> bytes:
    """Return a key and its certificates, the leaf first, as one file."""
    return keys.to_pem(key) + certificates_pem(chain)


def open_authority(home: Path) -> Authority:
    """Return the authority of the hub with this state directory.

    Raises:
        AuthorityMissingError: there is none, or a file of it is gone, broken or of another authority.
        AuthorityForeignError: it belongs to another user of this machine.
    """
    folder = folder_of(home)
    try:
        return _opened(folder)
    except PermissionError as problem:
        raise AuthorityForeignError(
            f"reading {folder}: hanya pengguna hub boleh / only the hub's own user may. "
            f"Coba / try: {refusal.with_rights(folder)}"
        ) from problem


def _opened(folder: Path) -> Authority:
    if not folder.is_dir() or not any(folder.iterdir()):
        raise AuthorityMissingError(
            f"Hub ini belum punya otoritas / this hub has no authority yet ({folder}). "
            "Coba / try: hub authority init --root DIR --name NAME"
        )
    root = read_chain(folder / ROOT)[0]
    _verify_signed(root, root, path=folder / ROOT)
    numbers = sorted(int(match[1]) for path in folder.iterdir() if (match := _ISSUING.fullmatch(path.name)))
    if not numbers:
        raise AuthorityMissingError(f"reading {folder}: no issuing key. Put the folder back from the backup.")
    *older, newest = numbers
    kept = {number: _old(folder, number, root) for number in older}
    broken = [number for number, one in kept.items() if one is None]
    kept |= {number: _from_bundle(folder, number, root) for number in broken}
    return Authority(
        folder=folder,
        root=root,
        old=tuple(one for one in kept.values() if one is not None),
        current=_signer(folder, newest, root),
        broken=tuple(issuing_name(number) for number in broken),
    )


def read_chain(path: Path) -> list[x509.Certificate]:
    """Return the certificates in a PEM file, the leaf first; keys in it are passed over.

    Raises:
        AuthorityMissingError: it cannot be read or holds none.
    """
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
        for one in found:
            # The library reads these only when they are asked for; whoever asks later shall not meet its errors.
            _ = one.subject, one.issuer, one.extensions, one.public_key(), one.not_valid_after_utc
    except (OSError, *keys.UNREADABLE) as problem:
        raise AuthorityMissingError(
            f"reading {path}: no certificate ({problem}). Put it back from the backup."
        ) from problem
    return found


def holds_key(path: Path) -> bool:
    """Answer whether there is a private key in a file; one that cannot be read is taken to hold one."""
    try:
        return b"PRIVATE KEY" in path.read_bytes()
    except OSError:
        return True


def _signer(folder: Path, number: int, root: x509.Certificate) -> Signer:
    path = folder / issuing_name(number)
    certificate = read_chain(path)[0]
    key = keys.from_pem(path.read_bytes(), what=str(path))
    _verify_signed(certificate, root, path=path)
    if key.public_key() != certificate.public_key():
        raise AuthorityMissingError(f"reading {path}: key and certificate differ. Put it back from the backup.")
    return Signer(number=number, certificate=certificate, key=key)


def _old(folder: Path, number: int, root: x509.Certificate) -> Issuing | None:
    """Return an old issuing certificate, or None where its file is of no use: nothing is signed by it any more."""
    path = folder / issuing_name(number)
    try:
        certificate = read_chain(path)[0]
        _verify_signed(certificate, root, path=path)
    except AuthorityMissingError:
        return None
    return Issuing(number=number, certificate=certificate)


def _from_bundle(folder: Path, number: int, root: x509.Certificate) -> Issuing | None:
    """Return an old issuing certificate from among those that boxes trust."""
    try:
        trusted = read_chain(folder / BUNDLE)
    except AuthorityMissingError:
        return None
    for one in trusted:
        if one.subject == certificates.issuing_name(number) and one.issuer == root.subject:
            _verify_signed(one, root, path=folder / BUNDLE)
            return Issuing(number=number, certificate=one)
    return None


def _verify_signed(certificate: x509.Certificate, root: x509.Certificate, *, path: Path) -> None:
    try:
        certificate.verify_directly_issued_by(root)
    except keys.UNSIGNED as problem:
        raise AuthorityMissingError(
            f"reading {path}: not signed by {path.with_name(ROOT)}. Put the whole folder back from one backup."
        ) from problem
