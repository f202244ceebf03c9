"""Drawing at the hub over HTTP: what is shown, what is refused and where, who may, and what is written down."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from contract.views import digest
from hub.storage import audit, outlines
from hub.storage import connection as database
from hub.storage.audit import Wanted
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.seats import Browser, Seat, person, seated
from tests.support.sightings import BANK, MARKET, changed, take_in, watched_city, windows
from tests.support.stills import MARKET_EYE, add_still

PAGE = "/kamera/pasar-mardika/gambar-zona"
SQUARE = "0.1 0.1\n0.4 0.1\n0.4 0.4\n0.1 0.4"
ZONE = {"kind-0": "road", "name-0": "simpang", "corners-0": SQUARE}


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    """The city in flood, with cameras."""
    made = watched_city(tmp_path / "hub.db", minutes=5)
    yield made
    made.close()


def words(answer: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def hidden(answer: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, name
    return found.group(1)


def checked(seat: Seat, fields: dict[str, str], page: str = PAGE) -> httpx.Response:
    return seat.post(page, deed="check", base=hidden(seat.get(page), "base"), **fields)


def saved(
    seat: Seat, fields: dict[str, str], page: str = PAGE, *, base: str | None = None, why: str = ""
) -> httpx.Response:
    shown = checked(seat, fields, page)
    return seat.post(
        page, deed="save", base=base or hidden(shown, "base"), checked=hidden(shown, "checked"), why=why, **fields
    )  # fmt: skip


def versions(city: HubData, view_id: str = "pasar-mardika") -> list[outlines.OutlineVersion]:
    return outlines.of_view(city.connection, view_id)


def test_what_is_in_force_stands_in_the_form_and_sent_back_unchanged_it_changes_nothing(
    admin: Seat, city: HubData
) -> None:
    answer = admin.get(PAGE)
    fields = dict(re.findall(r'name="((?:name|forward|backward)-\d)"[^>]*value="([^"]*)"', answer.text))
    corners = re.findall(r'name="(corners-\d)"[^>]*>\n([^<]*)</textarea>', answer.text)
    kinds = re.findall(r'name="(kind-\d)".*?value="(\w+)" selected', answer.text)
    sent = {name: html.unescape(value) for name, value in [*fields.items(), *corners, *kinds]}
    assert (sent["name-1"], sent["forward-2"]) == ("jalan", "ke pasar")
    shown = checked(admin, sent)
    assert (shown.status_code, hidden(shown, "checked")) == (200, digest(MARKET))
    assert "Tidak ada yang berubah." in words(shown)
    saved(admin, sent)
    assert [one.version for one in versions(city)] == [1]


def test_a_change_is_shown_then_saved_as_a_version_with_its_author_and_a_row_of_the_audit_log(
    admin: Seat, city: HubData
) -> None:
    shown = checked(admin, ZONE)
    said = words(shown)
    for change in (
        "bagian yang boleh jelas: dihapus",
        "jalan simpang: baru",
        "jalan jalan: dihapus",
        "garis gerbang: dihapus",
    ):
        assert change in said
    assert "Simpan sebagai versi 2" in said
    assert len(versions(city)) == 1, "nothing is saved by looking"
    answer = saved(admin, ZONE, why="tiang dipindah")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?tersimpan=2")
    newest = versions(city)[0]
    assert (newest.version, newest.author, newest.reason) == (2, "admin", "tiang dipindah")
    assert list(newest.drawing.zones) == ["simpang"]
    (row,) = audit.rows(city.connection, Wanted(action="view"))
    assert (row.actor, row.action, row.subject) == ("admin", "view.drawn", "pasar-mardika")
    assert '"version":2' in row.detail
    assert "Versi 2 tersimpan" in words(admin.get(f"{PAGE}?tersimpan=2"))
    for version in (1, 77):
        assert "tersimpan. Kotak" not in words(admin.get(f"{PAGE}?tersimpan={version}")), "only of the one in force"


@pytest.mark.parametrize("way", ["nothing sent", "each ticked to go", "only the clear part left", "an empty file"])
def test_a_drawing_without_zone_and_line_is_saved_only_with_its_own_tick(admin: Seat, city: HubData, way: str) -> None:
    fields = {
        "each ticked to go": ZONE | {"remove-0": "1"},
        "only the clear part left": {"kind-0": "purpose", "corners-0": SQUARE},
    }.get(way, {})
    is_file = way == "an empty file"
    shown = admin.post(f"{PAGE}/berkas", toml='name = "Pasar"') if is_file else checked(admin, fields)
    assert shown.status_code == 200
    assert "kotak tidak menghitung apa pun di sini" in words(shown)
    assert 'name="wipe" value="hapus-semua" required' in shown.text
    sent = {"deed": "save", "base": "1", "checked": hidden(shown, "checked"), "why": "kamera dilepas", **fields}
    for unasked in ({}, {"wipe": ""}, {"wipe": "0"}):
        answer = admin.post(PAGE, **sent, **unasked)
        assert (answer.status_code, len(versions(city))) == (422, 1)
        assert 'Centang "Hapus semua"' in words(answer)
        assert "kamera dilepas" in answer.text, "what was typed is kept"
    assert 'Tick "Remove all"' in words(admin.post(f"{PAGE}?lang=en", **sent))
    assert admin.post(PAGE, **sent, wipe="hapus-semua").status_code == 303
    assert (versions(city)[0].version, versions(city)[0].drawing.zones) == (2, {})
    purpose = {"kind-0": "purpose", "corners-0": "0 0\n1 0\n1 1"}
    assert 'name="wipe"' not in checked(admin, purpose).text, "nothing is left to be wiped"
    assert saved(admin, purpose).status_code == 303


def test_a_first_drawing_without_anything_needs_the_tick_too_for_it_goes_before_the_boxs_own_file(
    admin: Seat, city: HubData
) -> None:
    with database.write(city.connection) as connection:
        connection.execute("DELETE FROM outlines WHERE view_id = 'pasar-mardika'")
    shown = checked(admin, {})
    assert "kotak tidak menghitung apa pun" in words(shown)
    assert saved(admin, {}).status_code == 422
    assert saved(admin, {"wipe": "hapus-semua"}).status_code == 303


def test_a_zone_is_saved_without_the_tick(admin: Seat) -> None:
    assert 'name="wipe"' not in checked(admin, ZONE).text
    assert saved(admin, ZONE).status_code == 303


def test_what_was_not_shown_is_not_saved(admin: Seat, city: HubData) -> None:
    shown = checked(admin, ZONE)
    other = ZONE | {"name-0": "lain"}
    answer = admin.post(PAGE, deed="save", base="1", checked=hidden(shown, "checked"), **other)
    assert (answer.status_code, len(versions(city))) == (200, 1)
    assert "jalan lain: baru" in words(answer)


def test_a_save_over_somebody_elses_newer_version_is_refused_told_and_can_be_made_after_looking(
    admin: Seat, city: HubData
) -> None:
    with database.write(city.connection):
        outlines.add(city.connection, "pasar-mardika", BANK, now_ms=city.now_ms, author="rina")
    answer = saved(admin, ZONE, base="1")
    assert answer.status_code == 409
    assert "rina sudah menyimpan versi 2" in words(answer)
    assert "bantaran bantaran: dihapus" in words(answer), "the difference to the version that came"
    assert 'value="simpang"' in answer.text, "what was drawn is not lost"
    assert len(versions(city)) == 2
    again = admin.post(PAGE, deed="save", base=hidden(answer, "base"), checked=hidden(answer, "checked"), **ZONE)
    assert (again.status_code, versions(city)[0].version) == (303, 3)


@pytest.mark.parametrize(
    ("fields", "id_words", "en_words"),
    [
        ({"corners-0": "0.1 0.1\n0.4 0.4\n0.4 0.1\n0.1 0.4"}, "Sisinya saling memotong", "Its sides cross"),
        ({"name-0": "9"}, "Nama: huruf kecil", "Name: small letters"),
        ({"corners-0": "640 360\n0 0\n1 1"}, "bukan piksel", "not pixels"),
        ({"kind-1": "line", "name-1": "b", "corners-1": "0 0\n0.01 0"}, "Garis terlalu pendek", "too short"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_of_the_page_and_kept(
    admin: Seat, city: HubData, fields: dict[str, str], id_words: str, en_words: str
) -> None:
    answer = admin.post(PAGE, deed="save", base="1", checked="", **(ZONE | fields))
    assert answer.status_code == 422
    assert id_words in words(answer)
    assert 'aria-invalid="true"' in answer.text
    english = admin.post(f"{PAGE}?lang=en", deed="save", base="1", checked="", **(ZONE | fields))
    assert en_words in words(english)
    assert len(versions(city)) == 1


def test_a_place_that_is_ticked_goes_and_empty_rows_are_none(admin: Seat) -> None:
    shown = checked(
        admin, ZONE | {"kind-1": "bank", "name-1": "b", "corners-1": SQUARE, "remove-1": "1", "kind-2": "road"}
    )
    assert shown.status_code == 200
    assert "bantaran b" not in words(shown)


def test_an_older_version_is_looked_at_and_taken_back_as_a_new_one(admin: Seat, city: HubData) -> None:
    saved(admin, ZONE)
    older = admin.get(f"{PAGE}?versi=1")
    assert "Di bawah ini versi 1" in words(older)
    assert "jalan jalan: baru" in words(older)
    fields = {
        name: html.unescape(value)
        for name, value in [
            *re.findall(r'name="((?:name|forward|backward)-\d)"[^>]*value="([^"]*)"', older.text),
            *re.findall(r'name="(corners-\d)"[^>]*>\n([^<]*)</textarea>', older.text),
            *re.findall(r'name="(kind-\d)".*?value="(\w+)" selected', older.text),
        ]
    }
    answer = admin.post(PAGE, deed="save", base=hidden(older, "base"), checked=hidden(older, "checked"), **fields)
    assert answer.status_code == 303
    assert (versions(city)[0].version, digest(versions(city)[0].drawing)) == (3, digest(MARKET))
    assert admin.get(f"{PAGE}?versi=77").status_code == 404


def test_a_version_goes_out_as_a_boxs_view_file_and_comes_in_by_pasting(admin: Seat, city: HubData) -> None:
    file = admin.get(f"{PAGE}.toml?versi=1")
    assert 'filename="pasar-mardika-1.toml"' in file.headers["content-disposition"]
    assert 'name = "Pasar Mardika"' in file.text
    page = "/kamera/bantaran-batu-gajah/gambar-zona"
    shown = admin.post(f"{page}/berkas", toml=file.text)
    assert hidden(shown, "checked") == digest(MARKET)
    assert "jalan jalan: baru" in words(shown)
    assert len(versions(city, "bantaran-batu-gajah")) == 1, "nothing is saved by pasting"
    bad = admin.post(f"{page}/berkas", toml="[zones.a]\nkind = 'raod'")
    assert bad.status_code == 422
    assert "zones.a.kind harus road atau bank" in words(bad)
    assert "Did you mean road?" in words(bad)
    torn = admin.post(f"{page}/berkas", toml="name = 'a'\n[zones.a\nkind = 'road'")
    assert "bukan TOML, baris 2, kolom 9: kurung ] di akhir nama tabel hilang / is no TOML, line 2, column 9" in words(
        torn
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = " + "7" * 5000, "baris 1: angka terlalu panjang"),
        (f"[lines.a]\nstart = [0, {10**400}]\nend = [1, 1]", "lines.a.start harus 2 nilai"),
        (f"name = {16**5000:#x}", "name harus teks, tertulis 0x..."),
        ("[zones.a]\nkind = ['road']\noutline = [[0, 0], [1, 0], [1, 1]]", "zones.a.kind harus road atau bank"),
    ],
    ids=["5000 digits", "beyond a float", "6000 digits as 0x", "a list for a word"],
)
def test_a_file_with_what_no_machine_can_hold_is_refused_in_words(admin: Seat, text: str, said: str) -> None:
    shown = admin.post(f"{PAGE}/berkas", toml=text)
    assert shown.status_code == 422
    assert said in words(shown)


def test_the_page_says_by_which_version_the_box_counts(admin: Seat, city: HubData) -> None:
    def told(drawing: str) -> str:
        one = next(windows("jalan", now_ms=city.now_ms + count[0] * 1_000, minutes=1, per_minute=9))
        count[0] += 1
        fresh = changed(one, {"drawing": drawing, "up_ms": 2 * 10**9 + count[0]})
        take_in(city, ("n-7f3k2m90", "c1"), [fresh], spool_no=70 + count[0])
        return words(admin.get(PAGE))

    count = [1]
    assert "tidak mengatakan gambar mana" in words(admin.get(PAGE))
    assert "Kotak memakai versi 1." in told(digest(MARKET))
    saved(admin, ZONE)
    assert "Kotak memakai versi 1; menunggu versi 2." in words(admin.get(PAGE))
    assert "Kotak memakai versi 1; menunggu versi 2." in words(admin.get("/kamera/pasar-mardika"))
    assert "Kotak memakai versi 2." in told(digest(versions(city)[0].drawing))
    assert "dari berkasnya sendiri" in told("0123456789ab")


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("bpbd", 403), ("operator", 403), ("technician", 200), ("shift-lead", 200)]
)
def test_who_may_draw(city: HubData, browser: Browser, role: str, status: int) -> None:
    person(city, "orang", role)
    seat = seated(city, browser(), "orang")
    assert seat.get(PAGE).status_code == status
    assert ("Gambar zona" in words(seat.get("/kamera/pasar-mardika"))) == (status == 200)
    assert (seat.post(PAGE, deed="check", base="1", **ZONE).status_code == 403) == (status == 403)


def test_the_newest_blurred_picture_lies_below_what_is_drawn_in_its_own_shape(admin: Seat, city: HubData) -> None:
    assert "Bidang kosong. Pusat ini tidak menerima gambar" in words(admin.get(PAGE)), "this test's hub keeps none"
    add_still(city, MARKET_EYE, ago_s=600, number=1)
    sha256 = add_still(city, MARKET_EYE, ago_s=60, number=2)
    city.connection.execute("UPDATE stills SET height_px = 480")
    answer = admin.get(PAGE)
    assert re.findall(r"<image[^>]*>", answer.text) == [
        f'<image href="/api/v1/blobs/{sha256}" width="1600" height="1200" preserveAspectRatio="none"/>'
    ]
    assert 'viewBox="0 0 1600 1200"' in answer.text
    assert "dikaburkan" in words(answer)


def test_a_camera_that_is_bound_to_no_view_has_nothing_to_draw_on(admin: Seat, city: HubData, clock: FakeClock) -> None:
    take_in(city, ("n-7f3k2m95", "c1"), [*windows("a", now_ms=city.now_ms, minutes=1, per_minute=1)], spool_no=66)
    assert admin.get("/kamera/n-7f3k2m95.c1/gambar-zona").status_code == 404
    assert admin.get("/kamera/tidak-ada/gambar-zona").status_code == 404
    assert clock.now_ms() == city.now_ms
