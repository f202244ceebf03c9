"""The hub's own two certificates: as server for HTTPS and MQTT under its names, and as client of the broker."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from contract.identity import HUB_NAME
from hub.fleet.authority import certificates, keys, shelf
from hub.fleet.authority.errors import AuthorityMissingError
from hub.fleet.authority.shelf import Authority
from hub.fleet.authority.signers import verify_signer

OWN_NAMES = ("localhost", "127.0.0.1")
"""The hub's own processes reach it by these, so they always stand in its certificate."""


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


def own_files(authority: Authority, *, names: Sequence[str], now: datetime) -> dict[str, bytes]:
    """Return the files of the hub's own two identities, with new keys.

    Args:
        authority: whose current key signs.
        names: DNS names and IP addresses of the hub.
        now: the real time.

    Raises:
        AuthorityClockError: nothing can be signed at this time.
        ServerNameError: a name is none.
    """
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
        common_name=HUB_NAME,
        signed_by=signer.certificate,
        issuing_key=signer.key,
        now=now,
    )
    return {
        shelf.SERVER: shelf.key_and_chain(server_key, [server, signer.certificate]),
        shelf.CLIENT: shelf.key_and_chain(client_key, [client, signer.certificate]),
    }
