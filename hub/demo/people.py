"""Fills the hub's database with the demo's stations and people; harmless when it stands there already."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from contract.clock import Clock, SystemClock
from hub.api.rights import SCOPES, as_scopes
from hub.audit import log as audit_log
from hub.audit.action import Action
from hub.demo.files import secret
from hub.demo.place import Place
from hub.demo.scenario import STATIONS_FILE
from hub.fleet.city_file import CityFile, read_city
from hub.fleet.city_register import enter
from hub.fleet.standing import Standing, standing
from hub.storage import api_tokens, people
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate

ADMIN_NAME = "admin"
ADMIN_PASSWORD = "admin-password"  # pragma: allowlist secret
API_TOKEN_NAME = "peragaan"
API_TOKEN_LIFE_MS = 30 * 24 * 3_600_000


def prepare_database(
    place: Place, *, clock: Clock, phone_port: int, names: Mapping[str, str] | None = None, has_views: bool = True
) -> str:  # fmt: skip
    """Bring the hub's database to what the demo needs and return a fresh API token.

    Args:
        place: of the demo.
        clock: its.
        phone_port: where messages go.
        names: node ids that the hub gave, by those of the city file; None: they are called as the file says.
        has_views: whether the box with the camera is started.
    """
    connection = database.open(place.home / "hub.db")
    try:
        migrate(connection)
        city = _city(phone_port, None if names is None else _without_revoked(connection, names))
        if not has_views:
            city = replace(city, views=())
        with database.write(connection):
            enter(connection, city, now_ms=clock.now_ms())
            people.ensure_user(
                connection, name=ADMIN_NAME, password=secret(place.secrets, ADMIN_PASSWORD), now_ms=clock.now_ms()
            )
            _keep_admin(connection)
            return _api_token(connection, now_ms=clock.now_ms())
    finally:
        connection.close()


def _keep_admin(connection: Connection) -> None:
    """Make the demo's person an administrator again, whom an upgrade or somebody who tried roles made another."""
    person = people.user(connection, ADMIN_NAME)
    if person is not None and person.role != people.ADMIN:
        people.set_role(connection, person.user_id, role=people.ADMIN)


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


def _without_revoked(connection: Connection, names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of boxes that may still stand for a station; whoever tries `hub node revoke` starts again."""
    return {called: given for called, given in names.items() if standing(connection, given) is not Standing.REVOKED}


def _city(phone_port: int, names: Mapping[str, str] | None) -> CityFile:
    """Return the demo's stations with the phone's address and the boxes' names in them."""
    text = STATIONS_FILE.read_text(encoding="utf-8").replace("{phone}", f"http://127.0.0.1:{phone_port}/messages")
    with TemporaryDirectory() as folder:
        file = Path(folder) / STATIONS_FILE.name
        file.write_text(text, encoding="utf-8")
        city = read_city(file)
    if names is None:
        return city
    bound = (one for one in city.bindings if one.node in names)
    seen = ((one, names[one.node]) for one in city.views if one.node is not None and one.node in names)
    return replace(
        city,
        bindings=tuple(replace(one, node=names[one.node]) for one in bound),
        views=tuple(replace(one, node=node) for one, node in seen),
    )
