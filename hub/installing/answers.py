"""What the hub of a city must be told once: by options, or asked at the terminal."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.installing.errors import QuestionError

ZONES = {"WIB": 7, "WITA": 8, "WIT": 9}
BACKUP_KEY = "jagawai-backup.key"
_CONFIG = """\
# Hub {city}: ditulis oleh install-hub / written by install-hub. Semua kunci / every key: docs/config.md
[city]
name = {city}
zone_name = "{zone}"
utc_offset_h = {offset_h}

[mqtt]
port = 8883

[mqtt.tls]
ca = "authority/bundle.pem"
certificate = "authority/client.pem"
key = "authority/client.pem"

[broker]
embedded = false
listen = "0.0.0.0"

[web]
public_url = "https://{host}:8443"

[web.tls]
host = "0.0.0.0"

[backup]
recipient = "{recipient}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was said; empty where nobody has said it yet."""

    city: str = ""
    zone: str = ""
    names: tuple[str, ...] = ()
    """By which boxes and people reach the hub; the first stands in links."""
    root: Path | None = None
    """Folder of the stick for root key and backup key."""
    ask: Callable[[str], str] | None = None
    """Puts a question to whoever types; None: nobody is there."""

    def needed(self, value: str, *, option: str, question: str) -> str:
        """Return a value, asked for where it was not given.

        Raises:
            QuestionError: there is nobody to ask, or they said nothing.
        """
        said = value or ("" if self.ask is None else self.ask(f"    {question}: ").strip())
        if not said:
            raise QuestionError(f"{option}: belum dikatakan / was not said ({question}). Coba / try: {option} …")
        return said

    def stick(self) -> Path:
        """Return the folder for the keys that go into the safe."""
        question = "folder di stik USB untuk kunci akar / folder on the USB stick for the root key"
        return Path(self.needed(str(self.root or ""), option="--root", question=question)).resolve()

    def hosts(self) -> tuple[str, ...]:
        """Return the hub's names and addresses, at least one."""
        question = "nama atau alamat IP hub, dipisah spasi / names or IP addresses of the hub, parted by spaces"
        return self.names or tuple(self.needed("", option="--name", question=question).split())

    def config_text(self, *, hosts: Sequence[str], recipient: str) -> str:
        """Return a city's first hub.toml."""
        city = self.needed(self.city, option="--city", question="nama kota / name of the city")
        zone = self.needed(self.zone, option="--zone", question="WIB, WITA atau / or WIT").upper()
        if zone not in ZONES:
            raise QuestionError(f"--zone: WIB, WITA atau / or WIT, bukan / not {zone!r}.")
        return _CONFIG.format(
            city=json.dumps(city, ensure_ascii=False),
            zone=zone,
            offset_h=ZONES[zone],
            host=f"[{hosts[0]}]" if ":" in hosts[0] else hosts[0],
            recipient=recipient,
        )


def at_terminal() -> Callable[[str], str] | None:
    """Return what asks at the terminal; None where nobody sits."""
    return input if sys.stdin.isatty() else None
