"""The last hours of a view: what its number was, and nothing where nobody could see."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from contract.records import Sighting
from hub.api.panorama import views_of
from hub.api.recent_counts import RecentCounts, recent_counts
from hub.storage import connection as database
from hub.storage import view_bindings
from hub.wall.city import City
from hub.wall.counts_chart import SMALL
from hub.wall.language import language
from hub.wall.wording import Wording
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.sightings import BRIDGE, MARKET, MINUTE_MS, add_view, take_in, watched_city, windows
from tests.support.webs import answering

WORDING = Wording(language=language("id"), city=City())
EYE, OTHER = ("n-7f3k2m90", "c1"), ("n-7f3k2m91", "c1")
STEP_PX = SMALL.width / 36

Change = Callable[[int, Sighting], Mapping[str, object]]


def crossings(ago: int, _one: Sighting) -> Mapping[str, object]:
    """Six cars a minute, three half an hour ago and before."""
    return {"count": 6, "forward": {"car": 4 if ago < 30 else 3}, "backward": {"car": 2} if ago < 30 else {}}


def at_once(count: int, more: Change | None = None) -> Change:
    """Return a change to so many cars at once."""
    return lambda ago, one: {"count": count, "by_label": {"car": count}, **(more(ago, one) if more else {})}


def recent(city: HubData, *, rate: float = 1.0) -> RecentCounts:
    """Return the last hours of the one view."""
    views = views_of(city.connection, now_ms=city.now_ms, rate=rate)
    told = recent_counts(city.connection, views, now_ms=city.now_ms, rate=rate, wording=WORDING)
    return told[views[0].id]


def heights(shown: RecentCounts) -> list[float]:
    """Return how high each bar is as part of the highest, oldest first."""
    ((_, path),) = [one for one in shown.chart.bars if one[1]]
    found = [float(low) - float(high) for low, high in re.findall(r"M[\d.]+,([\d.]+)V([\d.]+)", path)]
    return [round(one / max(found), 2) for one in found]


def test_of_a_view_with_lines_a_bar_is_the_crossings_per_minute(city: HubData) -> None:
    add_view(city, "pasar", "Pasar", MARKET, eye=EYE)
    line = windows("gerbang", now_ms=city.now_ms, minutes=60, per_minute=1, is_line=True, change=crossings)
    road = windows("jalan", now_ms=city.now_ms, minutes=60, per_minute=99)
    take_in(city, EYE, [*line, *road], spool_no=61)
    shown = recent(city)
    assert shown.most.startswith("tertinggi 6 pukul ")
    assert set(heights(shown)) >= {0.5, 1.0}
    assert heights(shown)[0] == 0.5
    assert heights(shown)[-1] == 1.0, "the step of now, of which some minutes have passed"
    assert "tertinggi 6 lewat / mnt" in shown.words
    ((_, unseen),) = shown.chart.holes
    assert unseen == pytest.approx(SMALL.width - STEP_PX * len(heights(shown)), abs=1), (
        "before the camera there is none"
    )


def test_of_a_view_with_zones_a_bar_is_the_mean_of_what_was_there_at_once_in_all_of_them(city: HubData) -> None:
    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    take_in(city, EYE, [*windows("jalur-barat", now_ms=city.now_ms, minutes=60, per_minute=1, change=at_once(3)),
                        *windows("jalur-timur", now_ms=city.now_ms, minutes=60, per_minute=1, change=at_once(5))],
            spool_no=61)  # fmt: skip
    shown = recent(city)
    assert shown.most.startswith("tertinggi 8 pukul ")
    assert set(heights(shown)) == {1.0}


def test_what_nobody_could_see_is_a_hole_and_what_was_seen_in_part_is_the_least(city: HubData) -> None:
    def dark(ago: int, _one: Sighting) -> Mapping[str, object]:
        is_dark = 20 <= ago < 40 or ago % 10 < 3
        return {"doubts": ("cannot_see",)} if is_dark else {}

    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    told = windows("jalur-barat", now_ms=city.now_ms, minutes=80, per_minute=1, change=at_once(4, dark))
    take_in(city, EYE, [*told], spool_no=61)
    shown = recent(city)
    assert set(heights(shown)) == {1.0}
    assert shown.most == "tertinggi 4 pukul 12:30", "what a doubted window counted is in it, and not more"
    assert shown.chart.least.count("M") == len(heights(shown)) - 1, "the first was seen whole"
    assert [round(width / STEP_PX) for _, width in shown.chart.holes][-1] in {1, 2}


def test_a_bar_that_is_the_least_says_so(city: HubData) -> None:
    def slow(ago: int, _one: Sighting) -> Mapping[str, object]:
        return {"doubts": ("too_slow",), "count": 9} if ago > 55 else {}

    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    told = windows("jalur-barat", now_ms=city.now_ms, minutes=60, per_minute=1, change=at_once(4, slow))
    take_in(city, EYE, [*told], spool_no=61)
    shown = recent(city)
    assert shown.chart.least.count("M") in {1, 2}
    assert shown.most.startswith("tertinggi ≥ 7 pukul ")


def test_a_camera_that_was_replaced_counted_for_its_view_all_the_same(city: HubData) -> None:
    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    before = windows("jalur-barat", now_ms=city.now_ms, minutes=120, until_min=60, per_minute=1, change=at_once(2))
    take_in(city, EYE, [*before], spool_no=61)
    with database.write(city.connection):
        view_bindings.bind(
            city.connection, node_id=OTHER[0], source=OTHER[1], view_id="jembatan", now_ms=city.now_ms - 60 * MINUTE_MS
        )
    after = windows("jalur-barat", now_ms=city.now_ms, minutes=60, per_minute=1, change=at_once(4))
    take_in(city, OTHER, [*after], spool_no=62)
    shown = heights(recent(city))
    assert (shown[0], shown[-1]) == (0.5, 1.0)


def test_where_nothing_was_counted_it_is_said(city: HubData) -> None:
    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    shown = recent(city)
    assert (shown.words, shown.most) == ("6 jam terakhir: tidak dilihat", "")
    assert [width for _, width in shown.chart.holes] == [pytest.approx(SMALL.width - STEP_PX, abs=1)]


def test_on_a_fast_clock_the_steps_are_hours(city: HubData) -> None:
    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    assert recent(city, rate=120).words == "36 jam terakhir: tidak dilihat"


@pytest.mark.parametrize("path", ["/kamera", "/dinding", "/dinding/kamera"])
def test_lists_and_tiles_show_it(tmp_path: Path, path: str) -> None:
    city = watched_city(tmp_path / "watched.db", minutes=60)
    with answering(city.path, clock=FakeClock(now_ms=city.now_ms)) as hub:
        shown = hub.get(path, params={"lang": "en"}).text
    city.close()
    assert (
        len(re.findall(r'class="recent"[^>]*aria-label="Last 6 h: highest (?:≥ )?\d+ (?:passing|mean at once)', shown))
        == 3
    )
