"""The embedded broker with TLS, put together as `hub run` does: it starts, and reads what ingest keeps for it."""

from pathlib import Path

import pytest

from hub import app
from hub.broker import of_config
from hub.broker.keeper import BrokerState, Keeper, is_told
from hub.broker.reloading import PROGRAM_NAME
from hub.config import load_config
from hub.fleet import standing
from hub.fleet.authority import shelf
from hub.fleet.authority.errors import AuthorityError
from hub.storage import bindings, people
from hub.storage import connection as database
from hub.storage.migrations import migrate
from hub.supervisor import Program, Supervisor
from tests.support.authorities import make_authority
from tests.support.processes import free_port, is_listening, wait_until
from tests.support.rendered_brokers import real_now

BOX, LATE = "n-7f3k2m9q", "n-2c9d4x8w"


def written(folder: Path, port: int) -> Path:
    """Write the config of a hub whose broker is its own, with TLS."""
    authority = shelf.folder_of(Path("home"))
    client = authority / shelf.CLIENT
    path = folder / "hub.toml"
    path.write_text(
        f'home = "home"\n[mqtt]\nport = {port}\n[mqtt.tls]\nca = "{authority / shelf.BUNDLE}"\n'
        f'certificate = "{client}"\nkey = "{client}"\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.broker
def test_the_hubs_own_broker_reads_what_ingest_keeps_and_says_so(tmp_path: Path) -> None:
    make_authority(tmp_path, now=real_now())
    port = free_port()
    config = load_config(written(tmp_path, port))
    supervisor = Supervisor(
        [Program(name=PROGRAM_NAME, command=app.embedded_broker(config), log=tmp_path / "log")],
        clock=config.make_clock(),
    )
    look, kept = app.broker_reloading(config, supervisor), of_config.kept(config)
    assert look is not None
    assert kept is not None
    connection = database.open(config.database_path())
    keeper = Keeper(kept, clock=config.make_clock())
    supervisor.start()
    try:
        wait_until(lambda: is_listening(port), what="the broker to listen")

        def is_read() -> bool:
            keeper.look(connection)
            look()
            (text,) = (path.read_text() for path in kept.folder.glob("*.conf"))
            return f"CN={LATE}" in text and f"CN={BOX}" not in text and _has_reloaded(tmp_path / "log", 2)

        with database.write(connection):
            for node_id in (BOX, LATE):
                bindings.bind(connection, node_id=node_id, source="g1", station_id="wai-uji", now_ms=0)
        look()  # before the broker has read anything new
        with database.write(connection):
            standing.revoke(connection, BOX, reason="dicuri", now_ms=0, actor="uji")
        wait_until(is_read, what="the broker to read its file again")
        assert supervisor.pids().keys() == {PROGRAM_NAME}
        assert keeper.state is BrokerState.WELL
        text = (kept.folder / "nats.conf").read_text()
        wait_until(lambda: is_told(kept.receipt, _digest(text)), what="the receipt")
    finally:
        supervisor.end()
        connection.close()


def _digest(text: str) -> str:
    from hub.broker.keeper import digest

    return digest(text)


def _has_reloaded(log: Path, times: int) -> bool:
    return log.read_text().count("Reloaded server configuration") >= times


def test_without_an_authority_the_broker_is_not_started_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with pytest.raises(AuthorityError, match="hub authority init"):
        app.embedded_broker(load_config(written(tmp_path, free_port())))


def test_a_broker_without_tls_is_kept_by_nobody(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text('home = "home"\n', encoding="utf-8")
    config = load_config(path)
    assert of_config.kept(config) is None
    assert app.broker_reloading(config, Supervisor([], clock=config.make_clock())) is None


def test_a_hub_without_an_administrator_says_at_its_start_how_it_gets_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connection = database.open(tmp_path / "hub.db")
    migrate(connection)
    people.add(connection, name="rina", password_hash="", role="operator", now_ms=0)
    app.tell_of_no_administrator(connection)
    assert "1 orang" in caplog.text
    assert "hub user first-admin" in caplog.text
    caplog.clear()
    people.add(connection, name="sari", password_hash="", role="admin", now_ms=0)
    app.tell_of_no_administrator(connection)
    assert not caplog.text
    connection.close()
