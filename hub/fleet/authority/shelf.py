"""The authority as it stands on the hub's disk, in `<home>/authority/` (0700, each file 0600).

```
root.pem        root certificate, without its key
issuing-1.pem   issuing key 1 and its certificate; the highest number signs, the others end with their certificates
bundle.pem      root and issuing certificates: what boxes and brokers trust
server.pem      the hub's key and certificate chain for HTTPS and MQTT
client.pem      the hub's key and certificate chain as client of the broker, CN=hub
root-place.txt  where the root key was last seen on this machine
```
A key and its certificate share a file, so that no power cut can part them: each file is replaced in one step.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from hub.fleet.authority import keys
from hub.fleet.authority.errors import AuthorityMissingError, AuthorityPlaceError

FOLDER = "authority"
ROOT = "root.pem"
BUNDLE = "bundle.pem"
SERVER = "server.pem"
CLIENT = "client.pem"
ROOT_PLACE = "root-place.txt"
_ISSUING = re.compile(r"issuing-([0-9]+)\.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """One issuing key with its certificate."""

    number: int
    certificate: x509.Certificate
    key: EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What signs for this hub."""

    folder: Path
    root: x509.Certificate
    issuing: tuple[Issuing, ...]
    """Oldest first; the last one signs."""

    @property
    def current(self) -> Issuing:
        """The issuing key that signs."""
        return self.issuing[-1]

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


def issuing_name(number: int) -> str:
    """Return the name of the file of an issuing key."""
    return f"issuing-{number}.pem"


def certificates_pem(certificates: list[x509.Certificate]) -> bytes:
    """Return certificates one after the other as PEM."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def open_authority(home: Path) -> Authority:
    """Return the authority of the hub with this state directory.

    Raises:
        AuthorityMissingError: there is none, or a file of it is gone, broken or of another authority.
        AuthorityPlaceError: it belongs to another user of this machine.
    """
    folder = folder_of(home)
    try:
        return _opened(folder)
    except PermissionError as problem:
        raise AuthorityPlaceError(
            f"reading {folder}: hanya pengguna hub boleh / only the hub's own user may. Coba / try: sudo -u USER hub …"
        ) from problem


def _opened(folder: Path) -> Authority:
    if not (folder / ROOT).is_file():
        raise AuthorityMissingError(
            f"Hub ini belum punya otoritas / this hub has no authority yet ({folder}). "
            "Coba / try: hub authority init --root DIR --name NAME"
        )
    root = read_chain(folder / ROOT)[0]
    numbers = sorted(int(match[1]) for path in folder.iterdir() if (match := _ISSUING.fullmatch(path.name)))
    if not numbers:
        raise AuthorityMissingError(f"reading {folder}: no issuing key. Put the folder back from the backup.")
    return Authority(folder=folder, root=root, issuing=tuple(_issuing(folder, number, root) for number in numbers))


def read_chain(path: Path) -> list[x509.Certificate]:
    """Return the certificates in a PEM file, the leaf first; keys in it are passed over.

    Raises:
        AuthorityMissingError: it cannot be read or holds none.
    """
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise AuthorityMissingError(
            f"reading {path}: no certificate ({problem}). Put it back from the backup, or try: hub authority server."
        ) from problem


def _issuing(folder: Path, number: int, root: x509.Certificate) -> Issuing:
    path = folder / issuing_name(number)
    certificate = read_chain(path)[0]
    key = keys.from_pem(path.read_bytes(), what=str(path))
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as problem:
        raise AuthorityMissingError(
            f"reading {path}: not signed by {folder / ROOT}. Put the whole folder back from one backup."
        ) from problem
    if key.public_key() != certificate.public_key():
        raise AuthorityMissingError(f"reading {path}: key and certificate differ. Put it back from the backup.")
    return Issuing(number=number, certificate=certificate, key=key)
