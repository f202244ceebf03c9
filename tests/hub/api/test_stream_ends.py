"""The event stream of somebody who may no longer look: it was let in once and would last for hours."""

import httpx
import pytest

from contract.clock import SystemClock
from hub.api.caller import SESSION_COOKIE
from hub.api.watch import LOOK_EVERY_S
from hub.storage import api_tokens, people, sessions
from hub.storage import connection as database
from tests.support.hub_data import FAR_MS, HubData
from tests.support.webs import serving

WITHIN_S = LOOK_EVERY_S + 3


@pytest.mark.parametrize("how", ["disabled", "signed out", "token revoked"])
def test_the_stream_of_somebody_who_was_let_in_ends_within_seconds_of_their_end(city: HubData, how: str) -> None:
    now_ms = SystemClock().now_ms()
    with database.write(city.connection) as connection:
        user_id = people.add(connection, name="rina", password_hash="", role="operator", now_ms=0)
        secret = sessions.begin(connection, user_id, now_real_ms=now_ms)
        token = api_tokens.add(connection, name="t", scopes="look", now_real_ms=now_ms, expires_real_ms=FAR_MS)
    assert secret is not None
    headers = {"Cookie": f"{SESSION_COOKIE}={secret}"}
    if how == "token revoked":
        headers = {"Authorization": f"Bearer {token}"}
    with serving(city.path, clock=SystemClock(), is_open=False) as web:
        assert web.get("/api/v1/events").status_code == 401
        with web.stream("GET", "/api/v1/events", headers=headers, timeout=httpx.Timeout(20.0)) as stream:
            assert stream.status_code == 200
            lines = stream.iter_lines()
            assert next(lines).startswith("retry")
            with database.write(city.connection) as connection:
                if how == "disabled":
                    people.disable(connection, user_id, now_real_ms=now_ms)
                elif how == "signed out":
                    sessions.end(connection, secret)
                else:
                    api_tokens.remove(connection, "t")
            began_ms = SystemClock().real_ms()
            for _ in lines:
                assert SystemClock().real_ms() - began_ms < 1000 * WITHIN_S, "the stream goes on"
            assert SystemClock().real_ms() - began_ms < 1000 * WITHIN_S
        assert web.get("/api/v1/events", headers=headers).status_code == 401
