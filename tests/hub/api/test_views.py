"""Views and what was counted there, over HTTP."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.api.routes.times import MOST_ROWS
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.sightings import MINUTE_MS, add_fault, add_view, changed, take_in, watched_city, windows
from tests.support.webs import answering

MARKET = ("n-7f3k2m90", "c1")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood, with cameras."""
    made = watched_city(tmp_path / "hub.db", minutes=60)
    yield made
    made.close()


def view(hub: httpx.Client, view_id: str = "pasar-mardika") -> dict[str, Any]:
    found: dict[str, Any] = hub.get(f"/api/v1/views/{view_id}").json()
    return found


def test_a_view_says_what_it_counts_now_and_how_far_that_can_be_trusted(hub: httpx.Client) -> None:
    told = [(one["id"], one["state"], one["traffic"], one["unit"]) for one in hub.get("/api/v1/views").json()]
    assert told == [
        ("pasar-mardika", "fresh", "macet", "per_minute"),
        ("jembatan-merah-putih", "slow", "lancar", "at_once"),
        ("bantaran-batu-gajah", "fresh", "", "at_once"),
    ]
    market = view(hub)
    line, road = market["places"]
    assert (line["kind"], road["kind"], line["forward_name"]) == ("line", "road", "ke pasar")
    assert market["count"] == line["per_minute"] == line["count"] > 0
    assert sum(market["by_label"].values()) == line["count"]
    assert market["age_s"] == pytest.approx(12, abs=0.1)
    assert market["drawing"]["zones"]["jalan"]["outline"][0] == [0.08, 0.45]
    assert market["traffic_since_ms"] is not None


@pytest.mark.parametrize(
    ("later_s", "state"), [(100, "fresh"), (130, "late"), (200, "stale"), (400, "lost")]
)  # fmt: skip
def test_a_view_grows_old(hub: httpx.Client, clock: FakeClock, later_s: int, state: str) -> None:
    clock.advance(later_s)
    assert view(hub)["state"] == state
    assert view(hub)["count"] > 0, "what was known last stays, and is old"


def test_a_fault_of_the_camera_blinds_the_view_until_it_is_over(hub: httpx.Client, city: HubData) -> None:
    add_fault(city, MARKET, "camera_stalled", "diam 12 s")
    assert (view(hub)["state"], view(hub)["faults"][0]["code"]) == ("blind", "camera_stalled")
    add_fault(city, MARKET, "camera_stalled", "", active=False, ago_s=1)
    assert view(hub)["state"] == "fresh"


def test_what_was_counted_in_the_dark_is_no_number(hub: httpx.Client, city: HubData) -> None:
    eye = ("n-7f3k2m95", "c1")
    add_view(city, "gelap", "Gelap", None, eye=eye)
    dark = {"doubts": ("cannot_see",), "count": 0, "by_label": {}}
    told = [*windows("jalan", now_ms=city.now_ms, minutes=2, per_minute=9, change=lambda _ago, _one: dark)]
    take_in(city, eye, told, spool_no=73)
    shown = view(hub, "gelap")
    assert (shown["state"], shown["count"], shown["by_label"]) == ("blind", None, {})


def test_a_picture_of_another_shape_doubts_the_counts_and_an_hour_that_cannot_be_is_not_told(
    hub: httpx.Client, city: HubData
) -> None:
    add_fault(city, MARKET, "camera_reshaped", "640x480", ago_s=60 * 365 * 86_400)
    assert (view(hub)["state"], view(hub)["faults"][0]["at_ms"]) == ("fresh", None)
    tile = hub.get("/dinding/kamera").text.partition("</article>")[0]
    assert "BENTUK GAMBAR BERUBAH" in tile
    assert "diragukan" in tile


def test_who_comes_to_the_bank_is_there_at_once_and_no_minute_is_counted_twice(
    hub: httpx.Client, city: HubData
) -> None:
    bank = ("n-7f3k2m93", "c1")
    (last,) = windows("bantaran", now_ms=city.now_ms, minutes=1, per_minute=1, road=False)
    came = {"label": "person", "count": 3, "window_s": None, "by_label": {}, "occupied": None, "frames": None,
            "at_ms": city.now_ms - 2_000, "up_ms": 10**9 + 10_000}  # fmt: skip
    take_in(city, bank, [changed(last, came)], spool_no=64)
    now = view(hub, "bantaran-batu-gajah")
    assert (now["count"], now["by_label"], now["age_s"]) == (3, {"person": 3}, 2)
    newest = series(hub, view="bantaran-batu-gajah", step="60")[-1]
    assert (newest["count"], newest["seconds"], newest["windows"]) == (3, 60, 1), "one look, and the three are its most"
    assert hub.get("/kamera/bantaran-batu-gajah").status_code == 200


def test_a_view_without_a_camera_and_a_camera_without_a_view_are_there_too(hub: httpx.Client, city: HubData) -> None:
    add_view(city, "tanpa-kamera", "Tanpa kamera", None, position=9)
    eye = ("n-7f3k2m94", "c2")
    take_in(city, eye, [*windows("jalan", now_ms=city.now_ms, minutes=3, per_minute=5)], spool_no=70)
    states = {
        one["id"]: (one["state"], one["is_bound"], one["count"] is None) for one in hub.get("/api/v1/views").json()
    }
    assert states["tanpa-kamera"] == ("never", True, True)
    assert states["n-7f3k2m94.c2"] == ("fresh", False, False)
    assert view(hub, "n-7f3k2m94.c2")["places"][0]["kind"] == "zone"
    assert hub.get("/api/v1/views/none").status_code == 404
    for view_id in ("tanpa-kamera", "n-7f3k2m94.c2"):
        assert hub.get(f"/kamera/{view_id}").status_code == 200
    assert "view=tanpa-kamera" in hub.get("/kamera/tanpa-kamera").text
    assert "node=n-7f3k2m94&amp;source=c2" in hub.get("/kamera/n-7f3k2m94.c2").text


def test_a_line_that_nobody_crosses_is_a_line_also_where_nothing_is_drawn_at_the_hub(
    hub: httpx.Client, city: HubData
) -> None:
    eye = ("n-7f3k2m95", "r1")
    quiet = windows("gerbang", now_ms=city.now_ms, minutes=3, per_minute=0, is_line=True)
    take_in(city, eye, [*quiet], spool_no=71)
    (place,) = view(hub, "n-7f3k2m95.r1")["places"]
    assert (place["kind"], place["per_minute"]) == ("line", 0)
    assert {one["is_line"] for one in series(hub, node=eye[0], step="60")} == {True}
    page = hub.get("/kamera/n-7f3k2m95.r1").text
    assert "<b>0</b> lewat / mnt" in page
    assert "sekaligus" not in page.partition('id="now"')[2].partition("</section>")[0]


def test_a_place_of_an_older_drawing_is_no_longer_of_now(hub: httpx.Client, city: HubData) -> None:
    old = [*windows("lama", now_ms=city.now_ms - 30 * MINUTE_MS, minutes=2, per_minute=90)]
    take_in(city, MARKET, old, spool_no=60)
    assert [one["name"] for one in view(hub)["places"]] == ["gerbang", "jalan"]


def series(hub: httpx.Client, **params: Any) -> list[dict[str, Any]]:
    answer = hub.get("/api/v1/sightings", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["sightings"]
    return found


def test_steps_add_up_and_every_filter_leaves_only_its_own(hub: httpx.Client) -> None:
    minutes = series(hub, view="pasar-mardika", zone="gerbang", step="60")
    assert len(minutes) == 60
    assert {(one["view_id"], one["node_id"], one["source"]) for one in minutes} == {("pasar-mardika", *MARKET)}
    assert [one["at_ms"] for one in minutes] == sorted(one["at_ms"] for one in minutes)
    hours = series(hub, node=MARKET[0], source="c1", zone="gerbang", step="3600")
    assert sum(one["count"] for one in hours) == sum(one["count"] for one in minutes)
    (some,) = series(hub, view="pasar-mardika", zone="jalan", step="3600", **{"from": 0})[-1:]
    assert some["count"] == max(some["by_label"].values()) or some["count"] > max(some["by_label"].values())
    assert series(hub, node="n-other1") == series(hub, source="c9") == series(hub, view="tiada") == []
    late = minutes[30]["at_ms"]
    assert len(series(hub, view="pasar-mardika", zone="gerbang", **{"from": late, "to": late + 60_000})) == 1


def test_doubts_are_told_with_the_counts(hub: httpx.Client) -> None:
    bridge = series(hub, view="jembatan-merah-putih", step="60")
    assert 0 < sum("too_slow" in one["doubts"] for one in bridge) < len(bridge)


def test_a_csv_is_the_same_as_the_json(hub: httpx.Client) -> None:
    answer = hub.get("/api/v1/sightings", params={"view": "pasar-mardika", "format": "csv", "step": "60"})
    lines = [*csv.DictReader(io.StringIO(answer.text))]
    told = series(hub, view="pasar-mardika", step="60")
    assert len(lines) == len(told) == 120
    for line, one in zip(lines, told, strict=True):
        assert int(line["count"]) == one["count"]
        assert int(line["forward"]) == sum(one["forward"].values())
        assert int(line["motorcycle"]) == one["by_label"].get("motorcycle", 0)
        assert (line["zone"], line["kind"]) == (one["zone"], "line" if one["is_line"] else "zone")
        assert float(line["macet_s"]) == one["states"].get("macet", 0)


@pytest.mark.parametrize("query", ["from=soon", "from=2&to=1", "step=7", "format=xml", f"zone={'x' * 501}"])
def test_what_cannot_be_used_is_refused_in_words(hub: httpx.Client, query: str) -> None:
    answer = hub.get(f"/api/v1/sightings?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["id"]


def test_too_many_rows_are_asked_for_as_csv(hub: httpx.Client, city: HubData) -> None:
    start_ms = city.now_ms // MINUTE_MS * MINUTE_MS
    city.connection.execute("BEGIN")
    city.connection.executemany(
        "INSERT INTO sightings_60 VALUES (1, ?, 'banyak', '{\"windows\":1,\"seconds\":60}')",
        [(start_ms - number * MINUTE_MS,) for number in range(MOST_ROWS + 1)],
    )
    city.connection.execute("COMMIT")
    asked = {"from": "0", "step": "60", "zone": "banyak"}
    assert "format=csv" in hub.get("/api/v1/sightings", params=asked).json()["error"]["en"]
    answer = hub.get("/api/v1/sightings", params=asked | {"format": "csv"})
    assert answer.text.count("\n") == MOST_ROWS + 2


def test_the_wall_knows_the_views_that_have_a_tile(hub: httpx.Client, city: HubData) -> None:
    for number in range(3):
        add_view(city, f"lain-{number}", f"Lain {number}", None, position=10 + number)
    wall = hub.get("/api/v1/wall").json()
    assert wall["layout"]["views"] == ["pasar-mardika", "lain-0", "lain-1"]
    assert wall["layout"]["views_folded"] == 3
    assert {one["id"] for one in wall["views"]} == set(wall["layout"]["views"])


def test_pages_name_counts_units_and_why_nothing_is_known(hub: httpx.Client, city: HubData) -> None:
    add_fault(city, MARKET, "camera_codec", "MJPEG <b>")
    page = hub.get("/kamera/pasar-mardika").text
    assert "VIDEO TIDAK TERBACA" in page
    assert "MJPEG &lt;b&gt;" in page
    assert "TERLALU LAMBAT UNTUK MENGHITUNG" in hub.get("/kamera").text
    tiles = hub.get("/dinding/kamera").text
    assert tiles.count("<article") == 3
    assert "VIDEO UNREADABLE" in hub.get("/dinding/kamera?lang=en").text
    for span in ("24j", "7h"):
        assert hub.get(f"/kamera/jembatan-merah-putih?rentang={span}").status_code == 200
    assert hub.get("/kamera/none").status_code == 404
    assert hub.get(f"/kamera/pasar-mardika?sampai={'9' * 19}").status_code == 422
    assert hub.get("/kamera").text.count('class="outline"') == 3


def test_a_cameras_head_says_its_road_and_since_when_then_what_is_doubted(hub: httpx.Client, city: HubData) -> None:
    def head(view_id: str) -> str:
        found = hub.get(f"/kamera/{view_id}").text.partition('aria-label="Keadaan sekarang"')[2].partition("</p>")[0]
        return " ".join(re.sub(r"<[^>]*>", " ", found.partition(">")[2]).split())

    assert re.fullmatch(r"MACET sejak \d\d:\d\d", head("pasar-mardika"))
    assert re.fullmatch(r"LANCAR sejak \d\d:\d\d TERLALU LAMBAT UNTUK MENGHITUNG", head("jembatan-merah-putih"))
    add_fault(city, MARKET, "camera_codec", "MJPEG")
    assert re.fullmatch(r"VIDEO TIDAK TERBACA sejak \d\d:\d\d", head("pasar-mardika"))


def test_the_tile_of_a_camera_that_fails_says_what_to_do_in_the_citys_language(
    hub: httpx.Client, city: HubData
) -> None:
    add_fault(city, MARKET, "camera_away", "c1: tidak ada jawaban. Periksa kabel <b>. / no answer. Check the cable.")
    tile = hub.get("/dinding/kamera").text.partition("</article>")[0]
    assert '<p class="why" lang="id">c1: tidak ada jawaban. Periksa kabel &lt;b&gt;.</p>' in tile
    assert "Check the cable" not in tile


def test_a_clip_that_is_over_says_so(hub: httpx.Client, city: HubData) -> None:
    add_fault(city, MARKET, "camera_ended", "pasar.mp4: klip selesai. Jalankan ulang agen. / the clip is over.")
    tile = hub.get("/dinding/kamera").text.partition("</article>")[0]
    assert "KLIP SELESAI" in tile
    assert "pasar.mp4: klip selesai. Jalankan ulang agen.</p>" in tile
    assert "TIDAK DAPAT MELIHAT" not in tile


def test_a_clock_that_runs_fast_makes_no_camera_old_that_looks_in_real_time(city: HubData) -> None:
    (last,) = windows("gerbang", now_ms=city.now_ms, minutes=1, per_minute=9, is_line=True, until_min=0)
    now = changed(last, {"window_s": 10.0, "up_ms": last.up_ms + 1, "at_ms": city.now_ms - 590_000, "seq": 1})
    add_view(city, "peragaan", "Peragaan", None, eye=("n-7f3k2m99", "c1"))
    take_in(city, ("n-7f3k2m99", "c1"), [now], spool_no=99)
    with answering(city.path, clock=FakeClock(now_ms=city.now_ms, rate=60.0)) as hub:
        assert view(hub, "peragaan")["state"] == "fresh", "the next window is not over"
        page = hub.get("/kamera/peragaan").text
        assert "per 10 mnt" in page, "a bar has room for a whole window"
        assert re.search(r'<path data-group="[a-z]+" stroke-width', page), "ten real seconds are ten minutes of it"


def test_what_was_counted_in_steps_nobody_could_see_is_in_no_total(hub: httpx.Client, city: HubData) -> None:
    eye = ("n-7f3k2m96", "c1")
    add_view(city, "gelap", "Gelap", None, eye=eye)
    lit = [*windows("jalan", now_ms=city.now_ms, minutes=9, per_minute=20)]
    told = [
        changed(one, {"by_label": {"car": 3}} if ago % 2 else {"by_label": {"car": 77}, "doubts": ("cannot_see",)})
        for ago, one in enumerate(lit)
    ]
    take_in(city, eye, told, spool_no=72)
    totals = hub.get("/kamera/gelap").text.partition('id="classes"')[2].partition("</section>")[0]
    assert "</span> 3</td>" in totals
    assert "77" not in totals
