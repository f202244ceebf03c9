"""No page shows an hour of a clock that nobody trusts as if it were true."""

import httpx
import pytest

from tests.support.hub_data import HOUR_MS, HubData

STATION = "wai-ruhu-1"
BEHIND_MS = 8 * HOUR_MS


def doubt(city: HubData, *, is_hour_known: bool) -> None:
    """Let a box speak live whose clock stands eight hours behind; its level began 100 s ago, its reading 14 s."""
    city.update(
        "station_now",
        "station_id",
        STATION,
        clock="saved",
        since_ms=city.now_ms - 100_000 - BEHIND_MS,
        is_since_doubted=1,
        since_hub_ms=city.now_ms - 100_000 if is_hour_known else None,
        at_ms=city.now_ms - 14_000 - BEHIND_MS,
        is_at_doubted=1,
        at_hub_ms=city.now_ms - 14_000 if is_hour_known else None,
    )


def tile(hub: httpx.Client) -> str:
    page = hub.get("/dinding").text
    return page.split(f'<article class="tile" data-station="{STATION}"')[1].split("</article>")[0]


def row(hub: httpx.Client) -> str:
    return next(part for part in hub.get("/sungai").text.split("<tr ") if f"/sungai/{STATION}" in part)


def test_the_api_gives_the_hubs_reckoning_and_says_that_it_is_one(hub: httpx.Client, city: HubData) -> None:
    doubt(city, is_hour_known=True)
    station = hub.get(f"/api/v1/stations/{STATION}").json()
    assert (station["since_ms"], station["is_since_doubted"]) == (city.now_ms - 100_000, True)
    assert (station["at_ms"], station["is_at_doubted"], station["age_s"]) == (city.now_ms - 14_000, True, 14.0)
    assert station["state"] == "fresh"


def test_an_hour_that_nobody_knows_is_null_and_the_reading_is_at_least_as_old_as_its_arrival(
    hub: httpx.Client, city: HubData
) -> None:
    doubt(city, is_hour_known=False)
    station = hub.get(f"/api/v1/stations/{STATION}").json()
    assert (station["since_ms"], station["at_ms"], station["age_s"]) == (None, None, 13.1)
    assert (station["is_since_doubted"], station["is_at_doubted"], station["state"]) == (True, True, "fresh")


def test_a_trusted_hour_is_not_doubted(hub: httpx.Client, city: HubData) -> None:
    station = hub.get(f"/api/v1/stations/{STATION}").json()
    assert (station["since_ms"], station["is_since_doubted"]) == (city.now_ms - 100_000, False)
    page = hub.get(f"/sungai/{STATION}").text
    assert "±" not in page + tile(hub) + row(hub)
    assert "kira-kira" not in page


def test_pages_mark_an_hour_that_the_hub_has_reckoned(hub: httpx.Client, city: HubData) -> None:
    doubt(city, is_hour_known=True)
    page = hub.get(f"/sungai/{STATION}").text
    assert "sejak kira-kira" in page
    assert "bacaan kira-kira" in page
    assert "belum dapat dipercaya" in page
    assert "umur data ± 14 dtk" in tile(hub)
    assert "± <span" in row(hub)


def test_pages_say_that_an_hour_is_unknown_and_when_the_reading_came(hub: httpx.Client, city: HubData) -> None:
    doubt(city, is_hour_known=False)
    page = hub.get(f"/sungai/{STATION}").text
    assert "waktu tidak pasti" in page
    assert "waktu ukur tidak pasti · diterima" in page
    assert "waktu ukur tidak pasti" in tile(hub)
    assert "waktu ukur tidak pasti" in row(hub)


@pytest.mark.parametrize("is_hour_known", [True, False])
def test_a_station_that_went_stale_tells_no_false_hour(
    hub: httpx.Client, city: HubData, *, is_hour_known: bool
) -> None:
    doubt(city, is_hour_known=is_hour_known)
    city.update("station_now", "station_id", STATION, is_stale=1)
    assert ("sejak kira-kira" if is_hour_known else "waktu tidak pasti") in tile(hub)


def test_the_banner_says_when_the_word_of_an_event_came_whose_hour_nobody_knows(
    hub: httpx.Client, city: HubData
) -> None:
    city.update("alerts", "alert_id", "a-awas", is_late=1, sample_ms=None, decided_ms=None)
    banner = hub.get("/dinding").text.split('id="banner"')[1].split("</section>")[0]
    assert "waktu kejadian tidak pasti" in banner
    assert "sejak" not in banner
