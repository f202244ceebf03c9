"""An authority of a hub in a test's folder, requests of boxes, and a broker that trusts what it issues."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from contract.identity import HUB_NAME
from hub.fleet.authority import keys, making, shelf
from hub.fleet.authority.issuing import issue_node_certificate
from hub.fleet.authority.shelf import Authority
from tests.support import certificates
from tests.support.certificates import KeyPair

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PASSPHRASE = "enam kata di atas batu sungai"
NAMES = ("hub.kota.example", "192.168.10.2")


def make_authority(folder: Path, *, now: datetime = NOW) -> Authority:
    """Make an authority whose hub lives in `folder`/home and whose root key in `folder`/stick."""
    return making.init(
        home=folder / "home",
        root_folder=folder / "stick",
        passphrase=PASSPHRASE,
        names=NAMES,
        city="Kota Uji",
        now=now,
    ).authority


def request(
    key: CertificateIssuerPrivateKeyTypes | None = None,
    *,
    name: str = "whatever",
    extensions: tuple[x509.ExtensionType, ...] = (),
) -> bytes:
    """Return a certificate request in PEM, as a box writes it."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(key or keys.new_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


class IssuedByHub(certificates.Authority):
    """Stands where tests want an authority, and gives out what a real one of a hub issues."""

    def __init__(self, authority: Authority, folder: Path, *, now: datetime) -> None:
        self._real = authority
        self._folder = folder
        self._now = now
        # The root alone: whoever connects must bring the issuing certificate along.
        self.ca_certificate = authority.folder / shelf.ROOT
        self.server = KeyPair(certificate=authority.folder / shelf.SERVER, key=authority.folder / shelf.SERVER)

    def client(self, node_id: str) -> KeyPair:
        """Return the hub's own client certificate, or one of a box with a new key."""
        if node_id == HUB_NAME:
            return KeyPair(certificate=self._real.folder / shelf.CLIENT, key=self._real.folder / shelf.CLIENT)
        key = ec.generate_private_key(ec.SECP256R1())
        issued = issue_node_certificate(request(key), node_id, authority=self._real, now=self._now)
        pair = self._pair(f"{node_id}-{issued.serial:x}")
        pair.certificate.write_bytes(issued.chain_pem)
        pair.key.write_bytes(keys.to_pem(key))
        return pair
