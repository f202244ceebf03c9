import sqlite3
from pathlib import Path

import httpx
import pytest

from contract.clock import SystemClock
from hub.wall.city import City
from tests.support.cities import peaceful_city
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.webs import answering

PAGES = ("/dinding", "/sungai", "/sungai/wai-ruhu-1", "/simpul", "/alarm", "/alarm/a-awas", "/masuk", "/tentang")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_lets_anything_from_elsewhere_in(hub: httpx.Client, path: str) -> None:
    answer = hub.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    page = answer.text
    assert "<script>" not in page
    assert " style=" not in page
    assert " onclick" not in page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_comes_in_both_languages_and_names_the_demo(city: HubData, clock: FakeClock, path: str) -> None:
    with answering(city.path, clock=clock, city=City(mark="PERAGAAN 60x")) as hub:
        indonesian, english = hub.get(path).text, hub.get(f"{path}?lang=en").text
    assert '<html lang="id">' in indonesian
    assert '<html lang="en">' in english
    assert "PERAGAAN 60x" in indonesian
    assert "14 Mei 2015" in indonesian
    assert "14 May 2015" in english


def test_a_language_once_chosen_stays(hub: httpx.Client) -> None:
    hub.get("/sungai?lang=en")
    assert '<html lang="en">' in hub.get("/alarm").text
    hub.get("/sungai?lang=id")
    assert '<html lang="id">' in hub.get("/alarm").text


def test_the_wall_shows_values_before_any_script_runs(hub: httpx.Client) -> None:
    page = hub.get("/dinding").text
    for words in (
        "2,26",
        "AWAS",
        "umur data 14 dtk",
        "mutu baik",
        "BELUM ADA DATA",
        "POS PUTUS",
        "+0,34 m / 30 mnt",
        "ambang Awas 2,20 m",
        "eskalasi 01:20 lagi",
        "diserahkan, belum dibaca",
        "GAGAL",
        "+74 dtk",
    ):
        assert words in page, words
    assert 'class="line" d="M' in page


def test_a_station_of_which_nothing_is_known_now_is_never_called_normal(hub: httpx.Client) -> None:
    rows = hub.get("/sungai").text.split("</tbody>")[0].split("<tr ")
    silent = next(row for row in rows if "Wai Lela" in row)
    never = next(row for row in rows if "Waiheru" in row)
    assert "Normal" not in silent
    assert "Normal" not in never
    assert "Tidak diketahui" in silent


def test_an_awas_that_goes_stale_stays_awas_and_says_that_it_is_stale(hub: httpx.Client, city: HubData) -> None:
    city.update("station_now", "station_id", "wai-ruhu-1", is_stale=1)
    page = hub.get("/dinding").text
    tile = page.split('<article class="tile" data-station="wai-ruhu-1"')[1].split("</article>")[0]
    assert 'data-severity="3" data-state="stale"' in tile
    assert "AWAS" in tile
    assert "DATA BASI" in tile


@pytest.mark.parametrize(
    ("standing", "words"), [("quarantined", "KOTAK DIKARANTINA"), ("revoked", "KOTAK DICABUT"), ("live", "POS PUTUS")]
)
def test_a_station_whose_box_is_refused_is_not_heard_and_its_tile_says_why(
    hub: httpx.Client, city: HubData, standing: str, words: str
) -> None:
    city.insert("standings", node_id="n-7f3k2m94", standing=standing, reason="dua papan", actor="hub", at_ms=1)
    tile = hub.get("/dinding").text.split('<article class="tile" data-station="wai-lela"')[1].split("</article>")[0]
    assert 'data-state="lost"' in tile
    assert words in tile
    assert "sejak " in tile
    assert hub.get("/api/v1/stations/wai-lela").json()["box_standing"] == standing


def test_in_peace_no_colour_of_a_level_is_on_the_wall(tmp_path: Path) -> None:
    city = peaceful_city(tmp_path / "hub.db")
    with answering(city.path, clock=FakeClock(now_ms=city.now_ms)) as hub:
        page = hub.get("/dinding").text
    city.close()
    assert "Tidak ada alarm aktif · terakhir Siaga di Batu Gajah, selesai 06:53" in page
    body = page.split('<ul class="legend">')[0] + page.split('id="rivers"')[1].split('id="timeline"')[0]
    for severity in (1, 2, 3):
        assert f'class="tile" data-severity="{severity}"' not in body
    assert 'data-reached="true" d="M0,' not in body


def test_only_a_signed_in_person_is_offered_the_key(hub: httpx.Client) -> None:
    assert "<kbd>F2</kbd>" not in hub.get("/dinding").text
    hub.post("/masuk", data={"name": "admin", "password": "wai-ruhu-2015"})
    assert "<kbd>F2</kbd>" in hub.get("/dinding").text


def test_a_name_with_markup_in_it_stays_a_name(hub: httpx.Client, city: HubData) -> None:
    city.update("stations", "station_id", "wai-ruhu-1", name="</script><b>Wai</b>")
    for path in ("/dinding", "/sungai", "/sungai/wai-ruhu-1", "/alarm"):
        page = hub.get(path).text
        assert "<b>Wai</b>" not in page
        assert "</script><" not in page.replace("</script>\n<", "")


def test_the_map_shows_kelurahan_only_with_a_map_pack_and_names_its_source(
    city: HubData, clock: FakeClock, tmp_path: Path
) -> None:
    feature = (
        '{"features":[{"properties":{"v":"a","k":"Sirimau"},"geometry":{"type":"Polygon","coordinates":'
        "[[[128.18,-3.72],[128.22,-3.72],[128.22,-3.68],[128.18,-3.72]]]}}]}"
    )
    (tmp_path / "x-kelurahan.geojson").write_text(feature, encoding="utf-8")
    (tmp_path / "ATTRIBUTION.md").write_text("Batas: Badan Uji", encoding="utf-8")
    with answering(city.path, clock=clock) as hub:
        assert 'class="villages"' not in hub.get("/dinding").text
        assert "OpenStreetMap contributors (ODbL)" in hub.get("/dinding").text
    with answering(city.path, clock=clock, city=City(map_pack=tmp_path)) as hub:
        page = hub.get("/dinding").text
        assert 'class="villages" d="M' in page
        assert "kelurahan: paket peta kota" in page
        assert "Batas: Badan Uji" in hub.get("/tentang").text


def test_a_river_page_draws_the_span_that_was_asked_for_and_links_its_csv(hub: httpx.Client) -> None:
    for span, step in (("6j", 60), ("24j", 60), ("5h", 600)):
        page = hub.get(f"/sungai/wai-ruhu-1?rentang={span}").text
        link = page.split('class="csv" href="')[1].split('"')[0].replace("&amp;", "&")
        rows = int(page.split("CSV <small>")[1].split(" ")[0])
        assert f"step={step}&" in link
        assert abs(hub.get(link).text.count("\n") - 1 - rows) <= 1
        assert page.count('class="hydrograph ') == 2


def test_the_ladder_names_every_threshold_its_version_and_its_author(hub: httpx.Client) -> None:
    page = hub.get("/sungai/wai-batu-merah").text
    for words in ("mulai 2,20 m", "turun di bawah 1,62 m", "Ambang versi 3", "admin", "survei lapangan", "sekarang"):
        assert words in page, words


def test_a_missing_page_is_a_page_and_a_missing_path_of_the_api_is_json(hub: httpx.Client) -> None:
    page = hub.get("/sungai/none", headers={"Accept": "text/html"})
    assert (page.status_code, "Tidak ada pos" in page.text) == (404, True)
    answer = hub.get("/api/v1/none", headers={"Accept": "text/html"})
    assert answer.json()["error"]["code"] == "not_found"
    posted = hub.post("/api/v1/stations")
    assert (posted.status_code, posted.json()["error"]["code"]) == (405, "method_not_allowed")
    assert posted.headers["allow"] == "GET"
    assert "POST" in posted.json()["error"]["en"]


def test_a_failure_inside_is_answered_in_both_languages_and_tells_no_secret(
    city: HubData, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(city.path, clock=clock) as hub:
        city.connection.execute("DROP TABLE dead_letters")
        answer = hub.get("/api/v1/dead-letters")
    assert answer.status_code == 500
    assert set(answer.json()["error"]) == {"code", "id", "en"}
    assert "dead_letters" not in answer.text
    assert "GET /api/v1/dead-letters failed" in caplog.text


def test_while_another_process_holds_the_database_a_person_is_told_to_try_again(
    city: HubData, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.storage.connection.RETRIES", 5)
    holder = sqlite3.connect(city.path, isolation_level=None)
    token = city.api_token()
    holder.execute("BEGIN IMMEDIATE")
    with answering(city.path, clock=clock) as hub:
        answer = hub.post(
            "/api/v1/alerts/a-awas/acknowledge",
            json={"seen_version": 3},
            headers={"Authorization": f"Bearer {token}"},
        )
    holder.close()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "too_busy")


def test_static_files_may_be_kept_for_ever_under_the_address_of_their_content(hub: httpx.Client) -> None:
    page = hub.get("/dinding").text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    answer = hub.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hub.get(address.replace("/css/", "/css/../../")).status_code == 404


def test_an_empty_hub_has_pages_too(tmp_path: Path) -> None:
    hub_data = HubData(tmp_path / "hub.db")
    with answering(hub_data.path, clock=SystemClock()) as hub:
        for path in ("/dinding", "/sungai", "/simpul", "/alarm"):
            assert hub.get(path).status_code == 200
    hub_data.close()


@pytest.mark.parametrize("path", ["/healthz", "/dinding"])
def test_a_monitor_may_ask_for_the_head_alone(hub: httpx.Client, path: str) -> None:
    assert hub.head(path).status_code == 200


def test_a_time_that_no_database_holds_is_a_wrong_question(hub: httpx.Client) -> None:
    assert hub.get(f"/api/v1/alerts?before_ms={2**53}").status_code == 200
    assert hub.get(f"/api/v1/alerts?before_ms={10**20}").status_code == 422
