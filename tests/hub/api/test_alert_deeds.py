"""Notes, shelving and a person's word for an Awas: by the API and by forms without scripts."""

import httpx
import pytest

from hub.storage.board import alerts
from tests.hub.api.test_alerts import bearer, sign_in
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData

DOUBTED = {"is_suspect": 1, "severity": 2, "water": 2}
SHELF = {"seen_version": 2, "minutes": 30, "why": "petugas di lokasi"}


def make_doubted(city: HubData) -> None:
    """Let the Siaga of Batu Merah rest on doubted readings; an RT head is told of Awas alone."""
    city.update("alerts", "alert_id", "a-siaga", **DOUBTED)
    city.add_recipient("r9", "Ketua RT 009/05", "rt")
    city.update("recipients", "recipient_id", "r9", min_severity=3)
    city.insert("recipient_stations", recipient_id="r9", station_id="wai-batu-merah")


def kinds(hub: httpx.Client, alert_id: str) -> list[str]:
    return [event["kind"] for event in hub.get(f"/api/v1/alerts/{alert_id}").json()["events"]]


def test_a_word_makes_an_awas_and_owes_a_message_to_who_is_told_of_an_awas_alone(
    hub: httpx.Client, city: HubData
) -> None:
    make_doubted(city)
    assert hub.get("/api/v1/alerts/a-siaga").json()["may_be_borne_out"]
    body = {"seen_version": 2, "why": " air melewati jembatan "}
    answer = hub.post("/api/v1/alerts/a-siaga/bear-out", json=body, headers=bearer(city))
    assert answer.status_code == 200, answer.text
    alert = answer.json()
    assert (alert["severity"], alert["is_latched"], alert["state"], alert["version"]) == (3, True, "raised", 3)
    assert (alert["borne_out_by"], alert["borne_out_why"]) == ("tests", "air melewati jembatan")
    told = hub.get("/api/v1/alerts/a-siaga").json()["deliveries"]
    assert ("Ketua RT 009/05", 3) in {(message["recipient"], message["severity"]) for message in told}


def test_a_word_twice_tells_nobody_twice(hub: httpx.Client, city: HubData) -> None:
    make_doubted(city)
    body, headers = {"seen_version": 2, "why": "air melewati jembatan"}, bearer(city)
    first = hub.post("/api/v1/alerts/a-siaga/bear-out", json=body, headers=headers)
    told = len(hub.get("/api/v1/alerts/a-siaga").json()["deliveries"])
    second = hub.post("/api/v1/alerts/a-siaga/bear-out", json=body, headers=headers)
    assert (second.status_code, second.json()) == (200, first.json())
    assert len(hub.get("/api/v1/alerts/a-siaga").json()["deliveries"]) == told
    assert kinds(hub, "a-siaga").count("borne_out") == 1


def test_a_level_that_is_not_doubted_is_refused_in_both_languages(hub: httpx.Client, city: HubData) -> None:
    body = {"seen_version": 2, "why": "uji"}
    error = hub.post("/api/v1/alerts/a-siaga/bear-out", json=body, headers=bearer(city)).json()["error"]
    assert error["code"] == "refused"
    assert "Tidak ada yang perlu dipastikan" in error["id"]
    assert "nothing is in doubt" in error["en"]


def test_a_rise_by_a_persons_word_stands_on_the_time_line(hub: httpx.Client, city: HubData) -> None:
    make_doubted(city)
    body = {"seen_version": 2, "why": "uji"}
    hub.post("/api/v1/alerts/a-siaga/bear-out", json=body, headers=bearer(city))
    newest = alerts.marks(city.connection, from_ms=city.now_ms - 1)[-1]
    assert (newest.alert_id, newest.severity) == ("a-siaga", 3)


def test_a_word_for_an_awas_that_stood_already_is_no_rise_on_the_time_line(hub: httpx.Client, city: HubData) -> None:
    city.update("alerts", "alert_id", "a-awas", is_suspect=1)
    body = {"seen_version": 3, "why": "uji"}
    assert hub.post("/api/v1/alerts/a-awas/bear-out", json=body, headers=bearer(city)).json()["borne_out_by"] == "tests"
    assert alerts.marks(city.connection, from_ms=city.now_ms - 1) == []


def test_a_shelf_has_a_name_a_reason_and_an_end_by_the_hubs_clock(hub: httpx.Client, city: HubData) -> None:
    alert = hub.post("/api/v1/alerts/a-siaga/shelve", json=SHELF, headers=bearer(city)).json()
    assert alert["shelved_until_ms"] == city.now_ms + 30 * 60_000
    assert (alert["shelved_by"], alert["shelved_why"]) == ("tests", "petugas di lokasi")


def test_an_awas_is_never_shelved(hub: httpx.Client, city: HubData) -> None:
    answer = hub.post("/api/v1/alerts/a-awas/shelve", json=SHELF | {"seen_version": 3}, headers=bearer(city))
    assert answer.status_code == 409
    assert answer.json()["error"]["id"] == "Awas tidak dapat ditunda. Konfirmasi saja."
    assert answer.json()["alert"]["shelved_until_ms"] is None


def test_a_siaga_is_shelved_for_an_hour_at_most(hub: httpx.Client, city: HubData) -> None:
    answer = hub.post("/api/v1/alerts/a-siaga/shelve", json=SHELF | {"minutes": 61}, headers=bearer(city))
    assert answer.status_code == 409
    assert "paling lama 60 menit" in answer.json()["error"]["id"]


def test_a_shelf_of_what_was_not_seen_is_refused_with_the_state_of_now(hub: httpx.Client, city: HubData) -> None:
    answer = hub.post("/api/v1/alerts/a-siaga/shelve", json=SHELF | {"seen_version": 1}, headers=bearer(city))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "stale_version")
    assert answer.json()["alert"]["version"] == 2


def test_the_wall_says_that_it_is_shelved_and_shows_an_open_one_of_its_severity_before_it(
    hub: httpx.Client, city: HubData
) -> None:
    city.add_alert("a-siaga-2", "wai-heru", severity=2, since_s=90 * 60)
    hub.post("/api/v1/alerts/a-siaga/shelve", json=SHELF, headers=bearer(city))
    order = [alert["id"] for alert in hub.get("/api/v1/wall").json()["alarms"]["open"]]
    assert order[:3] == ["a-awas", "a-siaga-2", "a-siaga"]
    assert "ditunda tests sampai 14:23" in hub.get("/alarm").text
    city.update("alerts", "alert_id", "a-awas", resolved_ms=city.now_ms, state="resolved")
    city.update("alerts", "alert_id", "a-siaga-2", resolved_ms=city.now_ms, state="resolved")
    wall = hub.get("/dinding").text
    assert 'data-shelved="true"' in wall
    assert "ditunda tests sampai 14:23" in wall


def test_a_shelf_is_ended_once(hub: httpx.Client, city: HubData) -> None:
    headers = bearer(city)
    hub.post("/api/v1/alerts/a-siaga/shelve", json=SHELF, headers=headers)
    ended = hub.post("/api/v1/alerts/a-siaga/unshelve", json={"seen_version": 2}, headers=headers).json()
    assert (ended["shelved_until_ms"], ended["version"]) == (None, 3)
    again = hub.post("/api/v1/alerts/a-siaga/unshelve", json={"seen_version": 3}, headers=headers)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "refused")
    assert kinds(hub, "a-siaga")[-2:] == ["shelved", "unshelved"]


def test_a_note_needs_no_version_and_stands_in_the_history(hub: httpx.Client, city: HubData) -> None:
    answer = hub.post("/api/v1/alerts/a-lama/comments", json={"text": " lumpur di RT 003 "}, headers=bearer(city))
    assert answer.status_code == 200, answer.text
    line = hub.get("/api/v1/alerts/a-lama").json()["events"][-1]
    assert (line["kind"], line["by_whom"], line["text"]) == ("commented", "tests", "lumpur di RT 003")


@pytest.mark.parametrize("text", ['""', '"   "', f'"{"x" * 501}"', r'"\ud800"', "null", "7"])
def test_a_note_that_cannot_be_used_is_refused(hub: httpx.Client, city: HubData, text: str) -> None:
    headers = bearer(city) | {"Content-Type": "application/json"}
    answer = hub.post("/api/v1/alerts/a-awas/comments", content=f'{{"text": {text}}}', headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


def test_a_note_is_shown_as_text_and_never_as_a_page(hub: httpx.Client) -> None:
    form = {"csrf": sign_in(hub), "text": "<script>alert(1)</script> & {by}"}
    hub.post("/alarm/a-awas/catatan", data=form)
    page = hub.get("/alarm/a-awas").text
    assert "catatan admin: &lt;script&gt;alert(1)&lt;/script&gt; &amp; {by}" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("path", "form", "kind"),
    [
        ("a-siaga/catatan", {"text": "jembatan aman"}, "commented"),
        ("a-siaga/tunda", {"seen_version": "2", "minutes": "60", "why": "dijaga"}, "shelved"),
        ("a-siaga/pastikan", {"seen_version": "2", "why": "dilihat"}, "borne_out"),
    ],
)
def test_forms_act_without_any_script_and_lead_back(
    hub: httpx.Client, city: HubData, path: str, form: dict[str, str], kind: str
) -> None:
    make_doubted(city)
    csrf = sign_in(hub)
    assert f'action="/alarm/{path}"' in hub.get("/alarm/a-siaga").text
    assert hub.post(f"/alarm/{path}", data=form | {"csrf": "wrong"}).status_code == 403
    answer = hub.post(f"/alarm/{path}", data=form | {"csrf": csrf}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarm/a-siaga")
    assert kinds(hub, "a-siaga")[-1] == kind


def test_a_form_ends_a_shelf(hub: httpx.Client, city: HubData) -> None:
    hub.post("/api/v1/alerts/a-siaga/shelve", json=SHELF, headers=bearer(city))
    csrf = sign_in(hub)
    page = hub.get("/alarm/a-siaga").text
    assert "/alarm/a-siaga/akhiri-tunda" in page
    assert "/alarm/a-siaga/tunda" not in page
    hub.post("/alarm/a-siaga/akhiri-tunda", data={"csrf": csrf, "seen_version": "2"})
    assert kinds(hub, "a-siaga")[-1] == "unshelved"


def test_words_of_a_refused_form_are_not_lost(hub: httpx.Client, city: HubData) -> None:
    make_doubted(city)
    form = {"csrf": sign_in(hub), "seen_version": "1", "why": 'air "di lutut"'}
    answer = hub.post("/alarm/a-siaga/pastikan", data=form)
    assert answer.status_code == 409
    assert "sudah berubah sejak Anda melihatnya" in answer.text
    assert 'value="air &#34;di lutut&#34;"' in answer.text
    assert "data-live" not in answer.text


def test_the_forms_are_for_who_is_signed_in_and_for_what_is_possible(hub: httpx.Client) -> None:
    assert "/alarm/a-siaga/tunda" not in hub.get("/alarm/a-siaga").text
    sign_in(hub)
    awas, siaga = hub.get("/alarm/a-awas").text, hub.get("/alarm/a-siaga").text
    assert "/alarm/a-awas/tunda" not in awas
    assert "/alarm/a-awas/pastikan" not in awas
    assert '<option value="60">1 jam</option>' in siaga
    assert '<option value="120">' not in siaga
    assert "/alarm/a-lama/tunda" not in hub.get("/alarm/a-lama").text


def test_the_page_says_that_nobody_has_confirmed_a_doubted_level_and_then_who_did(
    hub: httpx.Client, city: HubData, clock: FakeClock
) -> None:
    make_doubted(city)
    assert "belum dipastikan" in hub.get("/alarm/a-siaga").text
    hub.post("/api/v1/alerts/a-siaga/bear-out", json={"seen_version": 2, "why": "uji"}, headers=bearer(city))
    clock.advance(60)
    page = hub.get("/alarm/a-siaga").text
    assert "dipastikan tests 13:53" in page
    assert "tests memastikan Awas: uji" in page
    assert "tests confirmed Awas: uji" in hub.get("/alarm/a-siaga?lang=en").text
