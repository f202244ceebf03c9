"""Fills the hub's database with the demo's stations and people; harmless when it stands there already."""

from pathlib import Path
from tempfile import TemporaryDirectory

from contract.clock import Clock, SystemClock
from hub.api.rights import SCOPES, as_scopes
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.demo.files import secret
from hub.demo.place import Place
from hub.demo.scenario import STATIONS_FILE
from hub.fleet.city_file import CityFile, read_city
from hub.fleet.city_register import enter
from hub.storage import api_tokens, people
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate

ADMIN_NAME = "admin"
ADMIN_PASSWORD = "admin-password"
API_TOKEN_NAME = "peragaan"
API_TOKEN_LIFE_MS = 30 * 24 * 3_600_000


def prepare_database(place: Place, *, clock: Clock, phone_port: int) -> str:
    """Bring the hub's database to what the demo needs and return a fresh API token."""
    city = _city(phone_port)
    connection = database.open(place.home / "hub.db")
    try:
        migrate(connection)
        with database.write(connection):
            enter(connection, city, now_ms=clock.now_ms())
            people.ensure_user(
                connection, name=ADMIN_NAME, password=secret(place, ADMIN_PASSWORD), now_ms=clock.now_ms()
            )
            return _api_token(connection, now_ms=clock.now_ms())
    finally:
        connection.close()


def _api_token(connection: Connection, *, now_ms: int) -> str:
    actor = audit_log.of_shell()
    audit_log.note(connection, now_ms=now_ms, actor=actor, action=Action.TOKEN_MADE, subject=API_TOKEN_NAME)
    now_real_ms = SystemClock().now_ms()
    return api_tokens.add(
        connection,
        name=API_TOKEN_NAME,
        scopes=as_scopes(SCOPES),
        now_real_ms=now_real_ms,
        expires_real_ms=now_real_ms + API_TOKEN_LIFE_MS,
    )


def _city(phone_port: int) -> CityFile:
    """Return the demo's stations with the phone's address in them."""
    text = STATIONS_FILE.read_text(encoding="utf-8").replace("{phone}", f"http://127.0.0.1:{phone_port}/messages")
    with TemporaryDirectory() as folder:
        file = Path(folder) / STATIONS_FILE.name
        file.write_text(text, encoding="utf-8")
        return read_city(file)
