"""`/jejak`: the audit log on a page and as a file, the state of its chain, and who saw which telephone number."""

import csv
import io

import httpx
import msgspec
import pytest
from jinja2 import Environment

from hub.audit import log as audit_log
from hub.audit import showing
from hub.audit.action import Action
from hub.storage import audit
from hub.storage import connection as database
from hub.storage.audit import Wanted
from hub.wall.pages import TEMPLATES
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.seats import Browser, Seat, deeds, person, seated

NUMBER = "+6281234567890"
MASKED = "***890"
DAY_MS = 86_400_000


def note(city: HubData, action: Action, *, actor: str = "admin", subject: str = "x", ago_ms: int = 0) -> None:
    with database.write(city.connection) as connection:
        audit_log.note(connection, now_ms=city.now_ms - ago_ms, actor=actor, action=action, subject=subject)


def rows_of(page: httpx.Response) -> list[str]:
    """Return the numbers of the rows that a page shows."""
    return [part.split("<")[0] for part in page.text.split('<td class="number">')[1:]]


def test_the_newest_row_stands_first_and_older_ones_on_the_next_page(admin: Seat, city: HubData) -> None:
    for _ in range(150):
        note(city, Action.SIGNED_IN)
    first = admin.get("/jejak")
    assert rows_of(first) == [str(n) for n in range(151, 51, -1)]
    assert "sebelum=52" in first.text
    assert rows_of(admin.get("/jejak?sebelum=52")) == [str(n) for n in range(51, 0, -1)]


def test_rows_are_found_by_deed_group_person_and_day(admin: Seat, city: HubData) -> None:
    note(city, Action.SIGNED_IN, ago_ms=3 * DAY_MS)  # rows 1 and 2: the log begins with the first
    note(city, Action.SIGNED_OUT, actor="rina", ago_ms=2 * DAY_MS)
    note(city, Action.TOKEN_MADE)
    assert rows_of(admin.get("/jejak?perbuatan=sign_in")) == ["3", "2"]
    assert rows_of(admin.get("/jejak?perbuatan=sign_in.ended&orang=rina&dari=&sampai=")) == ["3"]
    assert rows_of(admin.get("/jejak?dari=2015-05-12&sampai=2015-05-12")) == ["3"], "the city's day, its end included"
    assert rows_of(admin.get("/jejak?dari=2015-05-13")) == ["4"]
    assert rows_of(admin.get("/jejak?orang=nobody")) == []
    assert admin.get("/jejak?dari=0001-01-01&sampai=9999-12-31").status_code == 200
    assert admin.get("/jejak?dari=kemarin").status_code == 422


def test_the_file_has_the_same_rows_and_is_itself_a_deed(admin: Seat, city: HubData) -> None:
    note(city, Action.SIGNED_IN, actor="=cmd|' /C calc'!A0", subject='-2+3", "x')
    answer = admin.get("/jejak.csv?perbuatan=sign_in")
    assert answer.headers["content-type"].startswith("text/csv")
    head, line = csv.reader(io.StringIO(answer.text))
    assert head == ["n", "at", "actor", "action", "subject", "detail", "hash"]
    assert line[2:5] == ["'=cmd|' /C calc'!A0", "sign_in.done", '\'-2+3", "x'], "no cell that a spreadsheet computes"
    assert line[1].endswith("+09:00")
    (row,) = audit.rows(city.connection, Wanted(action="log.exported"))
    assert (row.actor, msgspec.json.decode(row.detail)) == ("admin", {"filter": "perbuatan=sign_in"})


def test_the_state_of_the_chain_is_shown_with_its_time_and_kept_for_ten_minutes(
    admin: Seat, city: HubData, clock: FakeClock
) -> None:
    note(city, Action.SIGNED_IN)
    with database.write(city.connection) as connection:
        showing.show_head(connection, now_ms=city.now_ms)
    page = admin.get("/jejak").text
    assert "Rantai utuh" in page
    assert "2 baris utuh, diperiksa 13:53." in page
    assert "saksi: baris 2" in page
    city.connection.execute("DROP TRIGGER audit_never_changes")
    city.connection.execute("UPDATE audit SET actor = 'orang lain' WHERE n = 2")
    assert "Rantai utuh" in admin.get("/jejak").text, "what was found is kept"
    clock.advance(600)
    page = admin.get("/jejak").text
    assert "RANTAI RUSAK" in page
    assert "audit_never_changes" in page


def test_who_asks_for_a_new_look_gets_one_at_once(admin: Seat, city: HubData) -> None:
    note(city, Action.SIGNED_IN)
    assert "Rantai utuh" in admin.get("/jejak").text
    city.connection.execute("DROP TRIGGER audit_never_shrinks")
    assert admin.post("/jejak/periksa").status_code == 303
    assert "RANTAI RUSAK" in admin.get("/jejak").text


def test_a_shift_lead_reads_the_log_and_an_operator_does_not(city: HubData, browser: Browser) -> None:
    for name, role, status in (("sari", "shift-lead", 200), ("rina", "operator", 403)):
        person(city, name, role)
        seat = seated(city, browser(), name)
        assert [seat.get(path).status_code for path in ("/jejak", "/jejak.csv")] == [status] * 2


@pytest.fixture
def told(city: HubData) -> str:
    """A message to somebody's telephone, failed with the number in the reason; return its id."""
    city.update("recipients", "recipient_id", "r1", target=NUMBER, channel="sms")
    delivery_id = "a-awas-3-r1"
    said = f"nomor {NUMBER} ditolak"
    city.update("deliveries", "delivery_id", delivery_id, state="failed", error=said, channel="sms")
    return delivery_id


def numbers_shown(seat: Seat, hub: httpx.Client) -> list[bool]:
    page = seat.get("/alarm/a-awas").text
    answers = [hub.get(path).text for path in ("/api/v1/alerts/a-awas", "/api/v1/deliveries", "/api/v1/wall")]
    return [NUMBER.lstrip("+") in text for text in [page, *answers, seat.get("/alarm").text, seat.get("/dinding").text]]


def test_no_page_and_no_answer_shows_a_whole_number(admin: Seat, hub: httpx.Client, told: str) -> None:
    number = NUMBER.replace("+62", "0")
    version = hub.get("/api/v1/alerts/a-waspada").json()["version"]
    for path, fields in (
        ("/alarm/a-awas/catatan", {"text": f"hubungi {NUMBER}"}),
        ("/alarm/a-waspada/tunda", {"seen_version": version, "minutes": 15, "why": f"sudah telepon {number}"}),
    ):
        assert admin.post(path, **fields).status_code == 303
    assert not any(numbers_shown(admin, hub))
    for path in ("/api/v1/alerts/a-waspada", "/api/v1/alerts", "/api/v1/wall"):
        assert number not in hub.get(path).text, path
    assert MASKED in admin.get("/alarm/a-awas").text
    (message,) = [one for one in hub.get("/api/v1/deliveries").json() if one["id"] == told]
    assert (message["target"], message["error"]) == (MASKED, f"nomor {MASKED} ditolak")


def test_a_sight_of_a_number_is_a_row_before_it_is_shown(admin: Seat, city: HubData, told: str) -> None:
    page = admin.post("/alarm/a-awas/nomor", delivery=told)
    assert page.text.count(NUMBER) == 1
    (row,) = audit.rows(city.connection, Wanted(action="number"))
    assert (row.actor, row.subject) == ("admin", "r1")
    detail = msgspec.json.decode(row.detail)
    assert (detail["where"], detail["alert"]) == ("/alarm/a-awas", "a-awas")
    assert NUMBER not in admin.get("/alarm/a-awas").text, "only this once"
    city.connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    failed = admin.post("/alarm/a-awas/nomor", delivery=told)
    assert (failed.status_code, NUMBER in failed.text) == (500, False)


def test_the_api_shows_a_number_to_who_may_see_it_and_writes_it_down(
    hub: httpx.Client, city: HubData, told: str
) -> None:
    path = f"/api/v1/deliveries/{told}/number"
    reader, seer = city.api_token("reader", scopes="look"), city.api_token("seer", scopes="look,see-numbers")
    answers = [hub.post(path, headers={"Authorization": f"Bearer {token}"}) for token in (reader, seer)]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert answers[1].json()["target"] == NUMBER
    assert deeds(city) == [("seer", "number.seen", "r1")]


def test_numbers_in_what_people_wrote_are_shown_to_who_asks_and_that_is_a_row(admin: Seat, city: HubData) -> None:
    admin.post("/alarm/a-awas/catatan", text=f"hubungi {NUMBER}")
    page = admin.get("/alarm/a-awas").text
    assert NUMBER not in page
    assert "Lihat nomor dalam riwayat" in page
    assert NUMBER in admin.post("/alarm/a-awas/nomor").text
    assert deeds(city)[-1] == ("admin", "number.seen", "a-awas")


def test_who_may_not_see_numbers_is_offered_none(city: HubData, browser: Browser, told: str) -> None:
    person(city, "tono", "viewer")
    tono = seated(city, browser(), "tono")
    page = tono.get("/alarm/a-awas").text
    assert MASKED in page
    assert "Lihat nomor" not in page
    assert tono.post("/alarm/a-awas/nomor", delivery=told).status_code == 403
    assert deeds(city) == []


def test_every_deed_has_words_of_its_own() -> None:
    template = Environment(autoescape=True).from_string((TEMPLATES / "_deeds.html").read_text(encoding="utf-8"))
    module = template.make_module({"say": lambda text: text})
    unworded = [action.value for action in Action if str(vars(module)["deed"](action.value)).strip() == action.value]
    assert unworded == []
