"""Views of a city file: in whole or not at all, out as they went in; a CSV leaves what is drawn as it is."""

import tomllib
from pathlib import Path

import pytest

from contract.views import View
from hub.commands.stations import to_toml
from hub.fleet import replacement, standing
from hub.fleet.city_csv import read_city_csv, write_city_csv
from hub.fleet.city_file import CityFile, read_city
from hub.fleet.city_register import enter, written_down
from hub.fleet.errors import CityFileError
from hub.storage import connection as database
from hub.storage import outlines, view_bindings
from hub.storage.connection import Connection
from tests.support.databases import new_database

CITY = """
[[views]]
view = "pasar"
name = "Pasar, \\"pintu\\""
node = "n-box001"
source = "c1"
kelurahan = "Rijali"
lat = -3.69
lon = 128.2
position = 3
author = "teknisi"
reason = "tiang dipindah"
purpose = [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]
zones.jalan = { kind = "road", outline = [[0.1, 0.4], [0.9, 0.4], [0.9, 0.9]] }
lines.gerbang = { start = [0.1, 0.6], end = [0.9, 0.6], forward = "masuk", backward = "keluar" }

[[views]]
view = "bantaran"
name = "Bantaran"
"""


@pytest.fixture
def connection() -> Connection:
    return new_database()


def taken(connection: Connection, tmp_path: Path, text: str, name: str = "city.toml") -> CityFile:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    city = read_city_csv(file) if name.endswith(".csv") else read_city(file)
    with database.write(connection):
        enter(connection, city, now_ms=1_000)
    return written_down(connection)


def test_views_come_out_as_they_went_in_and_twice_is_once(connection: Connection, tmp_path: Path) -> None:
    city = taken(connection, tmp_path, CITY)
    assert [(one.view, one.node, one.source) for one in city.views] == [
        ("bantaran", None, None),
        ("pasar", "n-box001", "c1"),
    ]
    again = taken(connection, tmp_path, to_toml(city))
    assert again == city
    assert tomllib.loads(to_toml(city))["views"][1]["lines"]["gerbang"]["forward"] == "masuk"
    assert [one.version for one in outlines.of_view(connection, "pasar")] == [1]
    assert len(view_bindings.all_bindings(connection)) == 1


def test_a_csv_moves_a_camera_and_leaves_what_is_drawn(connection: Connection, tmp_path: Path) -> None:
    before = taken(connection, tmp_path, CITY)
    csv = write_city_csv(before, "views")
    assert csv.startswith("view,name,node,source,kelurahan,lat,lon,position,author,reason\n")
    after = taken(connection, tmp_path, csv.replace("n-box001", "n-box002"), "views.csv")
    assert after.views[1].node == "n-box002"
    assert after.views[1].zones == before.views[1].zones
    assert after.views[1].zones
    assert [one.author for one in outlines.of_view(connection, "pasar")] == ["teknisi"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('source = "c1"\n', ""), "node and source belong together"),
        (("[0.9, 0.9]]", "[0.9, 1.9]]"), "views[1].zones.jalan.outline[3] must be 2 values in [ ], each a part of"),
        (
            ("end = [0.9, 0.6]", "end = [0.1, 0.6]"),
            "views[1].lines.gerbang: garis terlalu pendek, dari [0.1, 0.6] ke [0.1, 0.6]",
        ),
        (("lines.gerbang", "lines.Gerbang"), "views[1].lines.Gerbang: its name must be a letter, then up to 31"),
        (("lines.gerbang", "lines.jalan"), "jalan is both a zone and a line"),
        (('kind = "road"', 'kind = "raod"'), "views[1].zones.jalan.kind must be road or bank"),
        (('view = "bantaran"', 'view = "pasar"'), "views[2]: pasar stands at views[1] already. Keep one"),
    ],
)
def test_a_view_that_could_never_work_is_refused_in_words(
    connection: Connection, tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    with pytest.raises(CityFileError) as caught:
        taken(connection, tmp_path, CITY.replace(*change))
    assert told in "\n".join(caught.value.problems)
    assert written_down(connection).views == ()


@pytest.mark.parametrize("left", ["purpose = [[0, 0], [1, 0], [1, 1]]", "zones = {}", "lines = {}"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_file_wipes_a_drawing_only_where_both_tables_stand_there_empty(
    connection: Connection, tmp_path: Path, left: str, *, is_first: bool
) -> None:
    if not is_first:
        taken(connection, tmp_path, CITY)
    bare = f'[[views]]\nview = "pasar"\nname = "Pasar"\n{left}\n'
    with pytest.raises(CityFileError, match=r"view pasar: tanpa zona dan garis .* write both empty: zones = \{\}"):
        taken(connection, tmp_path, bare)
    assert len(outlines.of_view(connection, "pasar")) == (0 if is_first else 1)
    asked = taken(connection, tmp_path, '[[views]]\nview = "pasar"\nname = "Pasar"\nzones = {}\nlines = {}\n')
    assert outlines.of_view(connection, "pasar")[0].drawing == View()
    assert taken(new_database(), tmp_path, to_toml(asked)).views[-1].zones == {}, "what was wiped comes out so"


def test_one_camera_cannot_look_at_two_views_nor_a_revoked_box_at_another(
    connection: Connection, tmp_path: Path
) -> None:
    second = '\n[[views]]\nview = "lain"\nname = "Lain"\nnode = "n-box001"\nsource = "c1"\n'
    with pytest.raises(CityFileError, match="looks at pasar already"):
        taken(connection, tmp_path, CITY + second)
    taken(connection, tmp_path, CITY)
    with database.write(connection):
        standing.revoke(connection, "n-box001", reason="dicuri", now_ms=2_000, actor="admin")
    taken(connection, tmp_path, CITY)
    with pytest.raises(CityFileError, match="dicabut"):
        taken(connection, tmp_path, second)


def test_the_box_that_takes_over_a_site_looks_where_the_old_one_looked(connection: Connection, tmp_path: Path) -> None:
    taken(connection, tmp_path, CITY + '\n[[sites]]\nsite = "tiang"\nname = "Tiang"\n')
    with database.write(connection):
        for number, node_id in enumerate(("n-box001", "n-box002")):
            connection.execute(
                "INSERT INTO claims (site_id, code_hash, created_real_ms, expires_real_ms, taken_real_ms,"
                " key_fingerprint, node_id) VALUES ('tiang', ?, 0, 9, ?, ?, ?)",
                (f"h{number}", number, f"k{number}", node_id),
            )
        standing.revoke(connection, "n-box001", reason="dicuri", now_ms=2_000, actor="admin")
        replacement.take_over(connection, "tiang", "n-box002", now_ms=3_000, actor="admin")
    assert written_down(connection).views[1].node == "n-box002"
