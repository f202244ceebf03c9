from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.storage import people
from tests.support.hub_data import NOW_MS, PASSWORD, HubData


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubData]:
    made = HubData(tmp_path / "hub.db")
    made.admin()
    yield made
    made.close()


def test_the_administrators_password_opens_and_another_does_not(hub: HubData) -> None:
    assert people.verify_password(hub.connection, name="admin", password=PASSWORD)
    assert people.verify_password(hub.connection, name="admin", password="salah") is None
    assert people.verify_password(hub.connection, name="siapa", password=PASSWORD) is None


def test_no_secret_stands_in_the_database(hub: HubData) -> None:
    user_id = people.verify_password(hub.connection, name="admin", password=PASSWORD)
    assert user_id
    token = people.open_session(hub.connection, user_id=user_id, now_ms=NOW_MS, rate=1.0)
    api_token = hub.api_token()
    dump = "\n".join(hub.connection.iterdump())
    assert not [secret for secret in (PASSWORD, token, api_token) if secret in dump]


def test_ensuring_the_administrator_again_changes_nothing(hub: HubData) -> None:
    before = hub.connection.execute("SELECT * FROM users").fetchall()
    hub.admin()
    assert hub.connection.execute("SELECT * FROM users").fetchall() == before


def test_a_new_password_ends_the_sessions_of_the_old_one(hub: HubData) -> None:
    user_id = people.verify_password(hub.connection, name="admin", password=PASSWORD)
    assert user_id
    token = people.open_session(hub.connection, user_id=user_id, now_ms=NOW_MS, rate=1.0)
    people.ensure_user(hub.connection, name="admin", password="baru", now_ms=NOW_MS)
    assert people.of_session(hub.connection, token, now_ms=NOW_MS) is None
    assert people.verify_password(hub.connection, name="admin", password="baru")


def test_a_token_of_the_same_name_replaces_the_older_one(hub: HubData) -> None:
    first, second = hub.api_token("demo"), hub.api_token("demo")
    assert people.of_api_token(hub.connection, first) is None
    person = people.of_api_token(hub.connection, second)
    assert person is not None
    assert person.name == "demo"
