"""Zones and lines drawn in a real browser: with the mouse, with keys, with a finger, and saved."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from contract.clock import SystemClock
from contract.views import View
from hub.api.caller import SESSION_COOKIE
from hub.drawing.corners import NoPoint
from hub.storage import connection as database
from hub.storage import outlines, people, sessions
from tests.support.browsers import DESK, PHONE, Watched, watched
from tests.support.hub_data import HubData
from tests.support.seats import person
from tests.support.sightings import watch_city
from tests.support.typed_corners import TYPED
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

PAGE = "/kamera/jembatan-merah-putih/gambar-zona"
Context = BrowserContext | None
NEAR = 0.004
"""Of the picture: two pixels of a phone."""


@contextmanager
def at_the_page(
    browser: Browser, city: HubData, clock: StandingClock, *, size: tuple[int, int] = DESK, context: Context = None
) -> Iterator[Watched]:
    """Open the page as the administrator."""
    watch_city(city, minutes=2)
    with serving(city.path, clock=clock) as web, watched(browser, size=size, context=context) as seen:
        sign_in(seen.page, city, "admin", str(web.base_url))
        seen.page.goto(f"{web.base_url}{PAGE}")
        yield seen


def sign_in(page: Page, city: HubData, name: str, address: str) -> None:
    user = people.user(city.connection, name)
    assert user is not None
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": secret_of(city, user.user_id), "url": address}])


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


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus, as who has no mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no Tab leads to {selector}")


def test_a_zone_and_a_line_are_drawn_with_keys_alone(browser: Browser, city: HubData, clock: StandingClock) -> None:
    with at_the_page(browser, city, clock) as seen:
        page = seen.page
        press = page.keyboard.press
        tab_to(page, "[data-add=road]")
        press("Enter")
        press("Enter")  # a usual area in the middle, its first corner chosen
        for key in ("ArrowLeft", "Shift+ArrowUp", "Insert", "ArrowUp"):
            press(key)
        for _ in range(2):
            press("Tab")
        press("Delete")
        tab_to(page, "[data-add=line]")
        press("Enter")
        press("Enter")
        press("Tab")
        press("Shift+ArrowRight")
        press("Shift+ArrowDown")
        press("Control+z")
        press("Control+y")
        tab_to(page, "#rows > :last-child [data-field=name]")
        press("Control+a")
        page.keyboard.type("gerbang")
        tab_to(page, "[value=check]")
        press("Enter")
        expect(page.locator("#summary")).to_be_visible()
        tab_to(page, "[value=save]")
        press("Enter")
        expect(page.get_by_text("Versi 2 tersimpan")).to_be_visible()
        view = drawn(city)
        square = [(0.345, 0.35), (0.4975, 0.37), (0.65, 0.4), (0.35, 0.7)]
        assert near(view.zones["jalan-1"].outline, square)
        assert near([view.lines["gerbang"].start, view.lines["gerbang"].end], [(0.3, 0.5), (0.75, 0.55)])


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


@contextmanager
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """Open a phone: it has fingers and no mouse."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield context
    context.close()


def tap_at(page: Page, *points: tuple[float, float]) -> None:
    for x, y in points:
        page.touchscreen.tap(*place_px(page, x, y))


def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move a finger over the screen, px."""
    wire = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    for part in (0.25, 0.5, 0.75, 1.0):
        touch("touchMove", (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])))
    touch("touchEnd")
    wire.detach()


def test_a_finger_draws_a_zone_that_trembles_and_moves_a_corner_while_the_page_stays(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    with phone(browser) as context, at_the_page(browser, city, clock, context=context) as seen:
        page = seen.page
        tool(page, "+ Bantaran").tap()
        tap_at(page, (0.2, 0.1), (0.6, 0.1))
        x, y = place_px(page, 0.6, 0.1)
        page.touchscreen.tap(x + 2, y + 1)  # twice for once: no corner of its own
        tap_at(page, (0.6, 0.35), (0.2, 0.35))
        tool(page, "Selesai").tap()
        expect(page.locator("#field circle")).to_have_count(4)
        start = place_px(page, 0.6, 0.35)
        before = page.evaluate("scrollY")
        box = page.locator("#field").bounding_box()
        assert box is not None
        swipe(page, (start[0] + 5, start[1] + 5), (start[0] + 65, start[1] - 25))
        assert (page.evaluate("scrollY"), page.locator("#field").bounding_box()) == (before, box), "nothing slid away"
        tap_at(page, (0.02, 0.02))  # beside everything: nothing is chosen, its tools go
        expect(page.locator("#field circle")).to_have_count(0)
        assert page.locator("#field").bounding_box() == box, "the picture stays where it is when tools come and go"
        page.get_by_role("button", name="Periksa perubahan").tap()
        page.get_by_role("button", name="Simpan sebagai versi 2").tap()
        expect(page.get_by_text("Versi 2 tersimpan")).to_be_visible()
        moved = (0.6 + 60 / box["width"], 0.35 - 30 / box["height"])
        assert near(drawn(city).zones["bantaran-1"].outline, [(0.2, 0.1), (0.6, 0.1), moved, (0.2, 0.35)])
        assert seen.clipped() == []


def test_who_saves_second_sees_both_drawings_keeps_every_word_and_saves_after_looking(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    person(city, "rina", "technician")
    with at_the_page(browser, city, clock) as seen, watched(browser, size=PHONE) as other:
        page, hers = seen.page, other.page
        sign_in(hers, city, "rina", page.url.partition("/kamera")[0])
        hers.goto(page.url)
        tool(page, "+ Garis").click()
        click_at(page, (0.2, 0.2), (0.8, 0.2))
        page.locator("fieldset[data-chosen]").get_by_label("Nama", exact=True).fill("gerbang")
        page.get_by_role("button", name="Periksa perubahan").click()
        page.get_by_label("Alasan").fill("tiang dipindah")
        tool(hers, "+ Bantaran").click()
        click_at(hers, (0.2, 0.05), (0.8, 0.05), (0.8, 0.3))
        tool(hers, "Selesai").click()
        save(hers)
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.get_by_role("button", name="Simpan sebagai versi 2").click()
        assert answered.value.status == 409
        expect(page.get_by_role("alert")).to_contain_text("rina sudah menyimpan versi 2")
        expect(page.get_by_role("img", name="bantaran-1, jalur-barat, jalur-timur")).to_be_visible()
        expect(page.get_by_role("img", name="jalur-barat, jalur-timur, gerbang")).to_be_visible()
        expect(page.locator(".changes")).to_contain_text("bantaran bantaran-1: dihapus")
        expect(page.get_by_label("Alasan")).to_have_value("tiang dipindah")
        assert seen.clipped() == []
        assert list(drawn(city).lines) == []
        page.get_by_role("button", name="Simpan sebagai versi 3").click()
        expect(page.get_by_text("Versi 3 tersimpan")).to_be_visible()
        newest = outlines.of_view(city.connection, "jembatan-merah-putih")[0]
        assert (list(newest.drawing.lines), newest.author, newest.reason) == (["gerbang"], "admin", "tiang dipindah")


def test_everything_goes_only_with_a_tick_that_does_not_stand_in_the_way_of_drawing_on(
    browser: Browser, city: HubData, clock: StandingClock
) -> None:
    with at_the_page(browser, city, clock) as seen:
        page = seen.page
        for x in (0.3, 0.7):
            click_at(page, (x, 0.6))
            tool(page, "Hapus tempat").click()
        page.get_by_role("button", name="Periksa perubahan").click()
        page.get_by_role("button", name="Simpan sebagai versi 2").click()
        tick = page.get_by_label("Hapus semua zona dan garis")
        assert tick.evaluate("(tick) => tick.validity.valueMissing && tick === document.activeElement")
        tool(page, "+ Jalan").click()
        page.keyboard.press("Enter")
        page.locator("fieldset[data-chosen]").get_by_label("Nama", exact=True).press("Enter")
        expect(page.locator(".changes")).to_contain_text("jalan jalan-1: baru")
        tool(page, "Batalkan semua").click()
        for x in (0.3, 0.7):
            click_at(page, (x, 0.6))
            tool(page, "Hapus tempat").click()
        page.get_by_role("button", name="Periksa perubahan").click()
        tick.check()
        page.get_by_role("button", name="Simpan sebagai versi 2").click()
        expect(page.get_by_text("Versi 2 tersimpan")).to_be_visible()
        assert drawn(city) == View()


def test_the_script_reads_typed_corners_as_the_hub_does(browser: Browser, city: HubData, clock: StandingClock) -> None:
    with at_the_page(browser, city, clock) as seen:
        folder = seen.page.locator("script[src$='drawing.js']").get_attribute("src")
        assert folder is not None
        read = """async ([module, lines]) => {
          const { pointsOf } = await import(module);
          return lines.map((corners) => pointsOf({ corners }));
        }"""
        found = seen.page.evaluate(read, [folder.replace("drawing.js", "drawing_rows.js"), list(TYPED)])
        expected = [[] if isinstance(point, NoPoint) else [list(point)] for point in TYPED.values()]
        assert dict(zip(TYPED, found, strict=True)) == dict(zip(TYPED, expected, strict=True))


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
        bars = re.findall(r'<div class="tools[^>]*>', page.text)
        assert len(bars) == 2
        assert all(bar.endswith(" hidden>") for bar in bars), "tools need the script"
