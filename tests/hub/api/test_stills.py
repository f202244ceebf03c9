"""`Lihat sekarang` at a page and by a token; what of pictures is shown to whom."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hub.storage import audit
from hub.storage.audit import Wanted
from tests.hub.api.test_alerts import bearer
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.seats import Browser, Seat, person, seated
from tests.support.sightings import watched_city
from tests.support.stills import MARKET_EYE, add_asked, add_still
from tests.support.webs import answering, keeping_pictures

PAGE, LIST = "/kamera/pasar-mardika", "/api/v1/views/pasar-mardika/stills"
PRESS = f"{PAGE}/lihat"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    made = watched_city(tmp_path / "hub.db", minutes=2)
    yield made
    made.close()


@pytest.fixture
def hub(city: HubData, clock: FakeClock, tmp_path: Path) -> Iterator[httpx.Client]:
    """A hub that keeps pictures."""
    with answering(city.path, clock=clock, through=keeping_pictures(tmp_path / "blobs")) as client:
        yield client


def sit(city: HubData, browser: Browser, role: str) -> Seat:
    person(city, role, role)
    return seated(city, browser(), role)


def asked(city: HubData) -> int:
    return len(list(audit.rows(city.connection, Wanted(action="picture.asked"))))


def test_a_press_leads_back_to_the_page_which_says_who_waits(city: HubData, browser: Browser) -> None:
    sari, budi = sit(city, browser, "operator"), sit(city, browser, "bpbd")
    pressed = sari.post(PRESS)
    assert (pressed.status_code, pressed.headers["location"]) == (303, f"{PAGE}#gambar")
    assert budi.post(PRESS).status_code == 303
    assert asked(city) == 1, "the second one waits for the same picture"
    text = budi.get(PAGE).text
    assert "Menunggu kotak" in text
    assert "diminta operator pukul" in text
    assert 'data-waiting="' in text


def test_a_press_needs_the_right_and_the_token_of_the_page(city: HubData, browser: Browser) -> None:
    viewer, operator = sit(city, browser, "viewer"), sit(city, browser, "operator")
    assert viewer.post(PRESS).status_code == 403
    assert operator.post(PRESS, csrf="wrong").status_code == 403
    nobody = browser().post(PRESS, headers={"Accept": "text/html"})
    assert nobody.status_code == 401
    assert "/masuk?kembali=/kamera/pasar-mardika" in nobody.text
    assert asked(city) == 0


def test_where_it_is_refused_the_page_says_why_in_its_language(city: HubData, browser: Browser) -> None:
    sari = sit(city, browser, "operator")
    add_asked(city, MARKET_EYE, ago_s=2, result="failed", result_text="gelap / dark")
    soon = sari.post(PRESS)
    assert (soon.status_code, "baru saja diminta" in soon.text) == (429, True)
    assert "Tidak ada gambar:</b> <span>gelap" in soon.text
    city.update("nodes", "node_id", MARKET_EYE[0], is_online=0)
    city.update("commands", "command_id", "01", issued_ms=city.now_ms - 60_000)
    away = sari.client.post(f"{PRESS}?lang=en", data={"csrf": sari.csrf}, headers={"Accept": "text/html"})
    assert (away.status_code, "is not connected" in away.text, "dark</span>" in away.text) == (409, True, True)


def test_an_old_refusal_is_no_news_and_neither_is_one_before_a_newer_picture(city: HubData, browser: Browser) -> None:
    sari = sit(city, browser, "operator")
    add_asked(city, MARKET_EYE, ago_s=700, result="failed", result_text="gelap")
    assert "gelap" not in sari.get(PAGE).text
    add_asked(city, MARKET_EYE, ago_s=60, result="failed", result_text="gelap", command_id="02")
    assert "gelap" in sari.get(PAGE).text
    add_still(city, MARKET_EYE, ago_s=30)
    assert "gelap" not in sari.get(PAGE).text


def test_a_picture_that_was_on_its_way_at_the_press_does_not_hide_the_answer(
    city: HubData, browser: Browser
) -> None:  # fmt: skip
    sari = sit(city, browser, "operator")
    add_still(city, MARKET_EYE, ago_s=60.2)  # its file is there 0.4 s later
    add_asked(city, MARKET_EYE, ago_s=60)
    assert "Kotak tidak menjawab" in sari.get(PAGE).text


def test_the_newest_is_shown_with_time_reason_and_what_is_drawn_and_an_older_one_by_its_link(
    city: HubData, browser: Browser
) -> None:
    sari = sit(city, browser, "operator")
    first = add_still(city, MARKET_EYE, ago_s=3_600, number=1)
    add_asked(city, MARKET_EYE, ago_s=61, by="budi", result="done")
    newest = add_still(city, MARKET_EYE, ago_s=60, number=2, why="asked", command_id="01")
    text = sari.get(PAGE).text
    assert f'src="/api/v1/blobs/{newest}"' in text
    assert first not in text, "one picture a page: each sight is a row of the audit log"
    assert "diminta budi" in text
    assert 'class="over" viewBox="0 0 1600 900"' in text
    assert "13:52:00" in text
    older = sari.get(f"{PAGE}?sampai={city.now_ms - 3_600_000}").text
    assert f'src="/api/v1/blobs/{first}"' in older
    assert "gambar tiap jam" in older


def test_who_may_not_see_pictures_gets_neither_address_nor_names(city: HubData, browser: Browser) -> None:
    add_asked(city, MARKET_EYE, ago_s=61, by="budi", result="failed", result_text="gelap")
    sha256 = add_still(city, MARKET_EYE, ago_s=600)
    seat = sit(city, browser, "viewer")
    text = seat.get(PAGE).text
    assert [word in text for word in (sha256, "budi", "Lihat sekarang</button>")] == [False, False, False]
    assert "Gambar hanya tampil untuk" in text
    assert seat.get(LIST).status_code == 403


def test_a_program_asks_and_finds_the_picture_in_the_list(city: HubData, hub: httpx.Client) -> None:
    headers = bearer(city)
    told = hub.post(LIST, headers=headers)
    assert (told.status_code, told.json()["stage"]) == (202, "waiting")
    add_still(city, MARKET_EYE, ago_s=0, why="asked", command_id=told.json()["command_id"])
    found = hub.get(LIST, headers=headers).json()
    assert (found["request"]["stage"], found["stills"][0]["asked_by"]) == ("here", "tests")
    assert found["stills"][0]["address"].startswith("/api/v1/blobs/")


def test_a_hub_that_keeps_no_pictures_says_so(city: HubData, clock: FakeClock) -> None:
    with answering(city.path, clock=clock) as plain:
        person(city, "sari", "operator")
        seat = seated(city, httpx.Client(transport=plain._transport, base_url="http://127.0.0.1"), "sari")
        text = seat.get(PAGE).text
    assert "Pusat ini tidak menerima gambar" in text
    assert "Lihat sekarang</button>" not in text


def test_a_hub_without_tls_asks_no_box_for_a_picture_and_says_why(city: HubData, clock: FakeClock) -> None:
    with answering(city.path, clock=clock) as plain:
        told = plain.post(LIST, headers=bearer(city))
    assert (told.status_code, asked(city)) == (409, 0)
    assert "hanya lewat TLS" in told.json()["error"]["id"]
    assert "by TLS only" in told.json()["error"]["en"]
    assert city.connection.execute("SELECT count(*) FROM commands").fetchone() == (0,)
