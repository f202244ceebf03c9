"""Settings to a driver that is ready to measure, or a siren ready to sound; the only place that names them all."""

import logging
from pathlib import Path
from random import Random

from contract.clock import Clock
from edge_agent.gauges.pins import PinKind, open_pin_factory
from edge_agent.gauges.replay import Mounting, ReplaySensor, SeriesPlayer
from edge_agent.gauges.sensor import DistanceSensor
from edge_agent.gauges.series import read_series
from edge_agent.gauges.settings import (
    LEAST_MAX_ON_S,
    ReplaySettings,
    SensorSettings,
    SimulatedSettings,
    SirenSettings,
    UltrasonicSettings,
)
from edge_agent.gauges.siren import Siren, open_siren
from edge_agent.gauges.thermometer import FixedThermometer, NoThermometer, OneWireThermometer
from edge_agent.gauges.ultrasonic import ECHO_MODELS, UltrasonicSensor

log = logging.getLogger(__name__)


def open_sensor(settings: SensorSettings, *, clock: Clock, folder: Path) -> DistanceSensor:
    """Return the sensor that `settings` ask for.

    Args:
        settings: a driver's own table.
        clock: the box's; a replay follows its wall time.
        folder: where relative paths begin, the configuration's folder.

    Raises:
        SensorUnavailableError: a library or a pin is missing.
        SeriesError: the series cannot be read.
    """
    if isinstance(settings, UltrasonicSettings):
        return _ultrasonic(settings)
    rng = Random(settings.seed)  # noqa: S311 -- simulated noise that must be repeatable, no secret
    player = _player(settings, clock=clock, folder=folder)
    if isinstance(settings, SimulatedSettings):
        return _simulated(settings, player=player, rng=rng)
    return ReplaySensor(player=player, rng=rng, noise_mm=settings.noise_mm)


def open_siren_output(settings: SirenSettings) -> Siren:
    """Return the siren that `settings` ask for.

    Raises:
        SensorUnavailableError: this board's pins cannot be opened.
        SirenError: the pin does not exist or is in use.
    """
    factory = open_pin_factory(PinKind.BOARD if settings.driver == "gpio" else PinKind.MOCK)
    if settings.stutter():
        log.warning("siren: %s. %g is used", settings.stutter(), LEAST_MAX_ON_S)
    return open_siren(pin=settings.pin, pin_factory=factory, max_on_s=max(settings.max_on_s, LEAST_MAX_ON_S))


def _player(settings: ReplaySettings, *, clock: Clock, folder: Path) -> SeriesPlayer:
    return SeriesPlayer(
        series=read_series(folder / settings.file),
        clock=clock,
        mounting=Mounting(offset_cm=settings.mounted_offset_cm, span=ECHO_MODELS[settings.model].span),
        shift_s=settings.shift_s,
        repeats=settings.repeats,
    )


def _simulated(settings: SimulatedSettings, *, player: SeriesPlayer, rng: Random) -> DistanceSensor:
    from edge_agent.gauges.simulated_echo import BlindZone, EchoFaults, SimulatedAir, SimulatedUltrasonic

    model = ECHO_MODELS[settings.model]
    faults = EchoFaults(
        noise_mm=settings.noise_mm,
        lost_share=settings.lost_share,
        spike_share=settings.spike_share,
        zero_share=settings.zero_share,
        blind_zone=BlindZone(settings.blind_zone),
    )
    air = SimulatedAir(span=model.span, faults=faults, rng=rng, temperature_c=settings.air_temperature_c)
    thermometer = NoThermometer() if settings.thermometer_c is None else FixedThermometer(settings.thermometer_c)
    return SimulatedUltrasonic(player=player, air=air, model=model, thermometer=thermometer)


def _ultrasonic(settings: UltrasonicSettings) -> DistanceSensor:
    path = settings.thermometer
    return UltrasonicSensor(
        trigger_pin=settings.trigger_pin,
        echo_pin=settings.echo_pin,
        model=ECHO_MODELS[settings.model],
        thermometer=NoThermometer() if path is None else OneWireThermometer(path=Path(path)),
        pin_factory=open_pin_factory(settings.pins),
        assumed_temperature_c=settings.assumed_temperature_c,
    )
