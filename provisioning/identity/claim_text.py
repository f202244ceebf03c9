"""The text in the QR of a claim label: `JW1:CODE:FINGERPRINT:HOST:PORT`, all in large letters.

Large letters, digits and `: . -` alone fit the alphanumeric mode of a QR: 5.5 bits a character instead of 8. HOST is
a name, an IPv4 address, or an IPv6 address in brackets (the brackets cost some modules). The port is always there.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from provisioning.identity import claim_code, fingerprint
from provisioning.identity.errors import ClaimTextError, IdentityTextError

FORM = "JW1"
HTTPS_PORT = 443
HOST_LONGEST = 80
"""Characters; keeps the printed modules large enough for a phone in the rain."""

_PARTS = 4
_ADDRESS = re.compile(r"(?:https://)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?/?")
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimText:
    """What a claim label says to a box."""

    code: str = field(repr=False)
    """Normalised; a secret until it is used."""
    fingerprint: str
    """Of the authority's root key, 64 hexadecimal digits."""
    address: str
    """host:port of the hub, HTTPS."""

    def encoded(self) -> str:
        """Return the text for the QR."""
        return f"{FORM}:{self.code}:{self.fingerprint}:{self.address}".upper()


def parsed(text: str) -> ClaimText:
    """Return what stands in a text that was read from a label.

    Raises:
        ClaimTextError: it is no claim label, or one of a form that this version does not know.
    """
    form, *parts = text.strip().split(":", _PARTS - 1)
    if form.upper() != FORM or len(parts) != _PARTS - 1:
        raise ClaimTextError(
            "Bukan label klaim Jagawai / not a Jagawai claim label: it must begin with "
            f"{FORM}: and have {_PARTS} parts. Try: the label that 'hub claim new' made."
        )
    code, root, at = parts
    try:
        return ClaimText(code=claim_code.normalised(code), fingerprint=fingerprint.full(root), address=address(at))
    except IdentityTextError as problem:
        raise ClaimTextError(f"Label klaim / claim label: {problem}") from problem


def address(text: str) -> str:
    """Return host:port of a hub, from `host`, `host:port` or `https://host:port`; small letters, port 443 if none.

    An IPv6 address is written in its shortest form.

    Raises:
        ClaimTextError: it is no address.
    """
    match = _ADDRESS.fullmatch(text.strip().lower())
    if match is None or not _is_host(match[1]) or not 1 <= (port := int(match[2] or HTTPS_PORT)) <= 65_535:  # noqa: PLR2004 - the ports there are
        raise ClaimTextError(
            f"hub address {text!r}: expected a name or IP address and a port, up to {HOST_LONGEST} characters, "
            "for example hub.kota.example:8443 or 192.168.10.2:8443"
        )
    host = match[1]
    if host.startswith("["):
        host = f"[{ipaddress.ip_address(host.strip('[]'))}]"  # the one way in which certificates name it too
    return f"{host}:{port}"


def host_of(text: str) -> str:
    """Return the host of an address that `address` has given, without brackets."""
    return text.rpartition(":")[0].strip("[]")


def _is_host(text: str) -> bool:
    if text.startswith("["):
        try:
            return ipaddress.ip_address(text.strip("[]")).version == 6  # noqa: PLR2004 - IPv6
        except ValueError:
            return False
    return len(text) <= HOST_LONGEST and _NAME.fullmatch(text) is not None
