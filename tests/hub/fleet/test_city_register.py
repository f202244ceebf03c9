"""What a city writes down goes in whole or not at all, and comes out as it went in, as TOML and as CSV."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.commands.stations import to_toml
from hub.fleet import standing
from hub.fleet.city_csv import KINDS, read_city_csv, write_city_csv
from hub.fleet.city_file import CityFile, SiteEntry, read_city
from hub.fleet.city_register import enter, written_down
from hub.fleet.errors import CityFileError
from hub.fleet.standing import Standing
from hub.storage import bindings, standings, thresholds
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.standings import StandingRow
from tests.support.databases import new_database

CITY = """
[[stations]]
station = "wai-ruhu-1"
name = "Wai Ruhu \\"jembatan\\""
river = "Wai Ruhu"
kelurahan = "Batu Merah"
lat = -3.69
lon = 128.2
position = 1
offset_cm = 300.0
hold_s = 900
rise = { cm = 12, in_s = 600 }
persistence = { of = [5, 5, 3], need = [2, 2, 1] }
sampling_s = { peace = 60, flood = 10 }
siren = true
sop = "Hubungi BPBD; siapkan perahu"

[[stations]]
station = "wai-tomu-1"
name = "Wai Tomu 1"
position = 2
offset_cm = 250

[[sites]]
site = "tiang-batu-merah"
name = "Tiang timur, Jembatan Batu Merah"
lat = -3.69
lon = 128.2

[[sites]]
site = "tiang-tomu"
name = "Tiang Tomu"

[[thresholds]]
station = "wai-ruhu-1"
version = 3
raise_cm = [120, 170, 220.5]
clear_cm = [112, 162, 212]
valid_from = 2025-01-01T00:00:00+09:00
author = "BPBD"
reason = "survei lapangan"

[[bindings]]
node = "n-7f3k2m9q"
source = "g1"
station = "wai-ruhu-1"

[[nodes]]
node = "n-7f3k2m9q"
quota_mb = 64

[[recipients]]
recipient = "rt-03"
name = "Pak Ongko"
role = "rt"
channel = "webhook"
target = "http://127.0.0.1:9/"
min_severity = 2
stations = ["wai-ruhu-1", "wai-tomu-1"]

[[recipients]]
recipient = "piket"
name = "Piket BPBD"
role = "officer"
channel = "webhook"
target = "http://127.0.0.1:9/"
"""


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    return new_database(tmp_path / "hub.db")


def read(tmp_path: Path, text: str, name: str = "city.toml") -> CityFile:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_city_csv(file) if name.endswith(".csv") else read_city(file)


def take(connection: Connection, city: CityFile) -> None:
    with database.write(connection):
        enter(connection, city, now_ms=1_750_000_000_000)


def test_what_went_in_comes_out(connection: Connection, tmp_path: Path) -> None:
    city = read(tmp_path, CITY)
    take(connection, city)
    assert written_down(connection) == CityFile(
        stations=city.stations,
        sites=city.sites,
        thresholds=city.thresholds,
        bindings=city.bindings,
        nodes=city.nodes,
        recipients=tuple(sorted(city.recipients, key=lambda one: one.recipient)),
    )


def test_an_export_can_be_taken_in_again_as_toml_and_as_csv(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, CITY))
    city = written_down(connection)
    assert read(tmp_path, to_toml(city)) == city
    for kind in KINDS:
        again = read(tmp_path, write_city_csv(city, kind), f"{kind}.csv")
        assert getattr(again, kind) == getattr(city, kind)
    take(connection, city)
    assert written_down(connection) == city


NODES, SOURCES, PLACES = ["n-box001", "n-box002", "n-box003"], ["g1", "g2"], ["wai-ruhu-1", "wai-tomu-1"]
binding_deeds = st.tuples(st.just("bind"), st.sampled_from(NODES), st.sampled_from(SOURCES), st.sampled_from(PLACES))
standing_deeds = st.tuples(st.sampled_from(["revoke", "quarantine", "end"]), st.sampled_from(NODES))


@settings(max_examples=25, deadline=None)
@given(deeds=st.lists(binding_deeds | standing_deeds, max_size=12))
def test_an_export_can_be_taken_in_again_whatever_became_of_the_boxes(deeds: list[tuple[str, ...]]) -> None:
    connection = new_database()
    take(connection, msgspec.convert(tomllib.loads(CITY), CityFile))
    with database.write(connection):
        for number, (deed, node_id, *place) in enumerate(deeds):
            if deed == "bind":
                bindings.bind(connection, node_id=node_id, source=place[0], station_id=place[1], now_ms=number)
            elif deed == "end":
                bindings.end_all(connection, node_id=node_id, now_ms=number)
            elif standing.standing(connection, node_id) is not Standing.REVOKED:
                row = StandingRow(node_id=node_id, standing=f"{deed}d", reason="x", actor="x", at_ms=number)
                standings.add(connection, row)
    city, before = written_down(connection), bindings.all_bindings(connection)
    take(connection, msgspec.convert(tomllib.loads(to_toml(city)), CityFile))
    assert written_down(connection) == city
    assert bindings.all_bindings(connection) == before


@given(name=st.text(min_size=1))
@example(name='\x7f\x00\\"\r\n')
def test_any_name_comes_back_from_toml(name: str) -> None:
    city = CityFile(sites=(SiteEntry(site="tiang-a", name=name),))
    assert msgspec.convert(tomllib.loads(to_toml(city)), CityFile) == city


def revoked(connection: Connection, node_id: str = "n-7f3k2m9q") -> None:
    with database.write(connection):
        standing.revoke(connection, node_id, reason="dicuri", now_ms=1, actor="uji")


def test_a_line_of_a_revoked_box_that_changes_nothing_stops_no_import(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, CITY))
    revoked(connection)
    take(connection, read(tmp_path, CITY.replace("127.0.0.1:9/", "127.0.0.1:10/")))
    assert {one.target for one in written_down(connection).recipients} == {"http://127.0.0.1:10/"}


def test_a_revoked_box_is_put_nowhere_where_it_does_not_stand_and_people_hear_what_to_do(
    connection: Connection, tmp_path: Path
) -> None:
    take(connection, read(tmp_path, CITY))
    revoked(connection)
    elsewhere = CITY.replace('source = "g1"\nstation = "wai-ruhu-1"', 'source = "g1"\nstation = "wai-tomu-1"')
    with pytest.raises(CityFileError, match=r"hapus baris itu / .* or take the line out"):
        take(connection, read(tmp_path, elsewhere))


@pytest.mark.parametrize("is_new_first", [True, False])
def test_a_line_of_a_revoked_box_takes_no_place_back_that_the_same_file_gives_to_another(
    connection: Connection, tmp_path: Path, *, is_new_first: bool
) -> None:
    take(connection, read(tmp_path, CITY))
    revoked(connection)
    line = '[[bindings]]\nnode = "n-box002"\nsource = "g1"\nstation = "wai-ruhu-1"\n'
    city = CITY.replace("[[bindings]]", f"{line}\n[[bindings]]") if is_new_first else CITY + line
    take(connection, read(tmp_path, city))
    assert [one.node for one in written_down(connection).bindings] == ["n-box002"]


def test_thresholds_without_a_time_hold_from_the_import_on(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, CITY.replace("valid_from = 2025-01-01T00:00:00+09:00\n", "")))
    assert [one.valid_from_ms for one in thresholds.all_versions(connection)] == [1_750_000_000_000]


def test_a_file_without_a_time_can_be_taken_in_again_later(connection: Connection, tmp_path: Path) -> None:
    city = read(tmp_path, CITY.replace("valid_from = 2025-01-01T00:00:00+09:00\n", ""))
    take(connection, city)
    with database.write(connection):
        enter(connection, city, now_ms=1_760_000_000_000)
    assert [one.valid_from_ms for one in thresholds.all_versions(connection)] == [1_750_000_000_000]


def test_a_version_with_another_time_is_refused(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, CITY))
    with pytest.raises(CityFileError, match="valid from 2024-12-31T15:00:00"):
        take(connection, read(tmp_path, CITY.replace("2025-01-01T00", "2025-02-01T00")))


def test_a_file_may_hold_a_part_and_leaves_the_rest_alone(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, CITY))
    take(
        connection,
        read(tmp_path, "station,name,offset_cm\nwai-tomu-1,Wai Tomu baru,251\n", "stations.csv"),
    )
    found = written_down(connection)
    assert [(one.station, one.name) for one in found.stations if one.station == "wai-tomu-1"] == [
        ("wai-tomu-1", "Wai Tomu baru")
    ]
    assert len(found.stations) == 2
    assert len(found.recipients) == 2


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    broken = CITY.replace('node = "n-7f3k2m9q"', 'node = "N 7"').replace("lat = -3.69", "lat = 369")
    broken = broken.replace("raise_cm = [120, 170, 220.5]", "raise_cm = [320, 170, 220.5]").replace("sop =", "spo =")
    with pytest.raises(CityFileError) as caught:
        read(tmp_path, broken)
    text = str(caught.value)
    for word in ("bindings[1].node", "stations[1].lat", "raise_cm must rise", "Did you mean sop?"):
        assert word in text


def test_a_station_that_is_not_known_stops_everything(connection: Connection, tmp_path: Path) -> None:
    city = read(tmp_path, CITY.replace('station = "wai-ruhu-1"\nversion', 'station = "wai-riuhu"\nversion'))
    with pytest.raises(CityFileError, match="wai-riuhu"):
        take(connection, city)
    assert written_down(connection) == CityFile()


def test_a_version_that_is_taken_stops_everything(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, CITY))
    changed = CITY.replace("[120, 170, 220.5]", "[121, 170, 220.5]").replace("Wai Tomu 1", "Wai Tomu 2")
    with pytest.raises(CityFileError, match="next number"):
        take(connection, read(tmp_path, changed))
    assert [one.name for one in written_down(connection).stations][1] == "Wai Tomu 1"


def test_a_csv_of_no_known_kind_is_told_which_kinds_there_are(tmp_path: Path) -> None:
    with pytest.raises(CityFileError, match="Known: stations: station, name"):
        read(tmp_path, "colour\nred\n", "x.csv")


def test_each_broken_line_of_a_csv_is_named(tmp_path: Path) -> None:
    text = "station,version,raise_cm,clear_cm\na,1,1 2 3,0 1 2\nb,x,1 2 3,0 1 2\nc,1,3 2 1,0 1 2\n"
    with pytest.raises(CityFileError) as caught:
        read(tmp_path, text, "thresholds.csv")
    assert [problem.split(": ")[1] for problem in caught.value.problems] == ["line 3", "line 4"]


@pytest.mark.parametrize("quota", ["7", "1048577", "64.5", '"64"'])
def test_a_quota_that_no_box_can_keep_to_is_refused_with_its_bounds(tmp_path: Path, quota: str) -> None:
    with pytest.raises(CityFileError) as caught:
        read(tmp_path, CITY.replace("quota_mb = 64", f"quota_mb = {quota}"))
    assert f"nodes[1].quota_mb must be 8 to 1048576, got {quota}" in str(caught.value)


def test_a_quota_out_of_bounds_in_a_csv_is_refused_with_its_bounds_and_its_line(tmp_path: Path) -> None:
    with pytest.raises(CityFileError) as caught:
        read(tmp_path, "node,quota_mb\nn-7f3k2m9q,64\nn-box002,7\nn-box003,x\n", "nodes.csv")
    assert [problem.partition(": ")[2] for problem in caught.value.problems] == [
        "line 3: quota_mb must be 8 to 1048576, got 7.",
        'line 4: quota_mb must be 8 to 1048576, got "x".',
    ]


def test_quotas_come_as_a_csv_of_their_own(connection: Connection, tmp_path: Path) -> None:
    take(connection, read(tmp_path, "node,quota_mb\nn-box002,64\nn-7f3k2m9q,512\n", "nodes.csv"))
    assert write_city_csv(written_down(connection), "nodes") == "node,quota_mb\nn-7f3k2m9q,512\nn-box002,64\n"
