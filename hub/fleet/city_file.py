"""What a city writes down of itself: stations, sites, thresholds, bindings, views, boxes, recipients; a table each.

The names are those of the contract where it has one. A file may hold any part; what it does not name stays as it is.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from contract.bounds import StageCm
from contract.config_file import read_config
from contract.desired import LEAST_QUOTA_MB, MAX_QUOTA_MB, Sampling
from contract.identity import NodeId, SourceName
from contract.level.settings import HOLD_S, Persistence, Rise, Thresholds
from contract.views import Line, Outline, PlaceName, View, Zone
from hub.alerting.routing import ALL_STATIONS, Role
from hub.fleet.errors import CityFileError

StationId = Annotated[
    str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="up to 63 of a-z, 0-9 and -, for example wai-ruhu-1")
]
NonEmpty = Annotated[str, Meta(min_length=1, max_length=200)]
Address = Annotated[
    str,
    Meta(
        pattern=r"^https?://([^\s/?#@]+@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?#]\S*)?$",
        max_length=200,
        description="an address that begins with http:// or https://, for example https://gateway.example/messages",
    ),
]
Channel = Literal["webhook"]
"""The ways to a person that `hub.dispatch` has; a name that it does not know would fail only in the flood."""
Cm3 = tuple[float, float, float]


class StationEntry(Struct, frozen=True, kw_only=True):
    """A place on a river. Lengths in cm above its datum, times in s."""

    station: StationId
    name: NonEmpty
    offset_cm: StageCm
    river: str = ""
    kelurahan: str = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    position: int = 0
    hold_s: Annotated[float, Meta(ge=0)] = HOLD_S
    rise: Rise = Rise()
    persistence: Persistence = Persistence()
    sampling_s: Sampling = Sampling()
    siren: bool = False
    sop: str = ""


class SiteEntry(Struct, frozen=True, kw_only=True):
    """A place where one box hangs; a claim code is made for it. Its gauges stand at stations by their bindings."""

    site: StationId
    name: NonEmpty
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None


class ThresholdsEntry(Struct, frozen=True, kw_only=True):
    """A version of a station's thresholds; without `valid_from` it holds from the import on."""

    station: StationId
    version: Annotated[int, Meta(ge=1, le=2**31)]
    raise_cm: Cm3
    clear_cm: Cm3
    valid_from: Annotated[datetime, Meta(tz=True)] | None = None
    author: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse values that could never work.

        Raises:
            ValueError: see `Thresholds`.
        """
        Thresholds(version=self.version, raise_cm=self.raise_cm, clear_cm=self.clear_cm)


class BindingEntry(Struct, frozen=True, kw_only=True):
    """Which gauge of which box stands at a station."""

    node: NodeId
    source: SourceName
    station: StationId


class ViewEntry(Struct, frozen=True, kw_only=True):
    """What one camera of one box is there to see.

    Without `node` and `source` the view keeps the camera that it has. Without `zones`, `lines` and `purpose` it keeps
    what is drawn on it; with any of them that is the whole drawing, and a new version where it is another one.
    """

    view: StationId
    name: NonEmpty
    node: NodeId | None = None
    source: SourceName | None = None
    kelurahan: str = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    position: int = 0
    author: str = ""
    reason: str = ""
    purpose: Outline | None = None
    zones: dict[PlaceName, Zone] | None = None
    lines: dict[PlaceName, Line] | None = None

    def __post_init__(self) -> None:
        """Refuse half a camera, and a drawing that could never work.

        Raises:
            ValueError: see `View`.
        """
        if (self.node is None) != (self.source is None):
            raise ValueError("node and source belong together: write both, or neither")
        self.drawing()

    def drawing(self) -> View | None:
        """Return what is drawn, None where the entry says nothing of it.

        Raises:
            ValueError: see `View`.
        """
        if self.purpose is None and self.zones is None and self.lines is None:
            return None
        return View(purpose=self.purpose, zones=self.zones or {}, lines=self.lines or {})


class NodeEntry(Struct, frozen=True, kw_only=True):
    """What one box is told beside its stations."""

    node: NodeId
    quota_mb: Annotated[int, Meta(ge=LEAST_QUOTA_MB, le=MAX_QUOTA_MB)]
    """Disk for all its outboxes together, MiB; a box never takes more than its own config allows."""


class RecipientEntry(Struct, frozen=True, kw_only=True):
    """A person who is told; `stations` may be `*`."""

    recipient: NonEmpty
    name: NonEmpty
    role: Role
    channel: Channel
    target: Address
    min_severity: Annotated[int, Meta(ge=0, le=3)] = 1
    is_active: bool = True
    stations: tuple[str, ...] = (ALL_STATIONS,)


class CityFile(Struct, frozen=True, kw_only=True):
    """The whole file."""

    stations: tuple[StationEntry, ...] = ()
    sites: tuple[SiteEntry, ...] = ()
    thresholds: tuple[ThresholdsEntry, ...] = ()
    bindings: tuple[BindingEntry, ...] = ()
    views: tuple[ViewEntry, ...] = ()
    nodes: tuple[NodeEntry, ...] = ()
    recipients: tuple[RecipientEntry, ...] = ()


_KEYS: dict[str, Callable[[Any], Hashable]] = {
    "stations": lambda one: one.station,
    "sites": lambda one: one.site,
    "thresholds": lambda one: f"{one.station} version {one.version}",
    "bindings": lambda one: f"{one.node}/{one.source}",
    "views": lambda one: one.view,
    "nodes": lambda one: one.node,
    "recipients": lambda one: one.recipient,
}
"""What there may be one entry of in a file."""


def read_city(path: Path) -> CityFile:
    """Return what a TOML file holds.

    Raises:
        CityFileError: it cannot be used; names every problem.
    """
    city, problems = read_config(path, CityFile)
    if city is None:
        raise CityFileError(problems)
    for kind in _KEYS:
        entries = getattr(city, kind)
        places = [f"{kind}[{number}]" for number in range(1, len(entries) + 1)]
        problems += [f"{path}: {problem}" for problem in doubles(kind, entries, places=places)]
    if problems:
        raise CityFileError(problems)
    return city


def doubles(kind: str, entries: Sequence[Any], *, places: Sequence[str]) -> list[str]:
    """Return a problem for each entry that names what an entry before it has named: which of them holds, nobody knows.

    Args:
        kind: of the entries, as the tables of a file are called.
        entries: in the order of the file.
        places: where each stands, as a person finds it.
    """
    first: dict[Hashable, str] = {}
    problems: list[str] = []
    for entry, place in zip(entries, places, strict=True):
        key = _KEYS[kind](entry)
        if key in first:
            problems.append(f"{place}: {key} stands at {first[key]} already. Keep one of them.")
        first.setdefault(key, place)
    return problems
