"""Cameras on the wall and on their pages, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from hub.wall.city import City
from tests.support.browsers import DESK, PHONE, WALL, watched
from tests.support.hub_data import HubData
from tests.support.sightings import BRIDGE, add_fault, add_view, take_in, watch_city, windows
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

PAGES = ("/kamera?", "/kamera/pasar-mardika?", "/kamera/bantaran-batu-gajah?rentang=24j&", "/dinding?")
LOADS_MOST_BYTES = 150_000
EYE = ("n-7f3k2m93", "c1")
PARTS = (".watch .now", ".watch .now table", ".gallery")
OVERLAPPING = """() => [...document.querySelectorAll(".view")].flatMap((tile) => {
  const boxes = [...tile.querySelectorAll("h3, .chip:not([hidden]), p, svg")].map((element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    const place = (element.tagName === "svg" ? element : words).getBoundingClientRect();
    return [element.getAttribute("class") ?? "name", place];
  });
  const over = (p, q, low, high) => Math.min(p[high], q[high]) - Math.max(p[low], q[low]);
  return boxes.flatMap(([a, p], n) => boxes.slice(n + 1)
    .filter(([, q]) => over(p, q, "left", "right") > 1)
    .filter(([, q]) => over(p, q, "top", "bottom") > 0.6 * Math.min(p.height, q.height))
    .map(([b]) => `${a} over ${b} in ${tile.dataset.view}`));
})"""

NARROW = """() => [...document.querySelectorAll(".watch .now tbody :is(th, td)")]
  .filter((cell) => cell.textContent.trim())
  .map((cell) => [cell.textContent.trim().slice(0, 30), cell.getBoundingClientRect().width])
  .filter(([, width]) => width < 200)"""


def test_the_walls_views_are_whole_and_follow_what_comes(browser: Browser, city: HubData, clock: StandingClock) -> None:
    watch_city(city, minutes=30)
    shown = City(mark="PERAGAAN 60x")
    with serving(city.path, clock=clock, city=shown) as web, watched(browser, size=WALL) as seen:
        page = seen.page
        page.goto(f"{web.base_url}/dinding")
        market, bank = (page.locator(f'[data-view="{name}"]') for name in ("pasar-mardika", "bantaran-batu-gajah"))
        expect(market).to_contain_text("MACET")
        expect(market).to_contain_text("lewat / mnt")
        expect(market.locator(".age")).to_have_text("umur 12 dtk")
        assert (seen.clipped(), page.evaluate(OVERLAPPING)) == ([], [])
        add_fault(city, EYE, "camera_stalled", "diam 12 s", ago_s=20)
        city.change("view", "bantaran-batu-gajah")
        expect(bank).to_contain_text("GAMBAR BEKU")
        expect(bank.locator(".why")).to_have_text("diam 12 s")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert (seen.clipped(), page.evaluate(OVERLAPPING)) == ([], [])


@pytest.mark.nightly
@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk by day", "phone by night"])
def test_pages_of_cameras_are_accessible_whole_and_light(
    browser: Browser, city: HubData, clock: StandingClock, size: tuple[int, int], scheme: str
) -> None:
    watch_city(city, minutes=180)
    with serving(city.path, clock=clock) as web:
        for path in PAGES:
            for language in ("id", "en"):
                with watched(browser, size=size, scheme="dark" if scheme == "dark" else "light") as seen:
                    seen.page.goto(f"{web.base_url}{path}lang={language}")
                    assert seen.fetched_bytes() < LOADS_MOST_BYTES, path
                    assert seen.violations() == [], path
                    assert seen.clipped() == [], path


@pytest.mark.nightly
def test_a_tile_grows_old_by_itself_and_says_so_without_the_hub(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    add_view(city, "jembatan", "Jembatan", BRIDGE, eye=EYE)
    take_in(city, EYE, [*windows("jalur-barat", now_ms=city.now_ms - 167_900, minutes=3, per_minute=9)], spool_no=60)
    with serving(city.path, clock=clock) as web, watched(browser, size=WALL) as seen:
        seen.page.route("**/dinding/kamera*", lambda route: route.abort())
        seen.page.goto(f"{web.base_url}/dinding")
        tile = seen.page.locator('[data-view="jembatan"]')
        expect(tile).to_have_attribute("data-state", "late")
        seen.page.evaluate("() => { document.querySelector('.view').dataset.at -= 60000; }")
        expect(tile).to_contain_text("DATA BASI")


@pytest.mark.parametrize("width", [1100, 1280, 1440, 1800])
def test_what_a_camera_counts_now_stands_beside_its_picture(
    browser: Browser, city: HubData, clock: StandingClock, width: int
) -> None:
    watch_city(city, minutes=5)
    with serving(city.path, clock=clock) as web, watched(browser, size=(width, 1000)) as seen:
        seen.page.goto(f"{web.base_url}/kamera/jembatan-merah-putih")
        assert seen.page.evaluate(NARROW) == [], "words that stand one below the other"
        now, table, picture = (seen.page.locator(one).bounding_box() for one in PARTS)
        assert now is not None
        assert table is not None
        assert picture is not None
        assert now["x"] + now["width"] <= picture["x"]
        assert now["y"] < picture["y"] + picture["height"], "no empty half"
        assert table["x"] + table["width"] <= now["x"] + now["width"], "no table that leaves its panel"
