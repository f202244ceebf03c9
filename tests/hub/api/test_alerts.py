import httpx
import pytest

from tests.support.clocks import FakeClock
from tests.support.hub_data import PASSWORD, HubData


def sign_in(hub: httpx.Client) -> str:
    """Sign in as a browser does; return the CSRF token that the page carries."""
    answer = hub.post("/masuk", data={"name": "admin", "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    page = hub.get("/dinding").text
    return page.split('name="csrf" value="')[1].split('"')[0]


def bearer(city: HubData) -> dict[str, str]:
    return {"Authorization": f"Bearer {city.api_token()}"}


def test_open_alerts_come_first_and_the_most_severe_on_top(hub: httpx.Client) -> None:
    alerts = hub.get("/api/v1/alerts").json()
    assert [alert["id"] for alert in alerts] == ["a-awas", "a-siaga", "a-waspada", "a-diam", "a-lama"]
    assert alerts[0]["threshold_cm"] == 220


def test_alerts_can_be_asked_for_by_state_station_and_time(hub: httpx.Client, city: HubData) -> None:
    assert [a["id"] for a in hub.get("/api/v1/alerts?state=acknowledged").json()] == ["a-siaga"]
    assert [a["id"] for a in hub.get("/api/v1/alerts?station_id=wai-tomu").json()] == ["a-waspada"]
    before = hub.get(f"/api/v1/alerts?before_ms={city.now_ms - 8 * 3_600_000}").json()
    assert [a["id"] for a in before] == ["a-lama"]


def test_one_alert_carries_its_history_its_messages_and_the_seconds_of_each_hop(hub: httpx.Client) -> None:
    alert = hub.get("/api/v1/alerts/a-awas").json()
    assert [event["kind"] for event in alert["events"]] == ["raised", "rose", "rose"]
    assert {message["recipient"]: message["state"] for message in alert["deliveries"]}["Pusdalops BPBD"] == "read"
    hops = {hop["hop"]: hop["seconds"] for hop in alert["ledger"]["hops"]}
    assert hops == {"sample": None, "decided": 0.4, "committed": 0.4, "handed": 2.2, "read": 74.0, "acknowledged": None}


def test_no_answer_gives_away_the_right_to_a_receipt(hub: httpx.Client, city: HubData) -> None:
    (token,) = city.connection.execute("SELECT token FROM deliveries LIMIT 1").fetchone()
    for path in ("/api/v1/alerts/a-awas", "/api/v1/deliveries", "/api/v1/wall", "/dinding", "/alarm/a-awas"):
        assert token not in hub.get(path).text


def test_a_token_acknowledges_and_the_hub_says_who_and_when(hub: httpx.Client, city: HubData) -> None:
    answer = hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 3}, headers=bearer(city))
    assert answer.status_code == 200
    alert = answer.json()
    assert (alert["state"], alert["acknowledged_by"], alert["acknowledged_ms"]) == (
        "acknowledged",
        "tests",
        city.now_ms,
    )
    assert [c[0] for c in city.connection.execute("SELECT kind FROM changes")] == ["alert"]


def test_what_was_not_seen_is_not_acknowledged(hub: httpx.Client, city: HubData) -> None:
    answer = hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 2}, headers=bearer(city))
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"]["code"] == "stale_version"
    assert (body["alert"]["version"], body["alert"]["severity"], body["alert"]["state"]) == (3, 3, "raised")
    assert hub.get("/api/v1/alerts/a-awas").json()["acknowledged_ms"] is None


def test_an_acknowledgement_twice_is_one(hub: httpx.Client, city: HubData, clock: FakeClock) -> None:
    headers = bearer(city)
    first = hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 3}, headers=headers).json()
    clock.advance(60)
    second = hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 3}, headers=headers).json()
    assert second["acknowledged_ms"] == first["acknowledged_ms"]


@pytest.mark.parametrize("path", ["acknowledge", "downgrade", "tell-rt", "bear-out", "shelve", "unshelve", "comments"])
def test_nobody_acts_without_being_known(hub: httpx.Client, path: str) -> None:
    answer = hub.post(f"/api/v1/alerts/a-awas/{path}", json={"seen_version": 3, "why": "uji"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_token_is_nobody(hub: httpx.Client) -> None:
    answer = hub.post(
        "/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 3}, headers={"Authorization": "Bearer wrong"}
    )
    assert answer.status_code == 401


def test_a_token_that_may_only_read_may_not_act(hub: httpx.Client, city: HubData) -> None:
    headers = {"Authorization": f"Bearer {city.api_token(scopes='look')}"}
    answer = hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": 3}, headers=headers)
    assert answer.status_code == 403


def test_a_signed_in_person_needs_the_token_of_the_page_too(hub: httpx.Client) -> None:
    csrf = sign_in(hub)
    path, body = "/api/v1/alerts/a-awas/acknowledge", {"seen_version": 3}
    assert hub.post(path, json=body).status_code == 403
    assert hub.post(path, json=body, headers={"X-CSRF-Token": "wrong"}).status_code == 403
    assert hub.post(path, json=body, headers={"X-CSRF-Token": csrf}).json()["acknowledged_by"] == "admin"


def test_a_form_acknowledges_without_any_script(hub: httpx.Client) -> None:
    form = {"csrf": sign_in(hub), "seen_version": "3", "back": "/dinding"}
    answer = hub.post("/alarm/a-awas/konfirmasi", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dinding")
    assert hub.get("/api/v1/alerts/a-awas").json()["state"] == "acknowledged"


def test_a_form_about_an_older_state_shows_the_state_of_now(hub: httpx.Client) -> None:
    form = {"csrf": sign_in(hub), "seen_version": "2"}
    answer = hub.post("/alarm/a-awas/konfirmasi", data=form)
    assert answer.status_code == 409
    assert "sudah berubah sejak Anda melihatnya" in answer.text
    assert 'name="seen_version" value="3"' in answer.text


def test_an_awas_whose_water_is_at_awas_cannot_be_lowered(hub: httpx.Client, city: HubData) -> None:
    city.update("alerts", "alert_id", "a-awas", is_latched=1, water=3)
    answer = hub.post("/api/v1/alerts/a-awas/downgrade", json={"seen_version": 3}, headers=bearer(city))
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "refused"
    assert answer.json()["alert"]["severity"] == 3


def test_a_latched_awas_falls_when_a_person_confirms_it(hub: httpx.Client, city: HubData) -> None:
    city.update("alerts", "alert_id", "a-awas", is_latched=1, water=1)
    answer = hub.post("/api/v1/alerts/a-awas/downgrade", json={"seen_version": 3}, headers=bearer(city))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["severity"], answer.json()["is_latched"]) == (1, False)


def test_what_waits_for_rt_heads_can_be_sent_at_once(hub: httpx.Client, city: HubData) -> None:
    city.add_delivery("a-siaga", "r1", "owed", severity=2, due_ms=city.now_ms + 60_000)
    page = hub.get("/alarm/a-siaga").text
    assert "teruskan" not in page
    form = {"csrf": sign_in(hub)}
    assert "/alarm/a-siaga/teruskan" in hub.get("/alarm/a-siaga").text
    hub.post("/alarm/a-siaga/teruskan", data=form)
    (due_ms,) = city.connection.execute("SELECT due_ms FROM deliveries WHERE alert_id = 'a-siaga'").fetchone()
    assert due_ms == city.now_ms


def test_an_unknown_alert_is_not_there(hub: httpx.Client, city: HubData) -> None:
    assert hub.get("/api/v1/alerts/none").status_code == 404
    answer = hub.post("/api/v1/alerts/none/acknowledge", json={"seen_version": 1}, headers=bearer(city))
    assert answer.status_code == 404
