import httpx
import pytest

from hub.api.sign_in import COOKIE
from tests.support.clocks import FakeClock
from tests.support.hub_data import PASSWORD, HubData
from tests.support.webs import answering


def post(hub: httpx.Client, *, password: str = PASSWORD, back: str = "/alarm", **headers: str) -> httpx.Response:
    form = {"name": "admin", "password": password, "back": back}
    return hub.post("/masuk", data=form, headers=headers, follow_redirects=False)


def test_the_right_password_leads_back_with_a_cookie_that_scripts_cannot_read(hub: httpx.Client) -> None:
    answer = post(hub)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarm")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_where_browsers_come_by_tls_the_cookie_stays_on_tls(city: HubData, clock: FakeClock) -> None:
    with answering(city.path, clock=clock, base_url="https://hub") as hub:
        assert "Secure" in post(hub).headers["set-cookie"]


def test_a_wrong_password_and_a_wrong_name_are_answered_alike(hub: httpx.Client) -> None:
    wrong = post(hub, password="salah")
    unknown = hub.post("/masuk", data={"name": "siapa", "password": PASSWORD}, follow_redirects=False)
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "Nama atau kata sandi salah." in wrong.text
    assert COOKIE not in wrong.headers.get("set-cookie", "")


def test_after_five_wrong_passwords_a_place_waits_for_a_minute(hub: httpx.Client, clock: FakeClock) -> None:
    assert [post(hub, password="salah").status_code for _ in range(6)] == [401] * 5 + [429]
    assert post(hub).status_code == 429
    assert int(post(hub).headers["retry-after"]) <= 60
    clock.advance(61)
    assert post(hub).status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(hub: httpx.Client, back: str) -> None:
    assert post(hub, back=back).headers["location"] == "/dinding"


def test_a_form_of_another_site_signs_nobody_in(hub: httpx.Client) -> None:
    assert post(hub, Origin="https://evil.example").status_code == 403
    assert post(hub, Origin="http://127.0.0.1").status_code == 303


def test_a_session_ends_after_twelve_real_hours(city: HubData) -> None:
    clock = FakeClock(now_ms=city.now_ms, rate=60.0)
    with answering(city.path, clock=clock) as hub:
        post(hub)
        clock.advance(11.9 * 3600 * 60)
        assert "Keluar admin" in hub.get("/sungai").text
        clock.advance(0.2 * 3600 * 60)
        assert "Keluar admin" not in hub.get("/sungai").text


def test_signing_out_ends_the_session_for_whoever_holds_its_cookie(hub: httpx.Client) -> None:
    post(hub)
    page = hub.get("/sungai").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    cookie = hub.cookies[COOKIE]
    assert hub.post("/keluar", data={"csrf": "wrong"}).status_code == 403
    hub.post("/keluar", data={"csrf": csrf})
    hub.cookies.set(COOKIE, cookie)
    assert "Keluar admin" not in hub.get("/sungai").text
