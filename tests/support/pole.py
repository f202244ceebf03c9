"""A pole of a test town: one box, its river and its station, as the files that box and hub read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from contract.clock import ScaledClock, aware

MOUNTED_OFFSET_CM = 300.0
RAISE_CM = (60.0, 90.0, 120.0)
CLEAR_CM = (55.0, 85.0, 115.0)

River = Sequence[tuple[float, float]]
"""(minutes after the box's first start, stage cm), in even steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pole:
    """One box and its station."""

    node_id: str
    station_id: str
    river: River = field(repr=False)
    name: str = "Wai Uji"
    lat: float = -3.69
    lon: float = 128.19
    has_own_thresholds: bool = False
    """The box knows its thresholds before any hub has told it."""


def steady(stage_cm: float, *, minutes: int = 4000) -> River:
    """Return a river that stands still."""
    return [(float(minute), stage_cm) for minute in range(0, minutes, 10)]


def rising(
    *, peace_minutes: int, from_cm: float = 50.0, to_cm: float = 150.0, cm_per_minute: float = 5.0, minutes: int = 4000
) -> River:
    """Return a river that stands at `from_cm`, rises after `peace_minutes`, and stands at `to_cm` from then on."""
    return [
        (float(minute), min(to_cm, from_cm + cm_per_minute * max(0, minute - peace_minutes)))
        for minute in range(minutes)
    ]


def river_csv(river: River, *, begins_ms: int) -> str:
    """Return a river as a series file; `begins_ms` is its minute 0, UTC ms."""
    rows = [f"{aware(begins_ms + round(60_000 * minute)).isoformat()},{stage_cm}" for minute, stage_cm in river]
    return "\n".join(["time,stage_cm", *rows, ""])


def box_toml(pole: Pole, *, clock: ScaledClock, mqtt_port: int) -> str:
    """Return the box's config; its river stands beside it."""
    own = (
        f'[gauge.g1.desired]\nstation = "{pole.station_id}"\nname = "{pole.name}"\noffset_cm = {MOUNTED_OFFSET_CM}\n'
        f"siren = true\nthresholds = {{ version = 1, raise_cm = {list(RAISE_CM)}, clear_cm = {list(CLEAR_CM)} }}\n"
    )
    return (
        f'[box]\nnode = "{pole.node_id}"\nhome = "."\nboard = "laptop"\n'
        f"[clock]\nrate = {clock.rate}\nanchor_real_ms = {clock.anchor_real_ms}\n"
        f"anchor_data_ms = {clock.anchor_data_ms}\n"
        f'[hub]\nhost = "127.0.0.1"\nport = {mqtt_port}\n'
        '[gauge.g1]\ndriver = "replay"\n'
        f'[gauge.g1.replay]\nfile = "river.csv"\nmounted_offset_cm = {MOUNTED_OFFSET_CM}\n'
        f'{own if pole.has_own_thresholds else ""}[siren]\ndriver = "mock"\npin = 17\n'
    )


def stations_toml(*poles: Pole) -> str:
    """Return the stations of the poles, in the form that the hub imports."""
    return "\n".join(_station(pole) for pole in poles)


def _station(pole: Pole) -> str:
    return (
        f'[[stations]]\nstation = "{pole.station_id}"\nname = "{pole.name}"\nriver = "{pole.name}"\n'
        f"lat = {pole.lat}\nlon = {pole.lon}\noffset_cm = {MOUNTED_OFFSET_CM}\nsiren = true\n\n"
        f'[[thresholds]]\nstation = "{pole.station_id}"\nversion = 1\nraise_cm = {list(RAISE_CM)}\n'
        f'clear_cm = {list(CLEAR_CM)}\nauthor = "uji"\nreason = "uji"\n\n'
        f'[[bindings]]\nnode = "{pole.node_id}"\nsource = "g1"\nstation = "{pole.station_id}"\n'
    )
