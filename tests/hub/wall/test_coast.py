import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wall.coast import PIN_APART, TIER0, draw_map, pins, view_of
from hub.wall.errors import MapError

RUHU = (128.214, -3.682)
TOMU = (128.183, -3.6985)


def pack_of(folder: Path, geometry: Mapping[str, object]) -> Path:
    feature = {"type": "Feature", "properties": {"v": "Batu Merah", "k": "Sirimau"}, "geometry": geometry}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "kota-ambon-kelurahan.geojson").write_text(text, encoding="utf-8")
    return folder


CORNERS = [[128.18, -3.72], [128.22, -3.72], [128.22, -3.68], [128.18, -3.68], [128.18, -3.72]]
SQUARE = {"type": "Polygon", "coordinates": [CORNERS]}


def test_without_a_map_pack_the_coast_stands_alone() -> None:
    drawn = draw_map([RUHU, TOMU], map_pack=None, width=1884, height=1520)
    assert drawn.land.startswith("M")
    assert (drawn.villages, drawn.labels, drawn.has_pack) == ("", (), False)


def test_with_a_map_pack_its_kelurahan_and_their_kecamatan_are_drawn(tmp_path: Path) -> None:
    drawn = draw_map([RUHU, TOMU], map_pack=pack_of(tmp_path, SQUARE), width=1884, height=1520)
    assert drawn.villages.startswith("M")
    assert [label.text for label in drawn.labels] == ["Sirimau"]
    assert drawn.has_pack


def test_a_map_pack_without_kelurahan_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"no \*kelurahan\*\.geojson in this map pack. Try"):
        draw_map([RUHU], map_pack=tmp_path, width=100, height=100)


def test_a_geometry_that_is_no_area_is_refused(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[128.1, -3.7], [128.2, -3.7]]}
    with pytest.raises(MapError, match="expected Polygon or MultiPolygon, got LineString"):
        draw_map([RUHU], map_pack=pack_of(tmp_path, line), width=100, height=100)


def test_no_line_is_drawn_that_the_coast_file_does_not_hold() -> None:
    rings = [ring for polygon in json.loads(TIER0.read_text(encoding="utf-8"))["coordinates"] for ring in polygon]
    drawn = draw_map([(128.18, -3.68)], map_pack=None, width=400, height=300)
    assert drawn.land.count("M") <= len(rings)
    assert drawn.land.count("M") == drawn.land.count("Z")


def test_the_coast_carries_its_notice() -> None:
    notice = (TIER0.parent / "NOTICE").read_text(encoding="utf-8")
    assert "ODbL" in notice
    assert "OpenStreetMap contributors" in notice


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north() -> None:
    view = view_of([RUHU], width=1884, height=1520)
    km_lon = 1 / (111.32 * math.cos(math.radians(RUHU[1])))
    east = view.x(RUHU[0] + km_lon) - view.x(RUHU[0])
    south = view.y(RUHU[1]) - view.y(RUHU[1] + 1 / 111.32)
    assert east == pytest.approx(south, abs=0.3)
    assert east == pytest.approx(view.px_per_km, abs=0.3)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    drawn = draw_map([RUHU, TOMU], map_pack=None, width=1884, height=1520)
    assert drawn.scale_px == pytest.approx(drawn.scale_km * drawn.view.px_per_km, abs=0.1)


places = st.lists(st.tuples(st.floats(127.9, 128.4), st.floats(-3.8, -3.5)), min_size=1, max_size=12)


@given(places)
def test_every_station_lies_in_the_picture(found: list[tuple[float, float]]) -> None:
    view = view_of(found, width=1884, height=1520)
    assert all(0 <= view.x(lon) <= 1884 and 0 <= view.y(lat) <= 1520 for lon, lat in found)


def test_signs_that_would_cover_each_other_stand_apart_and_point_to_their_places() -> None:
    view = view_of([RUHU, TOMU], width=1884, height=1520)
    close = {"a": RUHU, "b": (RUHU[0] + 0.0005, RUHU[1]), "c": RUHU, "far": TOMU}
    found = pins(close, view)
    names = ["a", "b", "c"]
    gaps = [math.hypot(found[p].x - found[q].x, found[p].y - found[q].y) for p in names for q in names if p < q]
    assert min(gaps) >= PIN_APART - 1
    assert not found["far"].is_moved
    assert found["a"].x + found["a"].dx == pytest.approx(view.x(RUHU[0]), abs=0.2)
