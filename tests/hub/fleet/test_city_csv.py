"""A table that does not say clearly what is meant is refused, line by line, and nothing of it is taken in."""

from pathlib import Path

import httpx
import pytest

from hub.dispatch.webhook import CHANNEL_NAME
from hub.fleet.city_csv import read_city_csv
from hub.fleet.city_file import CityFile, read_city
from hub.fleet.errors import CityFileError

STATIONS = "station,name,offset_cm\n"
THRESHOLDS = "station,version,raise_cm,clear_cm\n"
RECIPIENTS = "recipient,name,role,channel,target\n"


def read(tmp_path: Path, text: str, name: str = "city.csv") -> CityFile:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_city_csv(file) if name.endswith(".csv") else read_city(file)


def problems_of(tmp_path: Path, text: str, name: str = "city.csv") -> list[str]:
    """Return what is said of a file that is refused, without its name."""
    with pytest.raises(CityFileError) as caught:
        read(tmp_path, text, name)
    return [problem.removeprefix(f"{tmp_path / name}: ") for problem in caught.value.problems]


@pytest.mark.parametrize("cell", ["inf", "-inf", "nan", "Infinity", "1e999"])
def test_what_is_not_finite_is_no_length(tmp_path: Path, cell: str) -> None:
    (datum,) = problems_of(tmp_path, f"{STATIONS}wai-a,Wai A,{cell}\n")
    assert datum.startswith("line 2: offset_cm must be -100000 to 100000, got ")
    (raised,) = problems_of(tmp_path, f"{THRESHOLDS}wai-a,5,120 170 {cell},112 162 212\n")
    assert raised.startswith("line 2: raise_cm must be 3 values")
    (rise,) = problems_of(tmp_path, f"station,name,offset_cm,rise.cm\nwai-a,Wai A,300,{cell}\n")
    assert rise.startswith("line 2: rise.cm must be a number above 0, got ")


def test_a_decimal_comma_is_refused_in_quotes_and_without(tmp_path: Path) -> None:
    (bare,) = problems_of(tmp_path, f"{STATIONS}wai-a,Wai A,300,5\n")
    assert bare.startswith("line 2: has 1 more cells than there are columns. Commas part cells: write numbers with a")
    assert problems_of(tmp_path, f'{STATIONS}wai-a,Wai A,"300,5"\n') == [
        'line 2: offset_cm must be -100000 to 100000, got "300,5".'
    ]


def test_a_line_that_ends_too_early_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "station,name,offset_cm,river\nwai-a,Wai A,300\n")
    assert problem.startswith("line 2: ends before river.")


def test_a_table_with_semicolons_or_a_column_twice_is_told_what_to_do(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "station;name;offset_cm\nwai-a;Wai A;300,5\n")
    assert "not by semicolons" in problem
    (twice,) = problems_of(tmp_path, "station,name,offset_cm,offset_cm\nwai-a,Wai A,300,301\n")
    assert twice == "line 1: column offset_cm stands there twice. Keep one."


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"{STATIONS}wai-a,Wai A,300\nwai-b,Wai B,1\nwai-a,Wai A,301\n", "wai-a"),
        (f"{THRESHOLDS}a,1,1 2 3,0 1 2\na,2,1 2 3,0 1 2\na,1,1 2 4,0 1 2\n", "a version 1"),
        ("node,source,station\nn-box001,g1,a\nn-box002,g1,a\nn-box001,g1,b\n", "n-box001/g1"),
        ("node,quota_mb\nn-box001,64\nn-box002,64\nn-box001,65\n", "n-box001"),
        (
            f"{RECIPIENTS}x,X,rt,webhook,http://a/\ny,Y,rt,webhook,http://a/\nx,X,lurah,webhook,http://a/\n",
            "x",
        ),
    ],
)
def test_what_stands_twice_in_one_table_is_refused_with_both_lines(tmp_path: Path, text: str, key: str) -> None:
    assert problems_of(tmp_path, text) == [f"line 4: {key} stands at line 2 already. Keep one of them."]


def test_what_stands_twice_in_one_toml_file_is_refused_with_both_places(tmp_path: Path) -> None:
    entry = '[[stations]]\nstation = "wai-a"\nname = "Wai A"\noffset_cm = {}\n'
    text = entry.format(300) + entry.format(301)
    assert problems_of(tmp_path, text, "city.toml") == [
        "stations[2]: wai-a stands at stations[1] already. Keep one of them."
    ]


@pytest.mark.parametrize("target", ["not a url", "ftp://a/", "http://", "https:///pesan", "08123456789", "http://a b/"])
def test_a_recipient_who_could_not_be_reached_in_a_flood_is_refused_now(tmp_path: Path, target: str) -> None:
    found = problems_of(tmp_path, f"{RECIPIENTS}x,X,rt,pigeon,{target}\n")
    assert found[0].startswith('line 2: channel must be webhook, got "pigeon".')
    assert found[1].startswith("line 2: target must be an address that begins with http:// or https://")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/",
        "https://user:pw@gateway.example:8443/in?to=1",  # pragma: allowlist secret
        "http://[::1]:80",
        "http://pusat",
    ],
)
def test_an_address_that_is_taken_is_one_that_the_channel_can_use(tmp_path: Path, target: str) -> None:
    (recipient,) = read(tmp_path, f"{RECIPIENTS}x,X,rt,{CHANNEL_NAME},{target}\n").recipients
    assert recipient.target == target
    assert httpx.URL(target).host


def test_all_problems_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    text = f"{STATIONS}wai-a,Wai A,inf\nWAI B,,300\nwai-c,Wai C,300,5\nwai-d,Wai D,300\nwai-d,Wai D,300\n"
    found = problems_of(tmp_path, text)
    assert [problem.split(":")[0] for problem in found] == ["line 2", "line 3", "line 3", "line 4", "line 6"]


def test_text_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    (station,) = read(tmp_path, f"{STATIONS}7,1e3,300\n").stations
    assert (station.station, station.name, station.offset_cm) == ("7", "1e3", 300.0)
