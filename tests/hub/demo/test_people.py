"""The demo's token is made like anybody's: with a row in the audit log."""

from pathlib import Path

from contract.clock import SystemClock
from hub.demo.people import API_TOKEN_NAME, prepare_database
from hub.demo.place import Place
from hub.storage import audit
from hub.storage import connection as database


def test_a_token_is_a_row_that_does_not_hold_it(tmp_path: Path) -> None:
    place = Place(home=tmp_path)
    place.secrets.mkdir()
    token = prepare_database(place, clock=SystemClock(), phone_port=1)
    connection = database.read_only(tmp_path / "hub.db")
    row = list(audit.all_rows(connection))[-1]
    assert (row.action, row.subject) == ("token.made", API_TOKEN_NAME)
    assert token not in repr(row)
    connection.close()
