"""From the river to a person: looking at a message changes nothing, a press counts, and the way is known hop by hop."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.phone import officer, running_phone
from tests.support.pole import Pole, rising
from tests.support.processes import wait_until
from tests.support.town import Town, running_town

POLE = Pole(
    node_id="n-read-001",
    station_id="wai-uji",
    river=rising(peace_minutes=2, from_cm=58.0, to_cm=160.0, cm_per_minute=10.0),
)
HOPS = ["sample", "decided", "committed", "handed", "read", "acknowledged"]


def _hops(town: Town, alert_id: str) -> dict[str, dict[str, Any]]:
    ledger = town.get(f"/api/v1/alerts/{alert_id}")["ledger"]
    hops = {hop["hop"]: hop for hop in ledger["hops"]}
    assert list(hops) == HOPS
    return hops


def _states(town: Town) -> list[tuple[int, str]]:
    return [(message["severity"], message["state"]) for message in town.get("/api/v1/deliveries")]


def test_a_press_on_the_phone_is_a_receipt_and_every_hop_has_its_seconds(tmp_path: Path) -> None:
    with running_phone() as phone, running_town(tmp_path) as town:
        town.import_stations(POLE, recipients=officer(phone, min_severity=3))
        town.start_hub()
        town.start_box(POLE)
        town.wait_for_web()
        message = wait_until(phone.messages, what="the message of Awas", deadline_s=40)[0]
        alert_id = message["alert_id"]
        page = f"{town.url}{urlsplit(message['link']).path}"

        wait_until(lambda: _states(town) == [(3, "handed")], what="the message to stand as handed over")
        hops = _hops(town, alert_id)
        for hop in ("read", "acknowledged"):
            assert (hops[hop]["at_ms"], hops[hop]["seconds"]) == (None, None), "a missing hop is shown missing"

        for _ in range(2):
            shown = httpx.get(page)
            assert shown.status_code == 200
            assert "Sudah dibaca" in shown.text
        assert httpx.head(page).status_code in {200, 405}
        assert _states(town) == [(3, "handed")], "looking changes nothing"
        assert _hops(town, alert_id)["read"]["at_ms"] is None

        for _ in range(2):
            assert httpx.post(page, follow_redirects=True).is_success
        wait_until(lambda: _states(town) == [(3, "read")], what="the receipt")
        assert httpx.post(f"{town.url}/t/not-a-token").status_code == 404

        alert = town.get(f"/api/v1/alerts/{alert_id}")
        path = f"{town.url}/api/v1/alerts/{alert_id}/acknowledge"
        assert httpx.post(path, json={"seen_version": alert["version"]}).status_code in {401, 403}
        token = {"Authorization": f"Bearer {town.api_token()}"}
        stale = httpx.post(path, json={"seen_version": alert["version"] - 1}, headers=token)
        assert stale.status_code == 409
        assert httpx.post(path, json={"seen_version": alert["version"]}, headers=token).is_success

        hops = _hops(town, alert_id)
        assert all(hop["at_ms"] is not None for hop in hops.values())
        times_ms = [hops[hop]["at_ms"] for hop in HOPS[:5]]
        assert times_ms == sorted(times_ms)
        assert all(0 <= hop["seconds"] < 30 for name, hop in hops.items() if name != "sample")
        town.say(f"seconds of each hop: { {name: hop['seconds'] for name, hop in hops.items()} }")
