"""Which gauge stands at which station, and by which settings its level is judged. Read from the database as a whole.

Values only: nothing here writes, and nothing changes until the layout is read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.level.settings import Rise, RuleSettings
from hub.storage import bindings, meta, outlines, stations, thresholds, view_bindings, views
from hub.storage.bindings import Binding
from hub.storage.connection import Connection
from hub.storage.outlines import OutlineVersion
from hub.storage.stations import Station
from hub.storage.thresholds import ThresholdVersion
from hub.storage.views import CityView

Gauge = tuple[str, str]
"""Node id and source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A station with what its level is judged by now; without thresholds in force it is not judged."""

    station: Station
    settings: RuleSettings | None

    @property
    def station_id(self) -> str:
        """The station's id."""
        return self.station.station_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything at once, as it was at `read_ms`."""

    version: int
    read_ms: int
    next_change_ms: int | None
    """When the next version of some thresholds comes into force, if one waits."""
    places: Mapping[str, Place]
    counting: Mapping[Gauge, Binding]
    """The gauges whose readings move a level."""
    bindings: tuple[Binding, ...]
    """All of them, also ended ones, oldest first."""
    views: Mapping[Gauge, str]
    """Camera to the view at which it looks now."""
    city_views: tuple[tuple[CityView, int], ...]
    """Every view with the version of what is drawn on it, 0: nothing."""
    drawn: Mapping[str, OutlineVersion]
    """View to what is drawn on it now; one on which nothing was ever drawn is not there."""

    def place_of(self, gauge: Gauge) -> Place | None:
        """Return the station at which this gauge counts, or None."""
        binding = self.counting.get(gauge)
        return None if binding is None else self.places.get(binding.station_id)

    def is_outdated(self, *, version: int, now_ms: int) -> bool:
        """Answer whether the layout is to be read again."""
        return version != self.version or (self.next_change_ms is not None and now_ms >= self.next_change_ms)


def read_layout(connection: Connection, *, now_ms: int, clock_rate: float) -> Layout:
    """Return the layout as the database holds it.

    Args:
        connection: to read with.
        now_ms: the hub's clock; decides which thresholds are in force.
        clock_rate: scaled seconds per real second, part of the rule's settings.
    """
    versions: dict[str, list[ThresholdVersion]] = {}
    for version in thresholds.all_versions(connection):
        versions.setdefault(version.station_id, []).append(version)
    all_bindings = bindings.all_bindings(connection)
    drawn = outlines.newest(connection)
    waiting_ms = [one.valid_from_ms for held in versions.values() for one in held if one.valid_from_ms > now_ms]
    return Layout(
        version=meta.layout_version(connection),
        read_ms=now_ms,
        next_change_ms=min(waiting_ms, default=None),
        places={
            station.station_id: Place(
                station=station,
                settings=_settings(station, versions.get(station.station_id, []), now_ms=now_ms, clock_rate=clock_rate),
            )
            for station in stations.all_stations(connection)
        },
        counting=bindings.counting(all_bindings),
        bindings=tuple(all_bindings),
        views={eye: one.view_id for eye, one in view_bindings.counting(view_bindings.all_bindings(connection)).items()},
        city_views=tuple(
            (one, drawn[one.view_id].version if one.view_id in drawn else 0) for one in views.all_views(connection)
        ),
        drawn=drawn,
    )


def _settings(
    station: Station, versions: list[ThresholdVersion], *, now_ms: int, clock_rate: float
) -> RuleSettings | None:
    held = thresholds.in_force(versions, now_ms=now_ms)
    if held is None:
        return None
    return RuleSettings(
        thresholds=held.values(),
        persistence=station.persistence,
        rise=Rise(cm=station.rise_cm, in_s=station.rise_in_s),
        hold_s=station.hold_s,
        clock_rate=clock_rate,
    )
