"""The box's configuration: a TOML file to frozen dataclasses, every problem told at once.

One file serves all processes of a box. Secrets are paths. What the hub decides (datum, thresholds, siren on or off) is
no configuration: it comes as desired state, and `[gauge.<source>.desired]` stands in only until the first has come.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from contract.clock import Clock, ScaledClock, SystemClock, kernel_boot_id
from contract.config_file import read_tables
from contract.desired import DEFAULT_QUOTA_MB, LEAST_QUOTA_MB, MAX_QUOTA_MB, DesiredSource
from contract.errors import RefusedError
from contract.identity import NodeId, SourceName
from contract.toml_text import parse_toml
from edge_agent.cameras.duty import LEAST_PER_S
from edge_agent.cameras.settings import CameraSettings
from edge_agent.driver_tables import verify_tables
from edge_agent.errors import ConfigError
from edge_agent.gauges.settings import (
    SENSOR_TABLES,
    ReplaySettings,
    SensorSettings,
    SimulatedSettings,
    SirenSettings,
    UltrasonicSettings,
)
from edge_agent.inference.input_size import DETAIL
from edge_agent.stills.allowance import StillSettings

Word = Annotated[str, Meta(min_length=1, max_length=200, description="a text that is not empty")]
Port = Annotated[int, Meta(ge=1, le=65_535)]
LooksPerS = Annotated[float, Meta(ge=LEAST_PER_S, le=120)]
Ms = Annotated[int, Meta(ge=0, le=2**53, description="a whole number of UTC milliseconds")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxConfig:
    """`[box]`: who the box is and where it keeps what must not be lost."""

    node: NodeId
    home: Path
    board: Word
    """Binds the outbox to this board: a card moved to another one starts a new spool."""
    quota_mb: Annotated[int, Meta(ge=LEAST_QUOTA_MB, le=MAX_QUOTA_MB)] = DEFAULT_QUOTA_MB
    """The most; the hub may ask for less."""
    runtime: Path = Path("/run/jagawai")
    """A folder in memory: where the gauge keeps its records while `home` cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockConfig:
    """`[clock]`: a clock that runs at a rate, for demo, drill and replay."""

    rate: Annotated[float, Meta(gt=0, le=10_000)]
    anchor_real_ms: Ms
    anchor_data_ms: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsConfig:
    """`[hub.tls]`: the hub's authority and this box's own certificate."""

    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HubConfig:
    """`[hub]`: where the hub's broker listens."""

    host: Word
    port: Port = 1883
    tls: TlsConfig | None = None
    first_connect_within_s: Annotated[float, Meta(ge=0, le=600)] = 0.0
    """Real s over which the boxes of a city spread their first connect after a power cut: 30 there, 0 on a laptop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeConfig:
    """`[gauge.<source>]`: one gauge; the table of its driver stands below it."""

    driver: Literal["replay", "simulated", "ultrasonic"]
    replay: ReplaySettings | None = None
    simulated: SimulatedSettings | None = None
    ultrasonic: UltrasonicSettings | None = None
    desired: DesiredSource | None = None

    def __post_init__(self) -> None:
        """Refuse a gauge whose driver's table is missing, or that has another driver's.

        Raises:
            RefusedError: the text says which.
        """
        written = [name for name in SENSOR_TABLES if getattr(self, name) is not None]
        verify_tables("gauge", self.driver, written=written, is_needed=self.driver != "ultrasonic")

    def sensor(self) -> SensorSettings:
        """Return the settings of the driver that was chosen."""
        settings: SensorSettings | None = getattr(self, self.driver)
        return settings if settings is not None else UltrasonicSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraConfig(CameraSettings):
    """`[camera.<source>]`: one camera, its view, and how often it is looked at."""

    view: Path | None = None
    """What is drawn on its picture: zones, lines, purpose; None: only what is drawn at the hub."""
    model: Path | None = None
    """Folder of the detector; None: the street model that comes with the agent."""
    frames_per_s: LooksPerS = 2.0
    """What the view needs. When it gets less while something moves, its counts are marked `too_slow`."""
    most_frames_per_s: LooksPerS = 8.0
    """While something moves and CPU time is left."""
    motion_gate: bool = True
    """Spare the detector pictures in which nothing moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionConfig:
    """`[vision]`: what all cameras of the box together may use."""

    cores: Annotated[float, Meta(ge=0.1, le=64)] = 0.6
    """Mean CPU time, in cores: 0.6 is 60 % of one."""
    threads: Annotated[int, Meta(ge=1, le=16)] = 1
    """Of one run of the model."""
    detail: Annotated[float, Meta(ge=0.25, le=4)] = DETAIL
    """Most pixels of the model's input, as a multiple of the size it was trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeConfig:
    """The whole file."""

    box: BoxConfig
    gauge: dict[SourceName, GaugeConfig] = field(default_factory=dict)
    clock: ClockConfig | None = None
    hub: HubConfig | None = None
    """Without it the box works alone."""
    siren: SirenSettings | None = None
    camera: dict[SourceName, CameraConfig] = field(default_factory=dict)
    vision: VisionConfig = VisionConfig()
    stills: StillSettings = field(default_factory=StillSettings)

    def __post_init__(self) -> None:
        """Refuse a box that has nothing to do, and a name for two things.

        Raises:
            RefusedError: it has neither gauge nor camera, or one of each with the same name.
        """
        if not self.gauge and not self.camera:
            raise RefusedError(
                indonesian="kotak tanpa alat ukur dan kamera tak mengamati apa-apa: tulis [gauge.g1] atau [camera.c1]",
                english="a box without gauge and camera watches nothing: write [gauge.g1] or [camera.c1]",
            )
        twice = sorted(self.gauge.keys() & self.camera.keys())
        if twice:
            raise RefusedError(
                indonesian=(
                    f"{twice[0]} adalah alat ukur dan juga kamera, padahal pusat membedakannya dari namanya: beri "
                    "salah satu nama lain"
                ),
                english=(
                    f"{twice[0]} is both a gauge and a camera, and the hub tells them apart by name: give one another "
                    "name"
                ),
            )


def load(path: Path) -> EdgeConfig:
    """Return the configuration that the file holds; relative paths in it begin at its folder.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds problems; all of them are in the error.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        problem = f"tidak dapat dibaca, periksa nama sesudah --config / cannot be read: {exc.strerror}. Check the path"
        raise ConfigError(path, [f"{problem} after --config."]) from exc
    values, problem = parse_toml(data)
    if problem:
        raise ConfigError(path, [problem])
    config, problems = read_tables(EdgeConfig, values, folder=path.resolve().parent, is_bilingual=True)
    if config is None:
        raise ConfigError(path, problems)
    return config


def open_clock(config: EdgeConfig) -> Clock:
    """Return the clock that `[clock]` asks for, otherwise the machine's own."""
    if config.clock is None:
        return SystemClock()
    return ScaledClock.start(
        anchor_real_ms=config.clock.anchor_real_ms,
        anchor_data_ms=config.clock.anchor_data_ms,
        rate=config.clock.rate,
    )


def boot_name(config: EdgeConfig) -> str:
    """Return what names this run of the boot clock, for what is remembered by it in real ms.

    That is the kernel's boot. With `[clock]` the anchors belong to it: a scaled clock stands still from one start of a
    demo to the next, the kernel's goes on, so what was measured by it before means nothing.
    """
    kernel = kernel_boot_id()
    return kernel if config.clock is None else f"{kernel}/{config.clock.anchor_real_ms}"


def understood(config: EdgeConfig) -> list[str]:
    """Return what was understood, one `key = value` a line, with the defaults that apply."""
    return list(_lines(msgspec.to_builtins(config, enc_hook=str), ""))


def _lines(value: Any, key: str) -> list[str]:
    if isinstance(value, dict):
        return [line for name, item in value.items() for line in _lines(item, f"{key}.{name}" if key else str(name))]
    return [] if value is None else [f"{key} = {value}"]
