from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from hub.audit import new_life
from hub.storage import api_tokens, audit, first_admin, migrations, password_links, people, sessions
from hub.storage import connection as database
from hub.storage.migrations import migrate
from tests.support.hub_data import FAR_MS, NOW_MS, PASSWORD, HubData


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubData]:
    made = HubData(tmp_path / "hub.db")
    made.admin()
    yield made
    made.close()


def admin_id(hub: HubData) -> str:
    user = people.verify_password(hub.connection, name="admin", password=PASSWORD)
    assert user is not None
    return user.user_id


def begin(hub: HubData, *, now_ms: int = NOW_MS) -> str:
    secret = sessions.begin(hub.connection, admin_id(hub), now_real_ms=now_ms)
    assert secret is not None
    return secret


def test_the_administrators_password_opens_and_another_does_not(hub: HubData) -> None:
    assert people.verify_password(hub.connection, name="admin", password=PASSWORD)
    assert people.verify_password(hub.connection, name="admin", password="salah") is None
    assert people.verify_password(hub.connection, name="siapa", password=PASSWORD) is None


def test_no_secret_stands_in_the_database_or_in_what_is_printed_of_a_row(hub: HubData) -> None:
    token, api_token = begin(hub), hub.api_token()
    link = first_admin.new_link(hub.connection, now_real_ms=NOW_MS)
    choice = password_links.new_link(hub.connection, admin_id(hub), now_real_ms=NOW_MS)
    dump = "\n".join(hub.connection.iterdump())
    assert not [secret for secret in (PASSWORD, token, api_token, link, choice) if secret in dump]
    session = sessions.of_secret(hub.connection, token, now_real_ms=NOW_MS)
    assert session is not None
    user, kept = people.user(hub.connection, "admin"), api_tokens.all_tokens(hub.connection)[0]
    assert user is not None
    printed = f"{session!r}{user!r}{kept!r}"
    assert not [secret for secret in (session.csrf, session.key, user.password_hash, kept.key) if secret in printed]


def test_ensuring_the_administrator_again_changes_nothing(hub: HubData) -> None:
    before = hub.connection.execute("SELECT * FROM users").fetchall()
    people.ensure_user(hub.connection, name="admin", password=PASSWORD, now_ms=NOW_MS)
    assert hub.connection.execute("SELECT * FROM users").fetchall() == before


def test_a_new_password_ends_the_sessions_of_the_old_one(hub: HubData) -> None:
    token = begin(hub)
    people.ensure_user(hub.connection, name="admin", password="baru", now_ms=NOW_MS)
    assert sessions.of_secret(hub.connection, token, now_real_ms=NOW_MS) is None
    assert people.verify_password(hub.connection, name="admin", password="baru")


def test_who_may_not_sign_in_any_more_begins_no_session_even_with_a_password_verified_before(hub: HubData) -> None:
    user_id = admin_id(hub)
    people.disable(hub.connection, user_id, now_real_ms=NOW_MS)
    assert sessions.begin(hub.connection, user_id, now_real_ms=NOW_MS) is None
    assert people.verify_password(hub.connection, name="admin", password=PASSWORD) is None
    assert not people.is_admin_there(hub.connection)
    people.enable(hub.connection, user_id)
    assert people.is_admin_there(hub.connection)
    assert begin(hub)


def test_a_token_of_the_same_name_replaces_the_older_one_and_ends_in_its_time(hub: HubData) -> None:
    first, second = hub.api_token("demo"), hub.api_token("demo")
    assert api_tokens.of_secret(hub.connection, first, now_real_ms=NOW_MS) is None
    token = api_tokens.of_secret(hub.connection, second, now_real_ms=FAR_MS - 1)
    assert token is not None
    assert token.name == "demo"
    assert api_tokens.of_secret(hub.connection, second, now_real_ms=FAR_MS) is None
    assert api_tokens.live_keys(hub.connection, now_real_ms=NOW_MS) == {token.key}
    assert api_tokens.live_keys(hub.connection, now_real_ms=FAR_MS) == set()


@pytest.mark.parametrize(
    "name", ["admin", "ADMIN", " admin ", "ａdmin", "demo", "Demo", "admin (hp)", "\u0430dm\u0456n", "ADM\u0406N"]
)
def test_nobody_takes_a_name_that_looks_like_anothers(hub: HubData, name: str) -> None:
    hub.api_token("demo")
    assert people.is_taken(hub.connection, name)
    assert not people.is_taken(hub.connection, "rina")


def test_sessions_that_have_ended_are_swept_out_with_the_next_one(hub: HubData) -> None:
    begin(hub)
    late_ms = NOW_MS + sessions.IDLE_REAL_MS
    begin(hub, now_ms=late_ms)
    assert len(hub.connection.execute("SELECT 1 FROM sessions").fetchall()) == 1
    assert len(sessions.live_keys(hub.connection, now_real_ms=late_ms)) == 1
    assert sessions.live_keys(hub.connection, now_real_ms=late_ms + sessions.IDLE_REAL_MS) == set()


def test_a_file_of_before_keeps_its_people_as_operators_and_ends_sessions_and_tokens_that_had_no_real_end(
    tmp_path: Path,
) -> None:
    old = database.open(tmp_path / "old.db")
    migrations.all_steps().apply(Database(old), stop_before="0010_people")
    old.execute("INSERT INTO users VALUES ('u1', 'rina', 'h', 'admin', 7)")
    old.execute("INSERT INTO users VALUES ('u2', 'tono', 'h', 'admin', 7)")
    old.execute("INSERT INTO sessions VALUES ('s', 'u1', 'c', 7, 9000000000000)")
    old.execute("INSERT INTO api_tokens VALUES ('t', 'demo', 'admin', 7)")
    migrate(old)
    known = [(user.name, user.role, user.disabled_real_ms) for user in people.all_users(old)]
    assert known == [("rina", "operator", None), ("tono", "operator", None)], "nobody is an administrator by an upgrade"
    assert not people.is_admin_there(old)
    assert first_admin.is_open(old, first_admin.new_link(old, now_real_ms=8), now_real_ms=8), (
        "the city is not locked out"
    )
    assert sessions.live_keys(old, now_real_ms=8) == api_tokens.live_keys(old, now_real_ms=8) == set()
    old.close()


def test_a_link_ends_when_the_database_begins_a_new_life(hub: HubData) -> None:
    user_id = admin_id(hub)
    with database.write(hub.connection) as connection:
        link = password_links.new_link(connection, user_id, now_real_ms=NOW_MS)
    assert password_links.owner(hub.connection, link, now_real_ms=NOW_MS) is not None
    with database.write(hub.connection) as connection:
        new_life.begin(connection, now_ms=NOW_MS, actor="hub")
    assert password_links.owner(hub.connection, link, now_real_ms=NOW_MS) is None


def test_no_way_in_but_a_password_outlives_the_life_of_the_database(hub: HubData) -> None:
    session, program, own = begin(hub), hub.api_token("pusdalops"), ""
    with database.write(hub.connection) as connection:
        own = api_tokens.add(
            connection, name="own", scopes="look", now_real_ms=NOW_MS, expires_real_ms=FAR_MS, owner_id=admin_id(hub)
        )  # fmt: skip
        first_admin.new_link(connection, now_real_ms=NOW_MS)
        new_life.begin(connection, now_ms=NOW_MS, actor="hub")
    assert sessions.of_secret(hub.connection, session, now_real_ms=NOW_MS) is None
    assert [api_tokens.of_secret(hub.connection, token, now_real_ms=NOW_MS) for token in (program, own)] == [None, None]
    assert not first_admin.is_any_open(hub.connection, now_real_ms=NOW_MS)
    (row,) = audit.rows(hub.connection, audit.Wanted(action="log.restored"))
    assert '"ways_in_ended":2' in row.detail
    assert begin(hub), "the password is as in the copy"


def test_the_first_administrators_link_is_none_where_the_clock_was_set_back(tmp_path: Path) -> None:
    connection = database.open(tmp_path / "new.db")
    migrate(connection)
    link = first_admin.new_link(connection, now_real_ms=NOW_MS)
    for now_ms, is_open in ((NOW_MS, True), (NOW_MS - 30_000, True), (NOW_MS - 3_600_000, False)):
        assert first_admin.is_open(connection, link, now_real_ms=now_ms) is is_open
        assert first_admin.is_any_open(connection, now_real_ms=now_ms) is is_open
    connection.close()


def test_a_link_of_the_future_is_none(hub: HubData) -> None:
    with database.write(hub.connection) as connection:
        link = password_links.new_link(connection, admin_id(hub), now_real_ms=NOW_MS)
    assert password_links.owner(hub.connection, link, now_real_ms=NOW_MS - 1) is None
