"""The demo's token is made like anybody's: with a row in the audit log."""

from pathlib import Path

from contract.clock import SystemClock
from hub.demo.people import ADMIN_NAME, API_TOKEN_NAME, prepare_database
from hub.demo.place import Place
from hub.storage import audit, people
from hub.storage import connection as database


def test_a_token_is_a_row_that_does_not_hold_it(tmp_path: Path) -> None:
    place = Place(home=tmp_path, whole=tmp_path)
    place.secrets.mkdir()
    token = prepare_database(place, clock=SystemClock(), phone_port=1)
    connection = database.read_only(tmp_path / "hub.db")
    row = list(audit.all_rows(connection))[-1]
    assert (row.action, row.subject) == ("token.made", API_TOKEN_NAME)
    assert token not in repr(row)
    connection.close()


def test_the_demos_person_is_its_administrator_again_at_the_next_start(tmp_path: Path) -> None:
    place = Place(home=tmp_path, whole=tmp_path)
    place.secrets.mkdir()
    prepare_database(place, clock=SystemClock(), phone_port=1)
    connection = database.open(tmp_path / "hub.db")
    (person,) = people.all_users(connection)
    people.set_role(connection, person.user_id, role="operator")  # as an upgrade from before roles does
    prepare_database(place, clock=SystemClock(), phone_port=1)
    assert [(one.name, one.role) for one in people.all_users(connection)] == [(ADMIN_NAME, "admin")]
    connection.close()
