"""The Content-Security-Policy as a real browser reads it: no page breaks it, and what it forbids does not run."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from contract.clock import SystemClock
from hub.storage import connection as database
from hub.storage import first_admin
from tests.support.browsers import DESK, Watched, watched
from tests.support.hub_data import PASSWORD, HubData
from tests.support.webs import StandingClock, serving

pytestmark = pytest.mark.browser

PAGES = ("/dinding", "/sungai", "/sungai/wai-ruhu-1?rentang=24j", "/simpul", "/alarm", "/alarm/a-awas", "/masuk",
         "/tentang", "/nothing")  # fmt: skip
LISTEN = """
  window.broken = [];
  document.addEventListener("securitypolicyviolation",
    (event) => window.broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture
def web(city: HubData, clock: StandingClock) -> Iterator[httpx.Client]:
    with serving(city.path, clock=clock) as client:
        yield client


def sign_in(seen: Watched, web: httpx.Client) -> None:
    seen.page.goto(f"{web.base_url}/masuk")
    seen.page.get_by_label("Nama").fill("admin")
    seen.page.get_by_label("Kata sandi").fill(PASSWORD)
    seen.page.get_by_role("button", name="Masuk").click()
    seen.page.wait_for_url("**/dinding")


def broken(seen: Watched, address: str) -> list[str]:
    seen.page.goto(address)
    found: list[str] = seen.page.evaluate("() => window.broken")
    return found


def test_no_page_of_ours_breaks_the_policy_signed_out_or_in(browser: Browser, web: httpx.Client) -> None:
    with watched(browser, size=DESK) as seen:
        said: list[str] = []
        seen.page.on("console", lambda one: said.append(one.text) if "Content Security" in one.text else None)
        seen.page.add_init_script(LISTEN)
        for path in PAGES:
            assert broken(seen, f"{web.base_url}{path}") == [], path
        sign_in(seen, web)
        for path in PAGES:
            assert broken(seen, f"{web.base_url}{path}") == [], path
        assert said == []


def test_what_somebody_smuggles_into_a_page_does_not_run(browser: Browser, web: httpx.Client) -> None:
    with watched(browser, size=DESK) as seen:
        seen.page.add_init_script(LISTEN)
        seen.page.goto(f"{web.base_url}/sungai")
        seen.page.evaluate("""() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<p style='color: red' onclick='1'>x</p>");
        }""")
        assert seen.page.evaluate("() => window.ran") is None
        seen.page.wait_for_function("() => window.broken.length >= 2")
        assert {one.split(" ")[0] for one in seen.page.evaluate("() => window.broken")} >= {
            "script-src-elem",
            "style-src-attr",
        }


def test_the_first_administrator_begins_in_a_browser(
    browser: Browser, web: httpx.Client, city: HubData, clock: StandingClock
) -> None:
    del clock
    with database.write(city.connection) as connection:
        connection.execute("DELETE FROM users")
        secret = first_admin.new_link(connection, now_real_ms=SystemClock().now_ms())
    with watched(browser, size=DESK) as seen:
        page = seen.page
        page.add_init_script(LISTEN)
        assert broken(seen, f"{web.base_url}/mulai/{secret}") == []
        assert seen.violations() == []
        assert seen.clipped() == []
        page.get_by_label("Nama").fill("rina")
        page.get_by_label("paling sedikit").fill("empat kata yang panjang")
        page.get_by_label("sekali lagi").fill("empat kata yang panjang")
        page.get_by_role("button", name="Mulai").click()
        page.wait_for_url("**/dinding")
        page.goto(f"{web.base_url}/sungai")
        assert "Keluar rina" in seen.text("header")
