"""Tables into dataclasses, with problems that say what was meant."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from msgspec import Meta

from contract.config_file import read_tables
from contract.errors import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    max_distance_mm: Annotated[int, Meta(ge=300, le=10_000)] = 4_500
    every_s: Annotated[float, Meta(ge=60, le=3_600)] = 60.0
    share: Annotated[float, Meta(ge=0.1, le=1)] = 0.5
    pin: int | str = 17
    limits: tuple[float, float] = (1.0, 2.0)
    is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    gauge: dict[str, Gauge]
    home: Path = Path("home")


class Bank(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    low: float = 0.0
    high: float = 1.0
    bank: Bank = Bank.LEFT
    count: int = 0

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise RefusedError(
                indonesian="low harus di bawah high: turunkan", english="low must be below high: lower it"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    span: Span


def problems_of(**gauge: Any) -> list[str]:
    return read_tables(Box, {"gauge": {"g1": gauge}}, folder=Path("/etc/box"))[1]


@pytest.mark.parametrize(
    ("gauge", "problem"),
    [
        (
            {"max_distance_mm": 35},
            "gauge.g1.max_distance_mm must be 300 to 10000, got 35. Did you mean 3500?",
        ),
        ({"every_s": 2}, "gauge.g1.every_s must be 60 to 3600, got 2. Did you mean 120?"),
        ({"share": 5}, "gauge.g1.share must be 0.1 to 1, got 5."),
        ({"max_distance_mm": -35}, "gauge.g1.max_distance_mm must be 300 to 10000, got -35."),
        ({"max_distance_mm": 4000.5}, "gauge.g1.max_distance_mm must be 300 to 10000, got 4000.5. Whole numbers only."),
        ({"max_distance_mm": True}, "gauge.g1.max_distance_mm must be 300 to 10000, got true."),
        ({"every_s": float("nan")}, "gauge.g1.every_s must be 60 to 3600, got nan."),
        ({"pin": [1]}, "gauge.g1.pin must be a whole number or text, got [1]."),
        ({"limits": [1]}, "gauge.g1.limits must be 2 values in [ ], each a number, got [1]."),
        ({"is_on": "yes"}, 'gauge.g1.is_on must be true or false, got "yes".'),
        ({"max_distance": 3}, "gauge.g1.max_distance is not known here. Did you mean max_distance_mm?"),
    ],
)
def test_a_problem_says_key_expectation_value_and_what_was_meant(gauge: dict[str, Any], problem: str) -> None:
    assert problems_of(**gauge) == [problem]


def test_a_word_that_is_like_nothing_known_gets_the_list() -> None:
    problems = read_tables(Gauge, {"zzz": 1}, folder=Path())[1]
    assert problems == ["zzz is not known here. Known are max_distance_mm, every_s, share, pin, limits, is_on."]


def test_a_long_value_is_shown_short() -> None:
    (problem,) = problems_of(is_on="x" * 500)
    assert len(problem) < 120


def test_good_tables_become_frozen_values_with_paths_in_their_folder() -> None:
    box, problems = read_tables(Box, {"gauge": {"g1": {"every_s": 120}}, "home": "h"}, folder=Path("/etc/box"))
    assert problems == []
    assert box == Box(gauge={"g1": Gauge(every_s=120.0)}, home=Path("/etc/box/h"))


@pytest.mark.parametrize(
    ("gauge", "indonesian", "english"),
    [
        (
            {"max_distance_mm": 35},
            "max_distance_mm harus 300 sampai 10000, tertulis 35. Maksudnya 3500?",
            "max_distance_mm must be 300 to 10000, got 35. Did you mean 3500?",
        ),
        (
            {"limits": [0, 1, 5]},
            (
                "limits harus 2 nilai di dalam [ ], masing-masing angka, tertulis [0, 1, 5]. "
                "Angka desimal memakai titik: 0.5."
            ),
            "limits must be 2 values in [ ], each a number, got [0, 1, 5]. Numbers have a decimal point: 0.5.",
        ),
        (
            {"max_distance": 3},
            "max_distance tidak dikenal di sini. Maksudnya max_distance_mm?",
            "max_distance is not known here. Did you mean max_distance_mm?",
        ),
    ],
)
def test_where_it_is_asked_for_a_problem_is_told_in_indonesian_then_in_english(
    gauge: dict[str, Any], indonesian: str, english: str
) -> None:
    (problem,) = read_tables(Box, {"gauge": {"g1": gauge}}, folder=Path(), is_bilingual=True)[1]
    assert problem == f"gauge.g1.{indonesian} / gauge.g1.{english}"
    assert read_tables(Box, {"gauge": 1}, folder=Path(), is_bilingual=True)[1] == [
        "gauge harus tabel berisi tabel, tertulis 1. / gauge must be a table of tables, got 1."
    ]


def test_what_does_not_stand_together_is_told_with_its_key_or_the_file_in_each_language() -> None:
    low_above_high = {"low": 2}
    assert read_tables(Spans, {"span": low_above_high}, folder=Path(), is_bilingual=True)[1] == [
        "span: low harus di bawah high: turunkan. / span: low must be below high: lower it."
    ]
    assert read_tables(Span, low_above_high, folder=Path(), is_bilingual=True)[1] == [
        "berkas ini: low harus di bawah high: turunkan. / the file: low must be below high: lower it."
    ]
    assert read_tables(Span, low_above_high, folder=Path())[1] == ["the file: low must be below high: lower it."]


@pytest.mark.parametrize("table", [{"bank": "kiri / left"}, {"kiri / left": 1}], ids=["value", "key"])
def test_whatever_a_person_wrote_each_problem_has_one_place_between_its_languages(table: dict[str, Any]) -> None:
    (problem,) = read_tables(Span, table, folder=Path(), is_bilingual=True)[1]
    indonesian, english = problem.split(" / ")
    assert "kiri/left" in indonesian
    assert "kiri/left" in english


@pytest.mark.parametrize("value", [10**400, -(10**400), 16**5000], ids=["400 digits", "below zero", "6000 digits"])
@pytest.mark.parametrize("key", ["max_distance_mm", "every_s", "share", "pin", "limits", "is_on"])
def test_a_number_that_no_machine_can_hold_is_refused(key: str, value: int) -> None:
    (problem,) = problems_of(**{key: value})
    assert problem.startswith(f"gauge.g1.{key} must be ")
    (problem,) = problems_of(limits=[1, value])
    assert "each a number, got " in problem


@pytest.mark.parametrize("value", [["left"], {"left": 1}, 1])
def test_what_is_no_word_is_refused_where_a_word_of_several_stands(value: object) -> None:
    (problem,) = read_tables(Span, {"bank": value}, folder=Path())[1]
    assert problem.startswith("bank must be left or right, got ")
