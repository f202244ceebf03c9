"""Where the demo listens, all on loopback."""

import os
from dataclasses import dataclass

from hub.broker.embedded import verify_port_is_free
from hub.config import LOOPBACK
from hub.errors import ConfigError

HTTPS_PORTS = 3
"""In a row: pages, the trust bundle that a new box takes, and what boxes ask for with their certificates."""

HIGHEST = 65_536 - HTTPS_PORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports of one start."""

    mqtt: int
    """Plain, or with TLS and nothing else."""
    web: int
    phone: int
    https: int | None = None
    """None: no TLS in this demo."""

    @classmethod
    def from_environment(cls, *, is_tls: bool = False) -> "Ports":
        """Return the ports that JAGAWAI_MQTT_PORT and the others of the README name, or the defaults."""
        return cls(
            mqtt=_port("JAGAWAI_MQTTS_PORT", 8883) if is_tls else _port("JAGAWAI_MQTT_PORT", 1883),
            web=_port("JAGAWAI_WEB_PORT", 8080),
            phone=_port("JAGAWAI_PHONE_PORT", 8081),
            https=_port("JAGAWAI_HTTPS_PORT", 8443) if is_tls else None,
        )

    def verify_free(self) -> None:
        """Return if nothing listens on any of them.

        Raises:
            PortTakenError: something does.
        """
        mqtt = "JAGAWAI_MQTT_PORT" if self.https is None else "JAGAWAI_MQTTS_PORT"
        verify_port_is_free(LOOPBACK, self.mqtt, what="MQTT", variable=mqtt)
        verify_port_is_free(LOOPBACK, self.web, what="web", variable="JAGAWAI_WEB_PORT")
        verify_port_is_free(LOOPBACK, self.phone, what="phone", variable="JAGAWAI_PHONE_PORT")
        if self.https is not None:
            for port in range(self.https, self.https + HTTPS_PORTS):
                verify_port_is_free(LOOPBACK, port, what="HTTPS", variable="JAGAWAI_HTTPS_PORT")


def _port(variable: str, default: int) -> int:
    """Return the port that a variable of the environment names.

    Raises:
        ConfigError: it names none.
    """
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= HIGHEST:
        raise ConfigError([f"{variable}: expected a port from 1 to {HIGHEST}, got {text!r}."])
    return int(text)
