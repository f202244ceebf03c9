"""Zones and lines drawn in a real browser: with the mouse, with keys, with a finger, and saved."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from contract.clock import SystemClock
from contract.views import View
from hub.api.caller import SESSION_COOKIE
from hub.storage import connection as database
from hub.storage import outlines, people, sessions
from tests.support.browsers import DESK, PHONE, Watched, watched
from tests.support.hub_data import HubData
from tests.support.sightings import watch_city
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

PAGE = "/kamera/jembatan-merah-putih/gambar-zona"
NEAR = 0.004
"""Of the picture: two pixels of a phone."""


@contextmanager
def at_the_page(
    browser: Browser, city: HubData, clock: StandingClock, *, size: tuple[int, int] = DESK, path: str = PAGE
) -> Iterator[Watched]:
    """Open the page as the administrator."""
    watch_city(city, minutes=2)
    user = people.user(city.connection, "admin")
    assert user is not None
    with serving(city.path, clock=clock) as web, watched(browser, size=size) as seen:
        seen.page.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": secret_of(city, user.user_id), "url": str(web.base_url)}]
        )
        seen.page.goto(f"{web.base_url}{path}")
        yield seen


def secret_of(city: HubData, user_id: str) -> str:
    with database.write(city.connection) as connection:
        secret = sessions.begin(connection, user_id, now_real_ms=SystemClock().now_ms(), place="127.0.0.1")
    assert secret is not None
    return secret


def place_px(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where on the screen a part of the picture is."""
    page.locator("#field").scroll_into_view_if_needed()
    box = page.locator("#field").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def click_at(page: Page, *points: tuple[float, float]) -> None:
    for x, y in points:
        page.mouse.click(*place_px(page, x, y))


def tool(page: Page, name: str) -> Locator:
    return page.locator("#tools").get_by_role("button", name=name, exact=True)


def save(page: Page) -> None:
    page.get_by_role("button", name="Periksa perubahan").click()
    page.get_by_role("button", name="Simpan sebagai versi 2").click()
    expect(page.get_by_text("Versi 2 tersimpan")).to_be_visible()


def drawn(city: HubData) -> View:
    return outlines.of_view(city.connection, "jembatan-merah-putih")[0].drawing


def near(points: object, expected: list[tuple[float, float]]) -> bool:
    flat = [part for point in points for part in point]  # type: ignore[attr-defined]
    return flat == pytest.approx([part for point in expected for part in point], abs=NEAR)


def test_a_zone_and_a_line_are_drawn_with_the_mouse_and_saved(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    with at_the_page(browser, city, clock) as seen:
        page = seen.page
        tool(page, "+ Bantaran").click()
        click_at(page, (0.2, 0.1), (0.5, 0.1), (0.5, 0.3), (0.2, 0.3), (0.2, 0.1))
        page.locator("fieldset[data-chosen]").get_by_label("Nama", exact=True).fill("tepi")
        tool(page, "+ Garis").click()
        click_at(page, (0.6, 0.2), (0.9, 0.2))
        page.locator("fieldset[data-chosen]").get_by_label("Nama arah maju").fill("ke hilir")
        page.mouse.move(*place_px(page, 0.9, 0.2))
        page.mouse.down()
        page.mouse.move(*place_px(page, 0.8, 0.25), steps=4)
        page.mouse.up()
        expect(page.locator("#unsaved")).to_be_visible()
        save(page)
        view = drawn(city)
        assert near(view.zones["tepi"].outline, [(0.2, 0.1), (0.5, 0.1), (0.5, 0.3), (0.2, 0.3)])
        line = view.lines["garis-1"]
        assert near([line.start, line.end], [(0.6, 0.2), (0.8, 0.25)])
        assert (line.forward, line.backward) == ("ke hilir", "balik")
        assert {"jalur-barat", "jalur-timur"} < view.zones.keys(), "what was there stays"
        expect(page.locator("#field text", has_text="tepi")).to_be_visible()


def test_a_zone_and_a_line_are_drawn_with_keys_alone(browser: Browser, city: HubData, clock: StandingClock) -> None:
    with at_the_page(browser, city, clock) as seen:
        page = seen.page
        press = page.keyboard.press
        tool(page, "+ Jalan").focus()
        press("Enter")
        press("Enter")  # a usual area in the middle, its first corner chosen
        for key in ("ArrowLeft", "Shift+ArrowUp", "Insert", "ArrowUp"):
            press(key)
        for _ in range(2):
            press("Tab")
        press("Delete")
        tool(page, "+ Garis").focus()
        press("Enter")
        press("Enter")
        press("Tab")
        press("Shift+ArrowRight")
        press("Shift+ArrowDown")
        press("Control+z")
        press("Control+y")
        page.get_by_role("button", name="Periksa perubahan").focus()
        press("Enter")
        page.get_by_role("button", name="Simpan sebagai versi 2").focus()
        press("Enter")
        expect(page.get_by_text("Versi 2 tersimpan")).to_be_visible()
        view = drawn(city)
        square = [(0.345, 0.35), (0.4975, 0.37), (0.65, 0.4), (0.35, 0.7)]
        assert near(view.zones["jalan-1"].outline, square)
        assert near([view.lines["garis-1"].start, view.lines["garis-1"].end], [(0.3, 0.5), (0.75, 0.55)])


def test_on_a_phone_a_finger_corrects_a_corner_and_arrows_on_the_screen_make_it_exact(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    with at_the_page(browser, city, clock, size=PHONE) as seen:
        page = seen.page
        click_at(page, (0.3, 0.6))  # inside jalur-barat
        x, y = place_px(page, 0.45, 0.9)
        page.mouse.move(x + 6, y - 5)  # a finger is never exact, and the corner does not jump below it
        page.mouse.down()
        page.mouse.move(x + 6 - 40, y - 5 - 20, steps=5)
        page.mouse.up()
        box = page.locator("#field").bounding_box()
        assert box is not None
        tool(page, "Sudut ke kanan").click()
        save(page)
        corner = drawn(city).zones["jalur-barat"].outline[2]
        assert near([corner], [(0.45 - 40 / box["width"] + 0.005, 0.9 - 20 / box["height"])])
        assert seen.clipped() == []


def test_what_crosses_itself_is_refused_at_its_place_and_batalkan_brings_back_what_is_in_force(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    with at_the_page(browser, city, clock) as seen:
        page = seen.page
        tool(page, "+ Jalan").click()
        click_at(page, (0.1, 0.1), (0.4, 0.3), (0.4, 0.1), (0.1, 0.3))
        tool(page, "Selesai").click()
        page.get_by_role("button", name="Periksa perubahan").click()
        wrong = page.locator("fieldset.place", has=page.locator(".problem"))
        expect(wrong.locator("legend")).to_have_text("jalan-1")
        expect(wrong.locator(".problem")).to_contain_text("Sisinya saling memotong")
        tool(page, "Batalkan semua").click()
        expect(page.locator("fieldset.place")).to_have_count(2)
        expect(page.locator("#unsaved")).to_be_hidden()
        tool(page, "Urungkan").click()
        expect(page.locator("fieldset.place")).to_have_count(3)


@pytest.mark.nightly
@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk by day", "phone by night"])
def test_the_page_is_accessible_and_whole(
    browser: Browser, city: HubData, clock: StandingClock, size: tuple[int, int], scheme: str
) -> None:
    with at_the_page(browser, city, clock, size=size) as seen:
        page = seen.page
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for language in ("id", "en"):
            page.goto(f"{page.url.partition('?')[0]}?lang={language}")
            click_at(page, (0.3, 0.6))
            expect(page.locator("#field circle")).to_have_count(4)
            assert (seen.violations(), seen.clipped()) == ([], [])
            page.locator("#tools [data-do=remove]").click()
            page.locator("button[value=check]").click()
            expect(page.locator("#summary")).to_be_visible()
            assert (seen.violations(), seen.clipped()) == ([], [])


def test_without_scripts_the_same_form_is_filled_in_by_hand(city: HubData, clock: StandingClock) -> None:
    watch_city(city, minutes=2)
    user = people.user(city.connection, "admin")
    assert user is not None
    with serving(city.path, clock=clock) as web:
        web.cookies.set(SESSION_COOKIE, secret_of(city, user.user_id))
        page: httpx.Response = web.get(PAGE)
        assert page.text.count('class="place"') == 2 + 2 + 1, "what is drawn, two empty ones, and the template"
        assert 'id="tools" role="toolbar"' in page.text
        assert "hidden>" in page.text.split('id="tools"')[1][:120], "tools need the script"
