"""What a broker shall be, in no broker's language: the one source from which every kind is rendered. Pure.

TLS 1.2 or later and a client certificate on the only listener; the name in the certificate is the user; rights by
`rights`, bounds by `limits`. There is no revocation list in it: measured, an expired one locks every box out, and a
new one ends no session. A box that may not speak any more is denied by name.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from contract.errors import IdentityError
from contract.identity import verify_node_id
from hub.broker.errors import DescriptionError

MQTTS_PORT = 8_883
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/@+-]*")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One broker. Whoever makes one of these knows that every value can be written into a file as it is.

    Attributes:
        listen: IP address of the listener.
        port: of MQTT over TLS.
        authority: file of the certificates that client certificates are believed by, PEM.
        server: file of the hub's server key and certificate chain, PEM; named, never read or copied.
        folder: where the broker finds what else is rendered, and may keep its store.
        known: boxes that were given a name, sorted.
        denied: boxes that may not speak, sorted; known or not.
        runs_as: system user that the broker becomes when it is started as root.
    """

    listen: str
    port: int
    authority: Path
    server: Path
    folder: Path
    known: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    runs_as: str = "mosquitto"

    def __post_init__(self) -> None:
        """Refuse whatever would be read as something else.

        Raises:
            DescriptionError: says what.
        """
        try:
            ip_address(self.listen)
        except ValueError as problem:
            raise DescriptionError(
                f"broker.listen: expected an IP address such as 127.0.0.1 or 0.0.0.0, got {self.listen!r}."
            ) from problem
        for path in (self.authority, self.server, self.folder):
            verify_plain(path)
        if not _USER.fullmatch(self.runs_as):
            raise DescriptionError(f"user {self.runs_as!r}: expected the name of a system user, such as mosquitto.")
        for name in (*self.known, *self.denied):
            try:
                verify_node_id(name)
            except IdentityError as problem:
                raise DescriptionError(f"rendering a broker: {problem}") from problem

    @property
    def allowed(self) -> tuple[str, ...]:
        """Boxes that may speak."""
        return tuple(name for name in self.known if name not in set(self.denied))


def verify_plain(path: Path) -> None:
    """Refuse a path that a broker or systemd would read as something else.

    Raises:
        DescriptionError: it is one.
    """
    if not _PLAIN_PATH.fullmatch(str(path)):
        raise DescriptionError(
            f"{str(path)!r}: hanya huruf, angka dan . _ / @ + - dalam nama folder hub / expected an absolute path of "
            "letters, digits and . _ / @ + - : brokers and systemd read quotes and spaces in their own ways. Pilih "
            "folder lain / choose another folder."
        )
