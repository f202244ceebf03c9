"""Pictures of a view in a real browser: they come without a reload, and what is drawn lies over them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from contract.clock import SystemClock
from hub.api.caller import SESSION_COOKIE
from hub.blobs.keeper import Bounds
from hub.stills.asking import newest_request
from hub.storage import audit, people, sessions
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.browsers import DESK, PHONE, WALL, Watched, watched
from tests.support.hub_data import HubData
from tests.support.seats import person
from tests.support.sightings import watch_city
from tests.support.stills import MARKET_EYE, add_still
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

VIEW = "/kamera/pasar-mardika"
LIVE = re.compile(r'data-live="[^"]*"')
SELDOM = 'data-live="3600"'
SHOWN = "document.querySelector('.still img')"
COVERS = """() => {
  const [over, image] = [".still svg", ".still img"].map((one) => document.querySelector(one).getBoundingClientRect());
  return ["left", "top", "width", "height"].every((side) => Math.abs(over[side] - image[side]) < 1.5);
}"""


def signed_in(browser: Browser, city: HubData, address: str, *, size: tuple[int, int], scheme: str = "light",
              role: str = "operator") -> BrowserContext:  # fmt: skip
    """Return a browser in which somebody of a role is signed in."""
    now_ms = SystemClock().now_ms()
    name = f"sari-{role}"
    if people.user(city.connection, name) is None:
        person(city, name, role)
    user = people.user(city.connection, name)
    assert user is not None
    with database.write(city.connection) as connection:
        secret = sessions.begin(connection, user.user_id, now_real_ms=now_ms, place="127.0.0.1")
    assert secret is not None
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
    return context


def without_own_refresh(page: Page) -> None:
    """Have the page fetch itself anew once an hour, not every 5 s: what it shows sooner, the event stream has brought.

    A bound of seconds would say the same on an idle machine only. To be called before the page is opened.
    """

    def seldom(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        answer = route.fetch()
        text, changed = LIVE.subn(SELDOM, answer.text())
        assert changed == 1, "the page has another way to refresh itself"
        route.fulfill(response=answer, body=text)

    page.route(re.compile(re.escape(VIEW) + r"(\?.*)?$"), seldom)


def refresh(page: Page) -> None:
    """Have the page do what it does every 5 s; it does so too when it comes into sight again."""
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def picture(page: Page) -> Locator:
    return page.locator(".still img")


def is_whole(image: Locator) -> bool:
    """Answer whether the bytes of the picture are here and were decoded."""
    return bool(image.evaluate("(image) => image.decode().then(() => image.naturalWidth === 640, () => false)"))


def test_a_press_brings_a_picture_without_a_reload_and_each_sight_is_written_down_once(
    browser: Browser, city: HubData, clock: StandingClock, tmp_path: Path
) -> None:
    watch_city(city, minutes=5)
    folder = tmp_path / "blobs"
    first = add_still(city, MARKET_EYE, ago_s=1_500, number=1, blobs_folder=folder)
    with serving(city.path, clock=clock, pictures=Bounds(folder=folder)) as web:
        context = signed_in(browser, city, str(web.base_url), size=DESK)
        with watched(browser, context=context) as seen:
            page = seen.page
            without_own_refresh(page)
            page.goto(f"{web.base_url}{VIEW}")
            expect(picture(page)).to_have_attribute("src", f"/api/v1/blobs/{first}")
            expect(page.locator("figcaption")).to_contain_text("gambar tiap jam")
            assert is_whole(picture(page))
            page.get_by_role("button", name="Lihat sekarang").click()
            expect(page.get_by_role("status").filter(has_text="Menunggu kotak")).to_be_visible()
            expect(page.get_by_role("button", name="Lihat sekarang")).to_be_disabled()
            asked = newest_request(city.connection, MARKET_EYE, now_ms=city.now_ms, rate=1.0)
            assert asked is not None
            page.evaluate("() => { window.isTheSamePage = true; }")
            fresh = add_still(city, MARKET_EYE, ago_s=0, number=2, why="asked", command_id=asked.command_id,
                              blobs_folder=folder)  # fmt: skip
            expect(picture(page)).to_have_attribute("src", f"/api/v1/blobs/{fresh}")
            expect(page.locator("figcaption")).to_contain_text("diminta sari-operator")
            assert is_whole(picture(page))
            assert page.evaluate("() => window.isTheSamePage"), "it was loaded anew"
            page.evaluate("() => { document.querySelector('h1').id = 'of-before'; window.shown = " + SHOWN + "; }")
            refresh(page)
            expect(page.locator("#of-before")).to_have_count(0)
            assert is_whole(picture(page))
            assert page.evaluate(f"() => window.shown === {SHOWN}"), "no browser need keep a picture that is made anew"
        context.close()
        told = [row.detail for row in audit.rows(city.connection, Wanted(action="picture.seen"))]
    # The page is loaded, the press loads it anew, then the new picture; no refresh asks for one that is shown.
    assert [sum(sha256 in detail for detail in told) for sha256 in (first, fresh)] == [2, 1]


def test_an_answer_in_words_is_shown_in_the_language_of_the_page(
    browser: Browser, city: HubData, clock: StandingClock, tmp_path: Path
) -> None:
    watch_city(city, minutes=5)
    with serving(city.path, clock=clock, pictures=Bounds(folder=tmp_path)) as web:
        context = signed_in(browser, city, str(web.base_url), size=PHONE)
        with watched(browser, context=context) as seen:
            page = seen.page
            without_own_refresh(page)
            page.goto(f"{web.base_url}{VIEW}")
            expect(page.locator("#gambar")).to_contain_text("Belum ada gambar")
            page.get_by_role("button", name="Lihat sekarang").click()
            expect(page.locator(".asked")).to_contain_text("Menunggu kotak")
            asked = newest_request(city.connection, MARKET_EYE, now_ms=city.now_ms, rate=1.0)
            assert asked is not None
            city.update("commands", "command_id", asked.command_id, result="failed", result_ms=city.now_ms + 900,
                        result_text="kamera terputus. Periksa kabel / camera away. Check the cable")  # fmt: skip
            city.change("view", "pasar-mardika")
            expect(page.locator(".asked")).to_contain_text("Tidak ada gambar: kamera terputus.")
            page.get_by_role("button", name="Lihat sekarang").click()
            expect(page.get_by_role("alert")).to_contain_text("baru saja diminta")
            page.goto(f"{web.base_url}{VIEW}?lang=en")
            expect(page.locator(".asked")).to_contain_text("camera away. Check the cable")
            assert seen.clipped() == []
        context.close()


@pytest.mark.nightly
@pytest.mark.parametrize("look", [(WALL, "dark"), (DESK, "light"), (PHONE, "dark")], ids=["wall", "desk", "phone"])
def test_pictures_are_whole_accessible_and_what_is_drawn_covers_them(
    browser: Browser, city: HubData, clock: StandingClock, tmp_path: Path, look: tuple[tuple[int, int], str]
) -> None:
    watch_city(city, minutes=60)
    for number in range(1, 5):
        add_still(city, MARKET_EYE, ago_s=3_600 * (5 - number), number=number, blobs_folder=tmp_path)
    with serving(city.path, clock=clock, pictures=Bounds(folder=tmp_path)) as web:
        context = signed_in(browser, city, str(web.base_url), size=look[0], scheme=look[1])
        for language in ("id", "en"):
            with watched(browser, context=context) as seen:
                seen.page.goto(f"{web.base_url}{VIEW}?lang={language}")
                verify(seen)
                seen.page.locator(".older a").nth(2).click()
                expect(seen.page.locator("#gambar")).to_contain_text("Newest" if language == "en" else "Terbaru")
                verify(seen)
        context.close()


def verify(seen: Watched) -> None:
    assert is_whole(picture(seen.page))
    assert seen.page.evaluate(COVERS), "zones stand beside the picture"
    assert seen.clipped() == []
    assert seen.violations() == []


def test_who_may_not_see_pictures_is_told_so_and_shown_none(
    browser: Browser, city: HubData, clock: StandingClock, tmp_path: Path
) -> None:
    watch_city(city, minutes=5)
    add_still(city, MARKET_EYE, ago_s=60, blobs_folder=tmp_path)
    with serving(city.path, clock=clock, pictures=Bounds(folder=tmp_path)) as web:
        context = signed_in(browser, city, str(web.base_url), size=DESK, role="viewer")
        with watched(browser, context=context) as seen:
            seen.page.goto(f"{web.base_url}{VIEW}")
            expect(seen.page.locator("#gambar")).to_contain_text("Gambar hanya tampil untuk BPBD")
            assert seen.page.locator("#gambar img, #gambar form").count() == 0
        context.close()
