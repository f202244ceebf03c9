"""Pages for a desk and for a hand, in a real browser."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from hub.fleet import standing
from hub.wall.city import City
from tests.support.browsers import DESK, PHONE, watched
from tests.support.hub_data import PASSWORD, HubData
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

PAGES = ("/sungai", "/sungai/wai-ruhu-1?rentang=24j", "/sungai/wai-lela", "/simpul", "/alarm", "/alarm/a-awas",
         "/masuk", "/tentang", "/nothing")  # fmt: skip
LOADS_MOST_BYTES = 150_000


@pytest.fixture
def web(city: HubData, clock: StandingClock) -> Iterator[httpx.Client]:
    standing.quarantine(city.connection, "n-7f3k2m91", reason="papan lain: 12 dan 9", now_ms=city.now_ms)
    with serving(city.path, clock=clock, city=City(mark="PERAGAAN 60x")) as client:
        yield client


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk by day", "phone by night"])
def test_pages_are_accessible_whole_and_light(
    browser: Browser, web: httpx.Client, size: tuple[int, int], scheme: str
) -> None:
    for path in PAGES:
        with watched(browser, size=size, scheme="dark" if scheme == "dark" else "light") as seen:
            seen.page.goto(f"{web.base_url}{path}")
            # At once: a page that is looked at for long asks again what changed.
            assert seen.fetched_bytes() < LOADS_MOST_BYTES, path
            assert seen.violations() == [], path
            assert seen.clipped() == [], path


def test_english_pages_are_whole_too(browser: Browser, web: httpx.Client) -> None:
    for path in PAGES:
        with watched(browser, size=PHONE) as seen:
            seen.page.goto(f"{web.base_url}{path}{'&' if '?' in path else '?'}lang=en")
            assert seen.clipped() == [], path


def test_a_person_signs_in_on_a_phone_and_acknowledges(browser: Browser, web: httpx.Client) -> None:
    with watched(browser, size=PHONE) as seen:
        page = seen.page
        page.goto(f"{web.base_url}/alarm/a-awas")
        page.get_by_role("link", name="Masuk untuk konfirmasi").click()
        page.get_by_label("Nama").fill("admin")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        button = page.get_by_role("button", name="Konfirmasi")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        button.click()
        expect(page.locator("main")).to_contain_text("dikonfirmasi admin 13:53")


def test_a_page_that_is_looked_at_stays_true(browser: Browser, web: httpx.Client, city: HubData) -> None:
    with watched(browser, size=DESK) as seen:
        seen.page.clock.install()
        seen.page.goto(f"{web.base_url}/sungai")
        row = seen.page.locator("tr", has_text="Batu Gajah")
        expect(row).to_contain_text("0,64")
        city.update("station_now", "station_id", "wai-batu-gajah", stage_cm=98.0)
        seen.page.clock.fast_forward(6_000)
        expect(row).to_contain_text("0,98")


def test_a_page_says_how_long_the_hub_has_been_silent(browser: Browser, city: HubData, clock: StandingClock) -> None:
    with watched(browser, size=PHONE) as seen:
        with serving(city.path, clock=clock) as web:
            seen.page.clock.install()
            seen.page.goto(f"{web.base_url}/sungai")
        for _ in range(3):
            seen.page.clock.fast_forward(9_000)
        expect(seen.page.locator("#link")).to_contain_text("Tautan terputus")
        expect(seen.page.locator("body")).to_have_class("old")


def test_a_page_that_waits_for_words_not_sent_says_why_and_how_old_it_is(browser: Browser, web: httpx.Client) -> None:
    with watched(browser, size=PHONE) as seen:
        page = seen.page
        page.goto(f"{web.base_url}/masuk")
        page.get_by_label("Nama").fill("admin")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.clock.install()
        page.goto(f"{web.base_url}/alarm/a-awas")
        page.locator("main textarea, main input[type=text]").first.fill("air di lutut", force=True)
        for _ in range(4):
            page.clock.fast_forward(9_000)
        expect(page.locator("#link")).to_contain_text("menunggu isian dikirim")
        expect(page.locator("#link")).not_to_contain_text("terputus")
