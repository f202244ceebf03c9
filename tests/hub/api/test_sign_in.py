import re
from collections.abc import Iterator

import httpx
import pytest

from contract.clock import SystemClock
from hub.api.caller import HOST_ONLY, SESSION_COOKIE
from hub.storage import connection as database
from hub.storage import people, sessions
from tests.support.clocks import FakeClock
from tests.support.hub_data import PASSWORD, HubData
from tests.support.webs import answering


def post(
    hub: httpx.Client, *, name: str = "admin", password: str = PASSWORD, back: str = "/alarm", **headers: str
) -> httpx.Response:
    form = {"name": name, "password": password, "back": back}
    return hub.post("/masuk", data=form, headers=headers, follow_redirects=False)


def is_known(hub: httpx.Client) -> bool:
    return "Keluar admin" in hub.get("/sungai").text


@pytest.fixture
def elsewhere(city: HubData, clock: FakeClock) -> Iterator[httpx.Client]:
    """A second browser at the same hub, with no cookie."""
    with answering(city.path, clock=clock) as client:
        yield client


def test_the_right_password_leads_back_with_a_cookie_that_scripts_cannot_read(hub: httpx.Client) -> None:
    answer = post(hub)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarm")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie


def test_where_browsers_come_by_tls_the_cookie_stays_on_tls_and_on_this_host(city: HubData, clock: FakeClock) -> None:
    with answering(city.path, clock=clock, base_url="https://hub") as hub:
        answer = post(hub)
        assert answer.headers["set-cookie"].startswith(f"{HOST_ONLY}{SESSION_COOKIE}=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "Path=/" in answer.headers["set-cookie"]
        assert "Domain" not in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert is_known(hub)
        secret = hub.cookies[f"{HOST_ONLY}{SESSION_COOKIE}"]
        hub.cookies.clear()
        hub.cookies.set(SESSION_COOKIE, secret)
        assert not is_known(hub), "a name that a neighbour could plant is not read"


def test_a_wrong_password_a_wrong_name_and_an_ended_account_are_answered_alike(
    hub: httpx.Client, city: HubData
) -> None:
    ended = city.person("bekas", "operator")
    people.disable(city.connection, ended, now_real_ms=city.now_ms)
    answers = [post(hub, password="salah"), post(hub, name="siapa"), post(hub, name="bekas")]
    assert [answer.status_code for answer in answers] == [401] * 3
    texts = [re.sub(r'name="name" [^>]*>', "", answer.text) for answer in answers]
    assert len({*texts}) == 1, "but for the name that was typed"
    assert "Nama atau kata sandi salah." in answers[0].text
    assert not [answer for answer in answers if "set-cookie" in answer.headers]


def test_an_unknown_name_takes_as_long_as_a_wrong_password(city: HubData) -> None:
    def took_ms(name: str) -> float:
        began = SystemClock().real_ms()
        people.verify_password(city.connection, name=name, password="salah sekali")
        return SystemClock().real_ms() - began

    # In turns, and the least of each: what another program on the machine adds is no part of it.
    took = [(took_ms("admin"), took_ms("siapa")) for _ in range(15)]
    known, unknown = (min(side) for side in zip(*took, strict=True))
    assert 0.5 < known / unknown < 2, took


def test_after_five_wrong_passwords_a_name_waits_at_this_place_and_a_colleague_does_not(
    hub: httpx.Client, city: HubData, clock: FakeClock
) -> None:
    city.person("rina", "operator")
    assert [post(hub, password="salah").status_code for _ in range(6)] == [401] * 5 + [429]
    refused = post(hub)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert post(hub, name="rina").status_code == 303, "a colleague at the same place"
    clock.advance(61)
    assert post(hub).status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
                                  "http://[", "/\r\nSet-Cookie: a=b"])  # fmt: skip
def test_signing_in_never_leads_to_another_site(hub: httpx.Client, back: str) -> None:
    assert post(hub, back=back).headers["location"] == "/dinding"


def test_a_form_of_another_site_signs_nobody_in(hub: httpx.Client) -> None:
    assert post(hub, Origin="https://evil.example").status_code == 403
    assert post(hub, Origin="null").status_code == 403, "a sandboxed frame"
    assert post(hub, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert post(hub, Origin="http://127.0.0.1", **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_session_ends_after_twelve_real_hours_whatever_the_rate_of_the_hubs_clock(city: HubData) -> None:
    clock, real = FakeClock(now_ms=city.now_ms, rate=60.0), FakeClock(now_ms=city.now_ms)
    with answering(city.path, clock=clock, real_clock=real) as hub:
        post(hub)
        clock.advance(24 * 3600)
        for _ in range(14):
            real.advance(0.85 * 3600)
            assert is_known(hub)
        real.advance(0.2 * 3600)
        assert not is_known(hub)


def test_a_session_that_nobody_uses_for_an_hour_ends_and_looking_is_using(hub: httpx.Client, clock: FakeClock) -> None:
    post(hub)
    for _ in range(3):
        clock.advance(3000)
        assert is_known(hub)
    clock.advance(3601)
    assert not is_known(hub)


def test_a_clock_that_was_set_back_does_not_make_a_session_longer(hub: httpx.Client, clock: FakeClock) -> None:
    post(hub)
    clock.step_wall(-3600)
    assert not is_known(hub)


def test_signing_out_ends_the_session_for_whoever_holds_its_cookie(hub: httpx.Client) -> None:
    post(hub)
    csrf = csrf_of(hub)
    cookie = hub.cookies[SESSION_COOKIE]
    assert hub.post("/keluar", data={"csrf": "wrong"}).status_code == 403
    hub.post("/keluar", data={"csrf": csrf})
    hub.cookies.set(SESSION_COOKIE, cookie)
    assert not is_known(hub)


def csrf_of(hub: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', hub.get("/sungai").text)
    assert found is not None
    return found[1]


def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(
    hub: httpx.Client, elsewhere: httpx.Client
) -> None:
    post(elsewhere)
    planted = elsewhere.cookies[SESSION_COOKIE]
    hub.cookies.set(SESSION_COOKIE, planted, domain="127.0.0.1", path="/")
    answer = post(hub)
    assert planted not in answer.headers["set-cookie"]
    assert not is_known(elsewhere), "what was planted ends with the sign-in"
    made_up = "x" * 43
    elsewhere.cookies.clear()
    elsewhere.cookies.set(SESSION_COOKIE, made_up)
    assert made_up not in post(elsewhere).headers["set-cookie"]


def test_the_cookie_of_another_hub_is_nobodys(hub: httpx.Client, city: HubData, clock: FakeClock) -> None:
    post(hub)
    other = HubData(city.path.with_name("other.db"))
    other.admin()
    with answering(other.path, clock=clock) as stranger:
        stranger.cookies.set(SESSION_COOKIE, hub.cookies[SESSION_COOKIE])
        assert not is_known(stranger)
    other.close()


def test_the_csrf_token_of_another_session_is_none(hub: httpx.Client, elsewhere: httpx.Client) -> None:
    post(hub)
    post(elsewhere)
    form = {"csrf": csrf_of(elsewhere), "seen_version": "3"}
    assert hub.post("/alarm/a-awas/konfirmasi", data=form).status_code == 403
    form["csrf"] = csrf_of(hub)
    foreign = {"Origin": "https://evil.example"}
    assert hub.post("/alarm/a-awas/konfirmasi", data=form, headers=foreign).status_code == 403
    assert hub.post("/alarm/a-awas/konfirmasi", data=form).status_code == 303


def test_an_eleventh_session_ends_the_first(city: HubData, hub: httpx.Client, clock: FakeClock) -> None:
    cookies = []
    for _ in range(sessions.PER_USER + 1):
        hub.cookies.clear()
        post(hub)
        cookies.append(hub.cookies[SESSION_COOKIE])
        clock.advance(1)
    (count,) = city.connection.execute("SELECT count(*) FROM sessions").fetchone()
    assert count == sessions.PER_USER

    def works(cookie: str) -> bool:
        hub.cookies.clear()
        hub.cookies.set(SESSION_COOKIE, cookie)
        return is_known(hub)

    assert [works(cookie) for cookie in cookies] == [False] + [True] * sessions.PER_USER


@pytest.mark.parametrize("deed", ["password", "role", "disable"])
def test_a_new_password_another_role_and_the_end_of_an_account_end_every_session_at_once(
    hub: httpx.Client, city: HubData, deed: str
) -> None:
    post(hub)
    user = people.user(city.connection, "admin")
    assert user is not None
    with database.write(city.connection) as connection:
        if deed == "password":
            people.set_password(connection, user.user_id, password_hash=people.hash_of("yang baru sekali"))
        elif deed == "role":
            people.set_role(connection, user.user_id, role="viewer")
        else:
            people.disable(connection, user.user_id, now_real_ms=city.now_ms)
    assert not is_known(hub)
    people.enable(city.connection, user.user_id)
    assert not is_known(hub), "what has ended does not begin again"


def test_what_is_longer_than_any_form_of_ours_is_not_read(hub: httpx.Client) -> None:
    assert post(hub, password="x" * 70_000).status_code == 413


def test_what_came_of_signing_in_is_counted(hub: httpx.Client) -> None:
    for password in [PASSWORD, *["salah"] * 6]:
        post(hub, password=password)
    figures = hub.get("/metrics").text
    for result, count in (("done", 1), ("wrong", 5), ("limited", 1), ("busy", 0)):
        assert f'jagawai_sign_ins_total{{result="{result}"}} {count}.0' in figures


def test_a_name_is_known_with_a_space_behind_it_and_composed_or_not_and_stays_in_the_form(
    hub: httpx.Client,
) -> None:
    wrong = post(hub, name="Ren\u00e9 ", password="salah sekali")
    assert (wrong.status_code, 'value="Ren\u00e9"' in wrong.text) == (401, True)
    assert post(hub, name=" admin ").status_code == 303


def test_words_that_were_written_before_the_session_ended_are_given_back(hub: httpx.Client) -> None:
    words, html = "warga sudah <naik> ke masjid", {"Accept": "text/html"}
    late = hub.post("/alarm/a-awas/catatan", data={"text": words, "csrf": "x"}, headers=html)
    assert (late.status_code, "warga sudah &lt;naik&gt; ke masjid" in late.text) == (401, True)
    assert 'href="/masuk?kembali=/alarm/a-awas"' in late.text
    post(hub)
    old_page = hub.post("/alarm/a-awas/tunda", data={"why": words, "csrf": "x"}, headers=html)
    assert (old_page.status_code, "&lt;naik&gt; ke masjid" in old_page.text) == (403, True)
    foreign = hub.post("/alarm/a-awas/catatan", data={"text": words}, headers=html | {"Origin": "https://lain.example"})
    assert (foreign.status_code, "masjid" in foreign.text) == (403, False), "no other site writes on our pages"
