"""The hub's config file: TOML to frozen values. Secrets are paths. docs/config.md says what each key means."""

import os
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from contract.clock import Clock, ScaledClock, SystemClock
from contract.config_file import read_config
from contract.severity import DEFAULT_WORDS
from hub.errors import ConfigError

LOOPBACK = "127.0.0.1"
Port = Annotated[int, Meta(ge=1, le=65_535)]
Seconds = Annotated[float, Meta(ge=0)]


class ClockConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scaled clock: at wall time `anchor_real_ms` it showed `anchor_data_ms`, and it runs at `rate`."""

    rate: Annotated[float, Meta(gt=0, le=1000)]
    anchor_real_ms: Annotated[int, Meta(ge=0)]
    anchor_data_ms: Annotated[int, Meta(ge=0)]


class TlsConfig(Struct, frozen=True, kw_only=True):
    """Paths of the authority, the hub's certificate and its key (PEM)."""

    ca: str
    certificate: str
    key: str


class MqttConfig(Struct, frozen=True, kw_only=True):
    """Where the broker listens."""

    host: str = LOOPBACK
    port: Port = 1883
    tls: TlsConfig | None = None


class BrokerConfig(Struct, frozen=True, kw_only=True):
    """Whether `hub run` starts the embedded broker, at the address of [mqtt], and what a rendered one is like."""

    embedded: bool = True
    listen: str = LOOPBACK
    """IP address that a rendered broker listens on."""
    user: str = "mosquitto"
    """System user that mosquitto becomes when it is started as root; Debian's package makes it."""


class WebTlsConfig(Struct, frozen=True, kw_only=True):
    """Where boxes and browsers reach the hub by HTTPS, with the hub's own certificate of its authority."""

    host: str = LOOPBACK
    port: Port = 8443
    bundle_port: Port | None = None
    """Serves the public trust bundle alone, without TLS: a new box cannot trust anything before it has it. None: one
    above `port`, where boxes look."""
    box_port: Port | None = None
    """Serves boxes alone, and asks each for its certificate. None: two above `port`, where boxes look."""
    broker_host: str = ""
    """Where boxes reach the broker; empty: by the host on their label."""
    broker_port: Port = 8883

    def bundle_at(self) -> int:
        """Return the port of the bundle."""
        return self.port + 1 if self.bundle_port is None else self.bundle_port

    def boxes_at(self) -> int:
        """Return the port of boxes."""
        return self.port + 2 if self.box_port is None else self.box_port


class WebConfig(Struct, frozen=True, kw_only=True):
    """Where pages and API are served, and how links to them begin."""

    host: str = LOOPBACK
    port: Port = 8080
    public_url: str = ""
    """How people reach the pages, for links in messages; empty: http://host:port."""
    open: bool = True
    """Whether everybody who reaches the pages may look; false: only who signs in, programs with tokens, and screens."""
    tls: WebTlsConfig | None = None


class CityConfig(Struct, frozen=True, kw_only=True):
    """What the city calls itself, its levels and its time."""

    name: str = "Kota Ambon"
    zone_name: str = "WIT"
    utc_offset_h: Annotated[float, Meta(ge=-12, le=14)] = 9.0
    words: dict[str, str] = {}
    """Severity ("0" to "3") to word; missing ones are Normal, Waspada, Siaga, Awas."""
    map_pack: str = ""
    """Directory with kelurahan boundaries; empty: the coast alone."""
    mark: str = ""
    """Shown in every header where the data is not what happens now, for example PERAGAAN 60x."""

    def level_words(self) -> dict[int, str]:
        """Return severity to word."""
        return DEFAULT_WORDS | {int(key): word for key, word in self.words.items() if key in {"0", "1", "2", "3"}}


class AlertConfig(Struct, frozen=True, kw_only=True):
    """When people are told without a tap, and when the next person is. Seconds on the hub's (scaled) clock."""

    rt_after_s: Seconds = 180.0
    awas_escalation_s: tuple[Seconds, ...] = (60.0, 180.0, 300.0)
    siaga_escalation_s: tuple[Seconds, ...] = (300.0, 900.0)
    phone: str = "112"
    """Number that messages to people name."""


class WebhookConfig(Struct, frozen=True, kw_only=True):
    """How webhook messages are signed."""

    secret_file: str = "secrets/webhook.key"


class RetentionConfig(Struct, frozen=True, kw_only=True):
    """Days that things are kept. Alerts and thresholds are kept for good."""

    records_days: Annotated[float, Meta(ge=1)] = 90
    rollups_60_days: Annotated[float, Meta(ge=1)] = 365
    rollups_600_days: Annotated[float, Meta(ge=1)] = 3650
    dead_letters: Annotated[int, Meta(ge=100)] = 10_000
    blobs_days: Annotated[float, Meta(ge=1)] = 30
    """Pictures of boxes."""
    blobs_mb: Annotated[int, Meta(ge=64)] = 8_192
    """Disk that all of them may have, MiB."""


class BackupConfig(Struct, frozen=True, kw_only=True):
    """Encrypted copies of the hub."""

    recipient: str = ""
    """Public half of the backup key, `age1…`; empty: no backup can be made."""
    folder: str = "backup"
    """Where they lie; better a disk of its own."""
    keep: Annotated[int, Meta(ge=1, le=1000)] = 14


class HubConfig(Struct, frozen=True, kw_only=True):
    """The whole file."""

    home: str = "."
    """Where the hub keeps its state; relative to the config file."""
    clock: ClockConfig | None = None
    mqtt: MqttConfig = MqttConfig()
    broker: BrokerConfig = BrokerConfig()
    web: WebConfig = WebConfig()
    city: CityConfig = CityConfig()
    alerts: AlertConfig = AlertConfig()
    webhook: WebhookConfig = WebhookConfig()
    retention: RetentionConfig = RetentionConfig()
    backup: BackupConfig = BackupConfig()

    def home_path(self) -> Path:
        """Return the state directory."""
        return Path(self.home)

    def database_path(self) -> Path:
        """Return the path of the hub's database."""
        return self.home_path() / "hub.db"

    def public_url(self) -> str:
        """Return how links to the hub's pages begin, without a slash at the end."""
        return (self.web.public_url or f"http://{self.web.host}:{self.web.port}").rstrip("/")

    def make_clock(self) -> Clock:
        """Return the clock that this config asks for."""
        if self.clock is None:
            return SystemClock()
        return ScaledClock.start(
            anchor_real_ms=self.clock.anchor_real_ms,
            anchor_data_ms=self.clock.anchor_data_ms,
            rate=self.clock.rate,
        )


def load_config(path: Path) -> HubConfig:
    """Return the config in `path`, with ports from the environment and paths made absolute.

    Raises:
        ConfigError: it cannot be used; names every problem.
    """
    config, problems = read_config(path, HubConfig)
    if config is None:
        raise ConfigError(problems)
    config = _with_environment(config, problems)
    problems.extend(_cross_checks(config))
    if problems:
        raise ConfigError([problem if problem.startswith("JAGAWAI") else f"{path}: {problem}" for problem in problems])
    base = path.resolve().parent
    home = base / config.home
    return replace(
        config,
        home=str(home),
        backup=replace(config.backup, folder=str(home / config.backup.folder)),
        webhook=WebhookConfig(secret_file=str(home / config.webhook.secret_file)),
        city=replace(config.city, map_pack=str(base / config.city.map_pack) if config.city.map_pack else ""),
        mqtt=replace(config.mqtt, tls=_absolute_tls(config.mqtt.tls, base)),
    )


def _absolute_tls(tls: TlsConfig | None, base: Path) -> TlsConfig | None:
    if tls is None:
        return None
    return TlsConfig(ca=str(base / tls.ca), certificate=str(base / tls.certificate), key=str(base / tls.key))


def _with_environment(config: HubConfig, problems: list[str]) -> HubConfig:
    """Return the config with JAGAWAI_MQTT_PORT (or JAGAWAI_MQTTS_PORT with TLS) and JAGAWAI_WEB_PORT."""
    mqtt_variable = "JAGAWAI_MQTTS_PORT" if config.mqtt.tls else "JAGAWAI_MQTT_PORT"
    mqtt_port = _port_of(mqtt_variable, config.mqtt.port, problems)
    web_port = _port_of("JAGAWAI_WEB_PORT", config.web.port, problems)
    return replace(config, mqtt=replace(config.mqtt, port=mqtt_port), web=replace(config.web, port=web_port))


def _port_of(variable: str, default: int, problems: list[str]) -> int:
    text = os.environ.get(variable, "")
    if not text:
        return default
    # isdigit alone is also true of "²", which is no number.
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65_535:  # noqa: PLR2004 - the ports there are
        problems.append(f"{variable} must be a port from 1 to 65535, got {text!r}")
        return default
    return int(text)


def _cross_checks(config: HubConfig) -> list[str]:
    problems: list[str] = []
    unknown = sorted(set(config.city.words) - {"0", "1", "2", "3"})
    if unknown:
        problems.append(f"city.words: severities are 0 to 3, got {', '.join(unknown)}")
    tls = config.web.tls
    if tls is not None:
        ports = (config.web.port, tls.port, tls.bundle_at(), tls.boxes_at())
        if len(set(ports)) < len(ports) or max(ports) > 65_535:  # noqa: PLR2004 - the ports there are
            problems.append(
                "web.port, web.tls.port, web.tls.bundle_port and web.tls.box_port must differ and be ports, "
                f"got {', '.join(map(str, ports))}"
            )
    if config.broker.embedded and config.mqtt.tls is not None and config.broker.listen != LOOPBACK:
        problems.append(
            f"broker.embedded listens on {LOOPBACK} only, got broker.listen = {config.broker.listen!r}: a city takes "
            "mosquitto, with broker.embedded = false"
        )
    if config.broker.embedded and config.mqtt.host != LOOPBACK:
        problems.append(f"broker.embedded listens on {LOOPBACK} only, got mqtt.host = {config.mqtt.host!r}")
    return problems
