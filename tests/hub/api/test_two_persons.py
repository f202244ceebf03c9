"""Who becomes an administrator, or ceases to be one of the last two, is decided by two of them."""

import re

import pytest

from hub.audit.verification import verify
from hub.proposals import role_change
from hub.storage import audit, password_links, people, proposals
from hub.storage import connection as database
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData
from tests.support.seats import Browser, Seat, deeds, person, seated, shown

DAY_S = 24 * 3600


@pytest.fixture
def sari(city: HubData, browser: Browser) -> Seat:
    """A second administrator, signed in."""
    person(city, "sari", "admin")
    return seated(city, browser(), "sari")


@pytest.fixture
def rina(city: HubData) -> str:
    """An operator; the page about them."""
    return f"/pengguna/orang/{person(city, 'rina', 'operator')}"


def role_of(city: HubData, name: str) -> str:
    user = people.user(city.connection, name)
    assert user is not None
    return user.role


def decision_of(seat: Seat, word: str) -> str:
    """Return where the form is that decides the one proposal."""
    (path,) = re.findall(rf'action="(/pengguna/usul/[^/]+/{word})"', seat.get("/pengguna").text)
    return str(path)


def test_the_first_administrator_makes_the_second_alone(admin: Seat, city: HubData, rina: str) -> None:
    assert admin.post(f"{rina}/peran", role="admin").status_code == 303
    assert role_of(city, "rina") == "admin"


def test_an_administrator_is_made_by_two(admin: Seat, sari: Seat, city: HubData, rina: str) -> None:
    admin.post(f"{rina}/peran", role="admin")
    assert role_of(city, "rina") == "operator", "one is not enough"
    for seat in (admin, sari):
        assert "1 menunggu orang kedua" in seat.get("/sungai").text
        assert "1 untuk pengelola" in seat.get("/dinding").text
    assert decision_of(sari, "setuju")
    assert "/setuju" not in admin.get("/pengguna").text, "who proposed it is offered no yes"
    assert sari.post(decision_of(sari, "setuju")).status_code == 303
    assert role_of(city, "rina") == "admin"
    assert "untuk pengelola" not in admin.get("/dinding").text
    told = deeds(city)
    assert [(actor, action) for actor, action, _ in told] == [
        ("admin", "proposal.made"),
        ("sari", "proposal.approved"),
        ("sari", "user.role_set"),
    ]
    assert verify(audit.all_rows(city.connection), witnesses=(), say=print).damage is None


def test_who_proposed_it_cannot_confirm_it_by_any_session(
    admin: Seat, sari: Seat, city: HubData, rina: str, browser: Browser
) -> None:
    admin.post(f"{rina}/peran", role="admin")
    path = decision_of(sari, "setuju")
    for seat in (admin, seated(city, browser(), "admin")):
        answer = seat.post(path)
        assert (answer.status_code, "usul Anda sendiri" in answer.text) == (409, True)
    assert role_of(city, "rina") == "operator"
    assert [one.proposed_by for one in proposals.still_open(city.connection)] == [user_id(city, "admin")]


def user_id(city: HubData, name: str) -> str:
    user = people.user(city.connection, name)
    assert user is not None
    return user.user_id


def test_nobody_else_confirms_it(admin: Seat, sari: Seat, city: HubData, rina: str, browser: Browser) -> None:
    admin.post(f"{rina}/peran", role="admin")
    path = decision_of(sari, "setuju")
    program = city.api_token()
    assert browser().post(path, headers={"Authorization": f"Bearer {program}"}).status_code == 403
    assert seated(city, browser(), "rina").post(path).status_code == 403
    assert role_of(city, "rina") == "operator"


def test_it_waits_for_a_day(admin: Seat, sari: Seat, city: HubData, rina: str, clock: FakeClock) -> None:
    admin.post(f"{rina}/peran", role="admin")
    path = decision_of(sari, "setuju")
    clock.advance(DAY_S)
    later = seated(city, sari.client, "sari", after_s=DAY_S)
    assert "untuk pengelola" not in later.get("/dinding").text
    answer = later.post(path)
    assert (answer.status_code, "sudah lewat waktunya" in answer.text) == (409, True)
    assert role_of(city, "rina") == "operator"
    assert deeds(city)[-1][:2] == ("hub", "proposal.expired")
    assert later.post(path).status_code == 409, "for good"


def test_one_administrator_is_enough_to_stop_it(admin: Seat, sari: Seat, city: HubData, rina: str) -> None:
    for seat in (admin, sari):
        admin.post(f"{rina}/peran", role="admin")
        path = decision_of(seat, "tarik")
        assert seat.post(path).status_code == 303
        assert seat.post(path).status_code == 409, "it was decided"
    assert role_of(city, "rina") == "operator"
    assert [action for _, action, _ in deeds(city)].count("proposal.withdrawn") == 2


def test_of_two_administrators_neither_takes_the_others_role_alone(admin: Seat, sari: Seat, city: HubData) -> None:
    page = f"/pengguna/orang/{user_id(city, 'sari')}"
    assert admin.post(f"{page}/peran", role="viewer").status_code == 303
    assert role_of(city, "sari") == "admin"
    assert admin.post(f"{page}/peran", role="operator").status_code == 409, "one proposal a person at a time"
    sari.post(decision_of(sari, "setuju"))
    assert role_of(city, "sari") == "viewer"
    own = f"/pengguna/orang/{user_id(city, 'admin')}"
    last = admin.post(f"{own}/peran", role="viewer")
    assert (last.status_code, "pengelola terakhir" in last.text) == (409, True)


def test_of_three_one_takes_it_alone(admin: Seat, sari: Seat, city: HubData) -> None:
    third = person(city, "tono", "admin")
    assert sari.get("/pengguna").status_code == 200
    admin.post(f"/pengguna/orang/{third}/peran", role="viewer")
    assert role_of(city, "tono") == "viewer"


@pytest.mark.parametrize("deed", ["tautan", "tutup", "buka"])
def test_no_administrator_becomes_another_by_a_side_door(admin: Seat, sari: Seat, city: HubData, deed: str) -> None:
    answer = admin.post(f"/pengguna/orang/{user_id(city, 'sari')}/{deed}")
    assert (answer.status_code, "adalah pengelola" in answer.text) == (409, True)
    assert deeds(city) == []
    assert "Keluar sari" in sari.get("/sungai").text


def test_a_link_that_somebody_still_holds_makes_no_administrator(
    admin: Seat, sari: Seat, city: HubData, rina: str
) -> None:
    admin.post(f"{rina}/peran", role="admin")
    with database.write(city.connection) as connection:
        password_links.new_link(connection, user_id(city, "rina"), now_real_ms=city.now_ms)
    refused = sari.post(decision_of(sari, "setuju"))
    assert (refused.status_code, "tautan kata sandi yang belum dipakai" in refused.text) == (409, True)
    assert role_of(city, "rina") == "operator"
    assert len(role_change.waiting(city.connection, now_ms=city.now_ms)) == 1, "it waits on"
    with database.write(city.connection) as connection:
        password_links.close(connection, user_id(city, "rina"))
    assert sari.post(decision_of(sari, "setuju")).status_code == 303


@pytest.mark.parametrize("change", ["role", "proposer"])
def test_what_has_changed_since_is_not_confirmed(
    admin: Seat, sari: Seat, city: HubData, rina: str, change: str
) -> None:
    admin.post(f"{rina}/peran", role="admin")
    name = "rina" if change == "role" else "admin"
    with database.write(city.connection) as connection:
        people.set_role(connection, user_id(city, name), role="viewer")
    refused = sari.post(decision_of(sari, "setuju"))
    assert (refused.status_code, "Keadaan sudah berubah" in refused.text) == (409, True)
    assert role_of(city, "rina") != "admin"


@pytest.mark.usefixtures("sari")
def test_every_other_role_is_given_by_one(admin: Seat, city: HubData, rina: str) -> None:
    for role in ("viewer", "bpbd", "shift-lead", "technician", "operator"):
        assert admin.post(f"{rina}/peran", role=role).status_code == 303
        assert role_of(city, "rina") == role
    assert admin.post(f"{rina}/peran", role="kaisar").status_code == 422
    assert admin.post(f"{rina}/peran", role="wall").status_code == 422
    assert proposals.still_open(city.connection) == []


@pytest.mark.parametrize("deed", ["tautan", "buka"])
@pytest.mark.usefixtures("sari")
def test_whoever_proposes_somebody_cannot_become_them_before_the_second_person_decides(
    admin: Seat, city: HubData, rina: str, deed: str
) -> None:
    admin.post(f"{rina}/peran", role="admin")
    before = deeds(city)
    answer = admin.post(f"{rina}/{deed}")
    assert (answer.status_code, "menunggu orang kedua" in answer.text) == (409, True)
    assert deeds(city) == before
    admin.post(decision_of(admin, "tarik"))
    assert admin.post(f"{rina}/{deed}").status_code in {200, 303}


def test_the_second_person_sees_who_made_the_last_link(admin: Seat, sari: Seat, browser: Browser, rina: str) -> None:
    link = shown(admin.post(f"{rina}/tautan"))
    chosen = "empat kata yang panjang"
    assert browser().post(link, data={"password": chosen, "again": chosen}).status_code == 303
    admin.post(f"{rina}/peran", role="admin")
    assert "tautan kata sandi terakhir orang ini dibuat admin" in sari.get("/pengguna").text


def test_who_only_proposed_a_change_of_their_own_role_stays_signed_in(admin: Seat, sari: Seat, city: HubData) -> None:
    own = f"/pengguna/orang/{user_id(city, 'admin')}"
    assert admin.post(f"{own}/peran", role="viewer").headers["location"] == own
    sari.post(decision_of(sari, "setuju"))
    assert role_of(city, "admin") == "viewer"
