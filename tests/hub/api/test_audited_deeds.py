"""What people do through API and pages stands in the audit log, once, and without what must not stand there."""

import httpx
import msgspec

from hub.audit.verification import verify
from hub.storage import audit
from hub.storage.audit import Row, Wanted
from tests.hub.api.test_alerts import bearer, sign_in
from tests.support.hub_data import PASSWORD, HubData


def rows(city: HubData) -> list[Row]:
    """Return the rows behind the first."""
    return list(audit.rows(city.connection, Wanted()))[1:]


def test_each_deed_is_a_row_with_who_and_to_what(hub: httpx.Client, city: HubData) -> None:
    headers = bearer(city)

    def post(deed: str, **body: object) -> None:
        answer = hub.post(f"/api/v1/alerts/a-waspada/{deed}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    seen = hub.get("/api/v1/alerts/a-waspada").json()["version"]
    post("acknowledge", seen_version=seen)
    post("shelve", seen_version=seen, minutes=30, why="hubungi 081234567890")
    version = hub.get("/api/v1/alerts/a-waspada").json()["version"]
    post("unshelve", seen_version=version)
    post("comments", text="lumpur di RT 003")
    assert [(row.actor, row.action, row.subject) for row in rows(city)] == [
        ("tests", f"alert.{deed}", "a-waspada") for deed in ("acknowledged", "shelved", "unshelved", "commented")
    ]
    assert rows(city)[1].detail == f'{{"minutes":30,"version":{seen}}}'
    assert verify(audit.all_rows(city.connection), witnesses=(), say=print).damage is None


def test_a_second_click_and_a_refusal_are_no_deeds(hub: httpx.Client, city: HubData) -> None:
    headers = bearer(city)
    for _ in range(2):
        hub.post("/api/v1/alerts/a-waspada/acknowledge", json={"seen_version": 1}, headers=headers)
    stale = hub.post("/api/v1/alerts/a-waspada/acknowledge", json={"seen_version": 0}, headers=headers)
    refused = hub.post("/api/v1/alerts/a-waspada/downgrade", json={"seen_version": 1}, headers=headers)
    assert (stale.status_code, refused.status_code // 100) == (409, 4)
    assert len(rows(city)) == 1


def test_signing_in_and_out_and_failing_to_are_rows_and_no_password_is_in_them(
    hub: httpx.Client, city: HubData
) -> None:
    for name, password in (("admin", "salah-sekali"), (PASSWORD, "admin"), ("admin", PASSWORD)):
        hub.post("/masuk", data={"name": name, "password": password}, follow_redirects=False)
    csrf = hub.get("/sungai").text.split('name="csrf" value="')[1].split('"')[0]
    hub.post("/keluar", data={"csrf": csrf})
    told = [(row.actor, row.action, row.subject) for row in rows(city)]
    assert told == [
        ("-", "sign_in.failed", "admin"),
        ("-", "sign_in.failed", ""),
        ("admin", "sign_in.done", "admin"),
        ("admin", "sign_in.ended", "admin"),
    ]
    everything = "".join(f"{row.actor}{row.subject}{row.detail}" for row in rows(city))
    assert PASSWORD not in everything
    assert "salah" not in everything


def test_a_place_that_guesses_on_does_not_fill_the_log(hub: httpx.Client, city: HubData) -> None:
    for number in range(25):
        hub.post("/masuk", data={"name": f"siapa-{number}", "password": "salah"}, follow_redirects=False)
    for _ in range(12):
        hub.post("/masuk", data={"name": "admin", "password": "salah"}, follow_redirects=False)
    told = [(row.subject, msgspec.json.decode(row.detail)["times"]) for row in rows(city)]
    assert told == [("", 1), ("", 10), ("admin", 1), ("admin", 10)]


def test_a_deed_by_form_is_a_row_like_one_by_api(hub: httpx.Client, city: HubData) -> None:
    csrf = sign_in(hub)
    hub.post("/alarm/a-waspada/konfirmasi", data={"csrf": csrf, "seen_version": "1"})
    assert (rows(city)[-1].actor, rows(city)[-1].action) == ("admin", "alert.acknowledged")
