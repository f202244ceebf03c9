"""A throw-away authority for TLS tests: a server for 127.0.0.1 and clients named by exactly one common name.

Client certificates carry ``CN=<id>`` alone, no alternative names: that is the one form which nats-server and
mosquitto map to the same user. trustme makes the authority and the server; its own client certificates carry more
names, so clients are signed here.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_VALID_UNTIL = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """Where a certificate and its private key stand, both PEM."""

    certificate: Path
    key: Path


class Authority:
    """Signs the certificates of one test, into one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA()
        self.ca_certificate = folder / "ca.crt"
        self._ca.cert_pem.write_to_path(str(self.ca_certificate))
        self.server = self._sign_server()

    def client(self, node_id: str) -> KeyPair:
        """Sign a client certificate whose whole subject is ``CN=<node_id>``."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.load_pem_x509_certificate(self._ca.cert_pem.bytes())
        issuer_key = serialization.load_pem_private_key(self._ca.private_key_pem.bytes(), password=None)
        assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node_id)]))
            .issuer_name(issuer.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_VALID_FROM)
            .not_valid_after(_VALID_UNTIL)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )
        pair = self._pair(node_id)
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pair

    def _sign_server(self) -> KeyPair:
        issued = self._ca.issue_cert("127.0.0.1", "localhost")
        pair = self._pair("server")
        issued.private_key_pem.write_to_path(str(pair.key))
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(pair.certificate), append=True)
        return pair

    def _pair(self, name: str) -> KeyPair:
        return KeyPair(certificate=self._folder / f"{name}.crt", key=self._folder / f"{name}.key")
