"""The table of rights, walked over: every route of the application × everybody who may ask.

The expectation is worked out here from the words of the table alone; what is asked is the real application.
"""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from hub.alerting.policy import AlertPolicy
from hub.api import gate, rights
from hub.api.application import create_app
from hub.api.caller import SESSION_COOKIE, WALL_COOKIE
from hub.api.errors import UnlistedRouteError
from hub.api.rights import GRANTS, ROUTES, SCOPES, Right, Role
from hub.storage import api_tokens, sessions
from hub.storage import connection as database
from hub.wall.city import City
from tests.support.cities import flooded_city
from tests.support.clocks import FakeClock
from tests.support.hub_data import FAR_MS, HubData
from tests.support.webs import answering

PLACE = "192.0.2.7"
NOT_ASKED = {("GET", "/static"), ("GET", "/api/v1/events")}
"""Files, and the stream, which has no end: asked in `test_events`."""
STILL = {"look", "look-at-boxes", "own-account", "sign-out"}
REFUSED = {401, 403}
TO_SIGN_IN = "/masuk?"


def application(path: Path) -> FastAPI:
    return create_app(db_path=path, clock=FakeClock(), city=City(), policy=AlertPolicy())


def test_the_table_has_a_row_for_every_route_and_no_other(tmp_path: Path) -> None:
    routes = set()
    for context in iter_route_contexts(application(tmp_path / "hub.db").routes):
        path = context.path or ""
        for method in context.methods or {"GET"}:
            routes.add((method, "/static" if path.startswith("/static/") else path))
    assert routes == set(ROUTES)


def test_an_application_with_a_route_that_has_no_row_does_not_start(tmp_path: Path) -> None:
    app = application(tmp_path / "hub.db")
    router = APIRouter(prefix="/rahasia")
    router.add_api_route("/{thing}", lambda: "", methods=["GET"])
    app.include_router(router)
    with pytest.raises(UnlistedRouteError, match=r"GET /rahasia/\{thing\}"):
        gate.post(app)


def test_a_route_that_is_added_behind_the_start_is_refused(tmp_path: Path) -> None:
    app = application(tmp_path / "hub.db")
    app.add_api_route("/rahasia", lambda: "terbuka", methods=["GET"])

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hub") as client:
            return await client.get("/rahasia")

    answer = asyncio.run(ask())
    assert answer.status_code == 403
    assert "terbuka" not in answer.text


def test_every_path_of_the_description_is_in_the_table(hub: httpx.Client) -> None:
    described = hub.get("/openapi.json").json()["paths"]
    assert {(method.upper(), path) for path, methods in described.items() for method in methods} <= set(ROUTES)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubData]:
    made = flooded_city(tmp_path_factory.mktemp("town") / "hub.db")
    yield made
    made.close()


class Asker:
    """Somebody, as headers: by a session, a screen's cookie, a program's token, or nobody."""

    def __init__(self, name: str, granted: frozenset[Right], headers: dict[str, str]) -> None:
        self.name, self.granted, self.headers = name, granted, headers


@pytest.fixture(scope="module")
def askers(town: HubData) -> list[Asker]:
    everybody = [Asker("nobody", frozenset(), {}), Asker("forged", frozenset(), {"Authorization": "Bearer x"})]
    with database.write(town.connection) as connection:
        for role in rights.PERSONS:
            user_id = f"u-{role}"
            connection.execute(
                "INSERT INTO users (user_id, name, password_hash, role, created_ms) VALUES (?, ?, '', ?, 0)",
                (user_id, user_id, role.value),
            )
            secret = sessions.begin(connection, user_id, now_real_ms=town.now_ms)
            assert secret is not None
            session = sessions.of_secret(connection, secret, now_real_ms=town.now_ms)
            assert session is not None
            headers = {"Cookie": f"{SESSION_COOKIE}={secret}", "X-CSRF-Token": session.csrf}
            everybody.append(Asker(role, GRANTS[role], headers))
        screen = api_tokens.add(
            connection, name="layar", scopes="look", now_real_ms=0, expires_real_ms=FAR_MS, address=PLACE
        )
        everybody.append(Asker("wall", GRANTS[Role.WALL], {"Cookie": f"{WALL_COOKIE}={screen}"}))
        for right in SCOPES:
            token = api_tokens.add(
                connection, name=f"t-{right}", scopes=right.value, now_real_ms=0, expires_real_ms=FAR_MS
            )
            everybody.append(Asker(f"t-{right}", frozenset({right}), {"Authorization": f"Bearer {token}"}))
    return everybody


@pytest.mark.parametrize("is_open", [True, False], ids=["open pages", "closed pages"])
def test_each_route_lets_in_exactly_whom_the_table_names(town: HubData, askers: list[Asker], *, is_open: bool) -> None:
    wrong, asked = [], 0
    if is_open:  # it widens what everybody may; each role and each scope is walked where pages are closed
        askers = [asker for asker in askers if asker.name in {"nobody", "forged", "technician", "wall", "t-look"}]
    with answering(town.path, clock=FakeClock(now_ms=town.now_ms), is_open=is_open, place=PLACE) as hub:
        for asker, ((method, path), right) in itertools.product(askers, ROUTES.items()):
            if (method, path) in NOT_ASKED:
                continue
            # An alert that is not there: who is let in learns that, and nothing changes for the next one.
            real = path.replace("{station_id}", "wai-ruhu-1").replace("{alert_id}", "none").replace("/{", "/x{")
            # The end of a session ends this walk too; a wrong token of the page shows who came that far.
            headers = asker.headers | ({"X-CSRF-Token": "wrong"} if path == "/keluar" else {})
            answer = hub.request(method, real, headers=headers, json={} if method == "POST" else None)
            is_let_in = answer.status_code not in REFUSED and not is_led_to_sign_in(answer)
            if path == "/keluar":
                is_let_in = "CSRF" in answer.text
            expected = right is Right.OPEN or right in asker.granted or (is_open and right in rights.IN_OPEN_PAGES)
            asked += 1
            if is_let_in != expected:
                wrong.append(f"{asker.name} {method} {path}: {answer.status_code}, expected in: {expected}")
    assert not wrong, "\n".join(wrong)
    assert asked == len(askers) * (len(ROUTES) - len(NOT_ASKED))


def is_led_to_sign_in(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith(TO_SIGN_IN)


def test_nobody_acts_by_a_right_to_look() -> None:
    looks = rights.IN_OPEN_PAGES | {Right.OPEN, Right.SIGN_OUT}
    shows_and_acts = {Right.BOX, Right.MANAGE_PEOPLE, Right.OWN_ACCOUNT, Right.READ_AUDIT, Right.SEE_PICTURES}
    shows_and_acts |= {Right.DRAW_VIEWS}
    for (method, path), right in ROUTES.items():
        assert method in {"GET", "HEAD"} or right not in looks or path in {
            "/masuk", "/keluar", "/mulai/{secret}", "/sandi/{secret}", "/t/{token}", "/api/v1/enrol",
            "/api/v1/renewal/expired"}, path  # fmt: skip
        assert method in {"POST", "PUT"} or right in looks | shows_and_acts, path


def test_who_draws_on_pictures_may_see_them() -> None:
    assert all(Right.SEE_PICTURES in granted for granted in GRANTS.values() if Right.DRAW_VIEWS in granted)


def test_roles_are_what_the_city_was_promised() -> None:
    acts = {role: {right.value for right in GRANTS[role]} - STILL for role in Role}
    assert acts[Role.WALL] == acts[Role.VIEWER] == set()
    assert acts[Role.TECHNICIAN] == {"see-pictures", "draw-views"}
    assert acts[Role.BPBD] == {"acknowledge", "comment", "bear-out", "see-numbers", "see-pictures"}
    assert acts[Role.OPERATOR] == acts[Role.BPBD] | {"tell-rt", "downgrade"}
    assert acts[Role.SHIFT_LEAD] == acts[Role.OPERATOR] | {"shelve", "draw-views", "read-audit"}
    assert acts[Role.ADMIN] == acts[Role.SHIFT_LEAD] | {"manage-people"}
    assert rights.of_role("kaisar") == frozenset()


def test_a_scope_that_no_token_may_have_gives_nothing() -> None:
    assert rights.of_scopes("open,sign-out,own-account,manage-people,admin,*,look") == {Right.LOOK}
    assert rights.of_scopes("") == frozenset()


def test_who_is_not_known_is_refused_before_what_they_sent_is_looked_at(hub: httpx.Client) -> None:
    answer = hub.post("/api/v1/alerts/a-awas/acknowledge", json={"seen_version": "x"})
    assert answer.status_code == 401


@pytest.mark.parametrize("shown", ["Bearer wrong", "Bearer ", "bearer  x y"])
def test_a_wrong_token_is_nobody_whatever_cookie_comes_with_it(town: HubData, askers: list[Asker], shown: str) -> None:
    admin = next(asker for asker in askers if asker.name == "admin")
    with answering(town.path, clock=FakeClock(now_ms=town.now_ms)) as hub:
        headers = admin.headers | {"Authorization": shown}
        answer = hub.post("/api/v1/alerts/none/acknowledge", json={"seen_version": 1}, headers=headers)
    assert answer.status_code == 401


BUTTONS = {
    "konfirmasi": Right.ACKNOWLEDGE,
    "turunkan": Right.DOWNGRADE,
    "teruskan": Right.TELL_RT,
    "pastikan": Right.BEAR_OUT,
    "catatan": Right.COMMENT,
    "tunda": Right.SHELVE,
}


def test_a_page_shows_the_buttons_that_its_reader_may_press_and_no_other(town: HubData, askers: list[Asker]) -> None:
    town.update("alerts", "alert_id", "a-siaga", is_latched=1, water=1, is_suspect=1, acknowledged_ms=None)
    town.add_delivery("a-siaga", "r1", "owed", severity=2, due_ms=town.now_ms + 60_000)
    shown_to = {}
    with answering(town.path, clock=FakeClock(now_ms=town.now_ms), place=PLACE) as hub:
        for asker in askers:
            page = hub.get("/alarm/a-siaga", headers=asker.headers).text
            shown_to[asker.name] = {deed for deed in BUTTONS if f"/alarm/a-siaga/{deed}" in page}
            wall = hub.get("/dinding", headers=asker.headers).text
            assert ("<kbd>F2</kbd>" in wall) == (asker.name in GRANTS and Right.ACKNOWLEDGE in asker.granted)
    for role in rights.PERSONS:
        assert shown_to[role] == {deed for deed, right in BUTTONS.items() if right in GRANTS[role]}, role
    assert shown_to["nobody"] == shown_to["wall"] == set()


def test_where_pages_are_closed_a_person_is_led_to_the_sign_in_and_a_program_is_told(
    city: HubData, clock: FakeClock
) -> None:
    with answering(city.path, clock=clock, is_open=False) as hub:
        page = hub.get("/sungai/wai-ruhu-1", headers={"Accept": "text/html"}, follow_redirects=False)
        assert (page.status_code, page.headers["location"]) == (303, "/masuk?kembali=/sungai/wai-ruhu-1")
        assert hub.get("/api/v1/stations").status_code == 401
        assert hub.get("/healthz").status_code == 200
        assert "/simpul" not in hub.get("/masuk").text
