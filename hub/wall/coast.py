"""The wall's map: coast, kelurahan where a map pack is given, scale bar, and where a station stands on it.

Equirectangular with the cosine of the latitude, which is right to 0.2 % over a city. North is up. No river is drawn:
there is no source for one.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from hub.wall.errors import MapError

TIER0 = Path(__file__).parent / "geo" / "coast-tier0.geojson"
COAST_SOURCE = "© OpenStreetMap contributors (ODbL)"

KM_PER_DEGREE = 111.32
MIN_SPAN_KM = 26.0
"""A coarse coast says nothing on a smaller piece."""
AIR = 0.22
"""Part of the span left free around the stations."""
AMBON = (128.18, -3.68)
"""Middle of the view where no station has a place, degrees east and north."""
LABEL_EDGE = 230
"""Half a long name: nearer to an edge, px, it would be cut."""
PIN_APART = 84.0
"""Signs of two stations closer than this, px, are pushed apart."""
SCALE_BAR_KM = (1, 2, 5, 10, 20, 50)

T = TypeVar("T")
Ring = Sequence[tuple[float, float]]


class View(Struct, frozen=True, kw_only=True):
    """Which part of the earth is shown, and on how many px."""

    west: float
    north: float
    px_per_km: float
    km_per_lon: float
    width: int
    height: int

    def x(self, lon: float) -> float:
        """Return px from the left for degrees east."""
        return round((lon - self.west) * self.km_per_lon * self.px_per_km, 1)

    def y(self, lat: float) -> float:
        """Return px from the top for degrees north."""
        return round((self.north - lat) * KM_PER_DEGREE * self.px_per_km, 1)


class Label(Struct, frozen=True, kw_only=True):
    """A name on the map."""

    text: str
    x: float
    y: float


class Pin(Struct, frozen=True, kw_only=True):
    """Where the sign of a station stands, and from there to where the station is, px."""

    x: float
    y: float
    dx: float
    dy: float

    @property
    def is_moved(self) -> bool:
        """Whether the sign stands away from its station."""
        return math.hypot(self.dx, self.dy) > 1


class WallMap(Struct, frozen=True, kw_only=True):
    """Everything that lies still on the map."""

    view: View
    land: str
    """SVG path data of the coast."""
    villages: str
    """SVG path data of the kelurahan; empty without a map pack."""
    labels: tuple[Label, ...]
    scale_km: int
    scale_px: float
    has_pack: bool


class _Geometry(Struct, frozen=True):
    type: str
    coordinates: msgspec.Raw


class _Properties(Struct, frozen=True):
    v: str = ""
    k: str = ""


class _Feature(Struct, frozen=True):
    geometry: _Geometry
    properties: _Properties = _Properties()


class _Collection(Struct, frozen=True):
    features: tuple[_Feature, ...]


def view_of(places: Sequence[tuple[float, float]], *, width: int, height: int) -> View:
    """Return a view that holds all `places` (degrees east, north) with air around them."""
    lons = [lon for lon, _ in places] or [AMBON[0]]
    lats = [lat for _, lat in places] or [AMBON[1]]
    middle_lon, middle_lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    km_per_lon = KM_PER_DEGREE * math.cos(math.radians(middle_lat))
    wide_km = max(MIN_SPAN_KM, (max(lons) - min(lons)) * km_per_lon * (1 + 2 * AIR))
    high_km = max(MIN_SPAN_KM, (max(lats) - min(lats)) * KM_PER_DEGREE * (1 + 2 * AIR))
    px_per_km = min(width / wide_km, height / high_km)
    return View(
        west=middle_lon - width / px_per_km / km_per_lon / 2,
        north=middle_lat + height / px_per_km / KM_PER_DEGREE / 2,
        px_per_km=px_per_km,
        km_per_lon=km_per_lon,
        width=width,
        height=height,
    )


def draw_map(places: Sequence[tuple[float, float]], *, map_pack: Path | None, width: int, height: int) -> WallMap:
    """Return the map around `places` (degrees east, north).

    Raises:
        MapError: the coast or the map pack cannot be read; the text names the file.
    """
    view = view_of(places, width=width, height=height)
    coast = _polygons(_read(TIER0, _Geometry), TIER0)
    features = () if map_pack is None else _read(_pack_file(map_pack), _Collection).features
    scale_km = max((km for km in SCALE_BAR_KM if km * view.px_per_km < width / 4), default=SCALE_BAR_KM[0])
    return WallMap(
        view=view,
        land=_path(coast, view),
        villages=_path([ring for f in features for ring in _polygons(f.geometry, Path(str(map_pack)))], view),
        labels=_labels(features, view),
        scale_km=scale_km,
        scale_px=round(scale_km * view.px_per_km, 1),
        has_pack=map_pack is not None,
    )


def pins(places: Mapping[str, tuple[float, float]], view: View) -> dict[str, Pin]:
    """Return where to draw each station's sign so that none covers another; a leash leads to the place itself."""
    true = {name: (view.x(lon), view.y(lat)) for name, (lon, lat) in places.items()}
    now = dict(true)
    for _ in range(60):
        for first, second in combinations(now, 2):
            _push_apart(now, first, second)
    return {
        name: Pin(x=round(x, 1), y=round(y, 1), dx=round(true[name][0] - x, 1), dy=round(true[name][1] - y, 1))
        for name, (x, y) in now.items()
    }


def _push_apart(now: dict[str, tuple[float, float]], first: str, second: str) -> None:
    """Move two signs half of what they lack in distance each."""
    (x1, y1), (x2, y2) = now[first], now[second]
    dx, dy = x2 - x1, y2 - y1
    distance = math.hypot(dx, dy)
    if distance >= PIN_APART:
        return
    ux, uy = (dx / distance, dy / distance) if distance else (1.0, 0.0)
    half = (PIN_APART - distance) / 2
    now[first], now[second] = (x1 - ux * half, y1 - uy * half), (x2 + ux * half, y2 + uy * half)


def _pack_file(map_pack: Path) -> Path:
    """Return the kelurahan file of a map pack."""
    found = sorted(map_pack.glob("*kelurahan*.geojson"))
    if not found:
        raise MapError(
            f"{map_pack}: no *kelurahan*.geojson in this map pack. "
            "Try: name the directory that holds it, or leave city.map_pack empty for the coast alone."
        )
    return found[0]


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as problem:
        raise MapError(f"{path}: cannot be drawn: {problem}. Try: put the file back from its source.") from problem


def _polygons(geometry: _Geometry, path: Path) -> list[Ring]:
    """Return the rings of a Polygon or MultiPolygon."""
    try:
        if geometry.type == "Polygon":
            return list(msgspec.json.decode(geometry.coordinates, type=list[list[tuple[float, float]]]))
        if geometry.type == "MultiPolygon":
            whole = msgspec.json.decode(geometry.coordinates, type=list[list[list[tuple[float, float]]]])
            return [ring for polygon in whole for ring in polygon]
    except msgspec.DecodeError as problem:
        raise MapError(f"{path}: coordinates of a {geometry.type} cannot be read: {problem}") from problem
    raise MapError(f"{path}: expected Polygon or MultiPolygon, got {geometry.type}")


def _path(rings: Sequence[Ring], view: View) -> str:
    """Return SVG path data in whole px; rings that lie outside the view are left out."""
    return "".join(_ring_path(ring, view) for ring in rings if _is_in_view(ring, view))


def _is_in_view(ring: Ring, view: View) -> bool:
    xs, ys = [view.x(lon) for lon, _ in ring], [view.y(lat) for _, lat in ring]
    return max(xs) >= 0 and min(xs) <= view.width and max(ys) >= 0 and min(ys) <= view.height


def _ring_path(ring: Ring, view: View) -> str:
    return "M" + "L".join(f"{x},{y}" for x, y in _thinned(ring, view)) + "Z"


def _thinned(ring: Ring, view: View) -> Iterator[tuple[int, int]]:
    """Yield the ring in whole px, without points that fall on the one before."""
    before = None
    for lon, lat in ring:
        place = (round(view.x(lon)), round(view.y(lat)))
        if place != before:
            yield place
        before = place


def _labels(features: Sequence[_Feature], view: View) -> tuple[Label, ...]:
    """Return one name per kecamatan, in the middle of its kelurahan, where that is in view."""
    places: dict[str, list[tuple[float, float]]] = {}
    for feature in features:
        for ring in _polygons(feature.geometry, Path(feature.properties.k)):
            places.setdefault(feature.properties.k, []).extend(ring)
    labels = []
    for name, points in places.items():
        lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
        label = Label(text=name, x=view.x((min(lons) + max(lons)) / 2), y=view.y((min(lats) + max(lats)) / 2))
        if LABEL_EDGE < label.x < view.width - LABEL_EDGE and LABEL_EDGE < label.y < view.height - LABEL_EDGE:
            labels.append(label)
    return tuple(labels)
