"""The pages for people: whom an administrator adds, what they end, what a person does with their own account."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from hub.api.house import Connections
from hub.audit.verification import verify
from hub.storage import api_tokens, audit, people, sessions
from hub.storage import connection as database
from hub.storage.audit import Wanted
from hub.storage.connection import Connection
from tests.support.clocks import FakeClock
from tests.support.hub_data import PASSWORD, HubData
from tests.support.seats import PLACE, Browser, Seat, deeds, person, seated, shown
from tests.support.webs import answering

CHOICE = "empat kata yang panjang"


def role_of(city: HubData, name: str) -> str:
    user = people.user(city.connection, name)
    assert user is not None
    return user.role


def test_a_new_person_chooses_their_own_password_by_a_link_that_is_shown_once(
    admin: Seat, city: HubData, browser: Browser
) -> None:
    answer = admin.post("/pengguna", name="rina", role="operator")
    link = shown(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert link not in admin.get("/pengguna").text
    assert "belum memilih kata sandi" in admin.get("/pengguna").text
    newcomer = browser()
    assert "rina" in newcomer.get(link).text
    differ = newcomer.post(link, data={"password": CHOICE, "again": "lain sama sekali"})
    assert (differ.status_code, "Kedua kata sandi tidak sama." in differ.text) == (422, True)
    assert newcomer.post(link, data={"password": CHOICE, "again": CHOICE}).status_code == 303
    assert "Keluar rina" in newcomer.get("/sungai").text
    assert newcomer.get(link).status_code == 404, "it works once"
    assert role_of(city, "rina") == "operator"
    assert deeds(city) == [
        ("admin", "user.saved", "rina"),
        ("admin", "user.link_made", "rina"),
        ("rina", "user.saved", "rina"),
    ]
    everything = "".join(row.detail for row in audit.rows(city.connection, Wanted()))
    assert link.rsplit("/", 1)[1] not in everything
    assert verify(audit.all_rows(city.connection), witnesses=(), say=print).damage is None


def test_a_link_ends_after_a_day_and_with_a_newer_one_and_with_the_account(
    admin: Seat, city: HubData, clock: FakeClock, browser: Browser
) -> None:
    user_id, visitor = person(city, "rina", "viewer"), browser()
    page = f"/pengguna/orang/{user_id}"
    first, second = (shown(admin.post(f"{page}/tautan")) for _ in range(2))
    assert [visitor.get(link).status_code for link in (first, second)] == [404, 200]
    admin.post(f"{page}/tutup")
    assert visitor.get(second).status_code == 404
    admin.post(f"{page}/buka")
    assert visitor.get(second).status_code == 404, "switching on gives no old link back"
    third = shown(admin.post(f"{page}/tautan"))
    clock.advance(24 * 3600)
    assert visitor.get(third).status_code == 404


def test_a_link_ends_the_old_password_and_every_session_at_once(admin: Seat, city: HubData, browser: Browser) -> None:
    user_id = city.person("rina", "operator")
    rina = seated(city, browser(), "rina")
    admin.post(f"/pengguna/orang/{user_id}/tautan")
    assert "Keluar rina" not in rina.get("/sungai").text
    assert people.verify_password(city.connection, name="rina", password=PASSWORD) is None


def test_a_name_that_is_taken_or_means_something_else_is_refused(admin: Seat, city: HubData) -> None:
    for name in ("ADMIN", " ", "hub", "shell:root", "a\u202eb", "x" * 101):
        assert admin.post("/pengguna", name=name, role="viewer").status_code == 422, name
    assert len(people.all_users(city.connection)) == 1


def test_the_list_says_who_has_to_wait_after_wrong_passwords(admin: Seat, browser: Browser, city: HubData) -> None:
    person(city, "rina", "viewer")
    guesser = browser()
    for _ in range(5):
        guesser.post("/masuk", data={"name": "rina", "password": "salah"})
    page = admin.get("/pengguna").text
    assert page.count("salah kata sandi: menunggu") == 1
    assert PLACE in admin.get("/akun").text


def test_ending_sessions_and_switching_off_put_a_person_out_at_once(
    admin: Seat, city: HubData, browser: Browser
) -> None:
    user_id = person(city, "rina", "viewer")
    for deed, action in (("sesi", "user.sessions_ended"), ("tutup", "user.disabled")):
        rina = seated(city, browser(), "rina")
        assert "Keluar rina" in rina.get("/sungai").text
        assert admin.post(f"/pengguna/orang/{user_id}/{deed}").status_code == 303
        assert "Keluar rina" not in rina.get("/sungai").text
        assert deeds(city)[-1] == ("admin", action, "rina")
    before = deeds(city)
    admin.post(f"/pengguna/orang/{user_id}/tutup")
    assert deeds(city) == before, "what changes nothing is no deed"


def test_every_form_needs_the_token_of_its_page(admin: Seat, city: HubData) -> None:
    user_id = person(city, "rina", "viewer")
    paths = [f"/pengguna/orang/{user_id}/{deed}" for deed in ("peran", "sesi", "tutup", "buka", "tautan")]
    paths += ["/pengguna", "/pengguna/usul/P-1/setuju", "/pengguna/usul/P-1/tarik", "/token/program", "/token/layar"]
    paths += ["/token/akhiri", "/akun/sandi", "/akun/sesi", "/akun/sesi-lain", "/akun/token", "/akun/token/akhiri"]
    fields = {"name": "x", "role": "viewer", "csrf": "wrong", "session": "x", "address": "192.0.2.7"}
    answers = [admin.client.post(path, data=fields | {"old": "x", "password": "x", "again": "x"}) for path in paths]
    assert {answer.status_code for answer in answers} == {403}
    assert deeds(city) == []


def test_a_programs_token_does_what_was_chosen_until_it_is_ended(admin: Seat, city: HubData, browser: Browser) -> None:
    assert admin.post("/token/program", name="pusdalops", days="30").status_code == 422, "no right was chosen"
    assert admin.post("/token/program", name="pusdalops", days="30", rights="manage-people").status_code == 422
    token = shown(admin.post("/token/program", name="pusdalops", days="30", rights=["look", "comment"]))
    assert token not in admin.get("/token").text
    headers = {"Authorization": f"Bearer {token}"}
    program = browser()

    def comment() -> int:
        path = "/api/v1/alerts/a-awas/comments"
        return program.post(path, json={"text": "jembatan aman"}, headers=headers).status_code

    assert comment() == 200
    assert program.post("/api/v1/alerts/a-awas/acknowledge", json={}, headers=headers).status_code == 403
    admin.post("/token/akhiri", name="pusdalops")
    assert comment() == 401
    assert [deed[1:] for deed in deeds(city)] == [
        ("token.made", "pusdalops"),
        ("alert.commented", "a-awas"),
        ("token.revoked", "pusdalops"),
    ]


def test_a_screens_link_opens_at_its_own_address_alone(admin: Seat, city: HubData, clock: FakeClock) -> None:
    assert admin.post("/token/layar", name="dinding-1", address="hall").status_code == 422
    link = shown(admin.post("/token/layar", name="dinding-1", address="192.0.2.7"))
    for place, status in (("192.0.2.7", 303), ("192.0.2.8", 404)):
        with answering(city.path, clock=clock, place=place) as screen:
            assert screen.get(link).status_code == status


def test_who_changes_their_own_password_has_to_know_the_old_one(admin: Seat, browser: Browser, city: HubData) -> None:
    other = seated(city, browser(), "admin")
    wrong = admin.post("/akun/sandi", old="salah sekali", password=CHOICE, again=CHOICE)
    assert (wrong.status_code, "Kata sandi lama salah." in wrong.text) == (422, True)
    assert "Keluar admin" in other.get("/sungai").text
    assert admin.post("/akun/sandi", old=PASSWORD, password="pendek", again="pendek").status_code == 422
    done = admin.post("/akun/sandi", old=PASSWORD, password=CHOICE, again=CHOICE)
    assert (done.status_code, done.headers["location"]) == (303, "/akun?kabar=sandi")
    assert "Kata sandi sudah diganti." in admin.get("/akun?kabar=sandi").text, "this browser goes on"
    assert "Keluar admin" not in other.get("/sungai").text, "every other ends"
    assert people.verify_password(city.connection, name="admin", password=CHOICE)
    row = list(audit.rows(city.connection, Wanted(action="user.saved")))[-1]
    assert (row.actor, msgspec.json.decode(row.detail)) == ("admin", {"by": "self", "is_new": False})


def test_guessing_at_the_old_password_is_slowed_like_guessing_at_the_door(admin: Seat) -> None:
    answers = [admin.post("/akun/sandi", old="salah", password=CHOICE, again=CHOICE).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_person_sees_and_ends_their_own_sessions_and_nobody_elses(
    admin: Seat, city: HubData, browser: Browser
) -> None:
    person(city, "rina", "viewer")
    rina, second = seated(city, browser(), "rina"), seated(city, browser(), "rina")
    (mark,) = re.findall(r'name="session" value="(\w+)"', rina.get("/akun").text)
    admin.post("/akun/sesi", session=mark)
    assert "Keluar rina" in second.get("/sungai").text, "another's mark ends nothing"
    rina.post("/akun/sesi", session=mark)
    assert "Keluar rina" not in second.get("/sungai").text
    third = seated(city, browser(), "rina")
    rina.post("/akun/sesi-lain")
    assert "Keluar rina" in rina.get("/sungai").text
    assert "Keluar rina" not in third.get("/sungai").text
    assert [deed for deed in deeds(city) if deed[1] == "user.sessions_ended"] == [
        ("rina", "user.sessions_ended", "rina")
    ] * 2


def test_ones_own_token_never_does_more_than_its_owner_may_now(admin: Seat, city: HubData, browser: Browser) -> None:
    user_id = city.person("rina", "bpbd")
    rina = seated(city, browser(), "rina")
    wanted = {"name": "rina-hp", "days": "30", "password": PASSWORD}
    assert rina.post("/akun/token", **wanted, rights="shelve").status_code == 422
    token = shown(rina.post("/akun/token", **wanted, rights=["look", "comment"]))

    def comment() -> int:
        headers = {"Authorization": f"Bearer {token}"}
        path = "/api/v1/alerts/a-awas/comments"
        return rina.client.post(path, json={"text": "jembatan aman"}, headers=headers).status_code

    assert comment() == 200
    assert deeds(city)[-1] == ("rina (rina-hp)", "alert.commented", "a-awas")
    admin.post(f"/pengguna/orang/{user_id}/peran", role="viewer")
    assert comment() == 403
    admin.post(f"/pengguna/orang/{user_id}/tutup")
    assert comment() == 401
    assert api_tokens.live_keys(city.connection, now_real_ms=city.now_ms) == set()


def test_a_person_ends_only_tokens_of_their_own(admin: Seat, city: HubData, browser: Browser) -> None:
    person(city, "rina", "viewer")
    admin.post("/akun/token", name="mine", days="1", rights="look", password=PASSWORD)
    rina = seated(city, browser(), "rina")
    assert "mine" not in rina.get("/akun").text
    rina.post("/akun/token/akhiri", name="mine")
    assert len(api_tokens.all_tokens(city.connection)) == 1
    admin.post("/akun/token/akhiri", name="mine")
    assert api_tokens.all_tokens(city.connection) == []


def test_who_is_no_administrator_is_not_shown_the_way_to_people(city: HubData, browser: Browser) -> None:
    person(city, "rina", "operator")
    rina = seated(city, browser(), "rina")
    page = rina.get("/akun").text
    assert "/akun" in page
    assert "/pengguna" not in page
    assert "/jejak" not in page
    assert rina.get("/pengguna").status_code == 403


def own_token(seat: Seat) -> str:
    return shown(seat.post("/akun/token", name="rina-hp", days="30", rights="look", password=PASSWORD))


def test_a_token_that_a_thief_made_ends_with_the_password_the_sessions_and_the_account(
    admin: Seat, city: HubData, browser: Browser
) -> None:
    page = f"/pengguna/orang/{city.person('rina', 'viewer')}"
    for deed in ("sesi", "tautan", "tutup"):
        people.ensure_user(city.connection, name="rina", password=PASSWORD, now_ms=city.now_ms)
        token = own_token(seated(city, browser(), "rina"))
        assert "rina-hp" in admin.get(page).text, "an administrator sees it"
        admin.post(f"{page}/{deed}")
        admin.post(f"{page}/buka")
        assert api_tokens.of_secret(city.connection, token, now_real_ms=city.now_ms) is None, deed
    people.ensure_user(city.connection, name="rina", password=PASSWORD, now_ms=city.now_ms)
    rina = seated(city, browser(), "rina")
    token = own_token(rina)
    rina.post("/akun/sandi", old=PASSWORD, password=CHOICE, again=CHOICE)
    assert api_tokens.of_secret(city.connection, token, now_real_ms=city.now_ms) is None


def test_who_finds_a_page_open_makes_no_token_and_the_form_keeps_what_was_typed(admin: Seat, city: HubData) -> None:
    answer = admin.post("/akun/token", name="hp-lama", days="31", rights="comment", password="salah")
    assert (answer.status_code, "Kata sandi Anda salah." in answer.text) == (422, True)
    assert api_tokens.all_tokens(city.connection) == []
    for path in ("/token/program", "/token/layar"):
        fields = {"name": "hub", "days": "31", "rights": "comment", "address": "192.0.2.7"}
        assert 'value="192.0.2.7"' in admin.post(path, **fields).text or path == "/token/program"
        answer = answer if path == "/token/layar" else admin.post(path, **fields | {"name": "hp-lama", "days": "999"})
        assert 'value="hp-lama"' in answer.text
        assert 'value="comment" checked' in answer.text
    refused = admin.post("/pengguna", name="admin", role="technician")
    assert 'value="technician" selected' in refused.text


@pytest.mark.parametrize("now", ["another role", "no session"])
def test_who_may_no_longer_do_it_when_the_write_begins_does_nothing(
    admin: Seat, city: HubData, monkeypatch: pytest.MonkeyPatch, now: str
) -> None:
    user_id = person(city, "rina", "viewer")
    (me,) = [user.user_id for user in people.all_users(city.connection) if user.name == "admin"]
    writing = Connections.writing

    @contextmanager
    def late(connections: Connections) -> Iterator[Connection]:
        with database.write(city.connection) as connection:
            if now == "no session":
                sessions.end_all(connection, me)
            else:
                connection.execute("UPDATE users SET role = 'viewer' WHERE user_id = ?", (me,))
        with writing(connections) as writer:
            yield writer
        pytest.fail("it was written")

    status = 401 if now == "no session" else 403
    calls: list[tuple[str, dict[str, str]]] = [
        (f"/pengguna/orang/{user_id}/{deed}", {"role": "operator"}) for deed in ("peran", "sesi", "tutup", "tautan")
    ]
    calls += [("/pengguna", {"name": "tono", "role": "viewer"}), ("/pengguna/usul/P-1/setuju", {})]
    calls += [("/pengguna/usul/P-1/tarik", {}), ("/token/akhiri", {"name": "x"})]
    calls += [("/token/program", {"name": "x", "rights": "look"}), ("/token/layar", {"name": "x", "address": "::1"})]
    for path, fields in calls:
        with database.write(city.connection) as connection:
            connection.execute("UPDATE users SET role = 'admin' WHERE user_id = ?", (me,))
        seat = seated(city, admin.client, "admin")
        monkeypatch.setattr(Connections, "writing", late)
        assert seat.post(path, **fields).status_code == status, path
        monkeypatch.setattr(Connections, "writing", writing)
    assert deeds(city) == []
