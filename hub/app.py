"""The composition root of the hub: the only place that names concrete parts and hands each what it needs."""

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from hub.alerting.policy import AlertPolicy
from hub.broker import embedded, reloading
from hub.config import HubConfig
from hub.storage.connection import Connection
from hub.supervisor import Program, Supervisor

_LOG = logging.getLogger(__name__)


def alert_policy(config: HubConfig) -> AlertPolicy:
    """Return what the city has decided about its alerts."""
    return AlertPolicy(
        rt_after_s=config.alerts.rt_after_s,
        awas_escalation_s=config.alerts.awas_escalation_s,
        siaga_escalation_s=config.alerts.siaga_escalation_s,
        words=config.city.level_words(),
        zone_name=config.city.zone_name,
        utc_offset_h=config.city.utc_offset_h,
        phone=config.alerts.phone,
        mark=config.city.mark,
    )


def run_ingest(config: HubConfig, *, stop: threading.Event) -> int:
    """Run ingest until `stop` is set."""
    from hub.alerting import desk
    from hub.broker import of_config
    from hub.broker.keeper import Keeper
    from hub.ingest import process
    from hub.ingest.link import TlsFiles
    from hub.storage.retention import Retention

    config.home_path().mkdir(parents=True, exist_ok=True)
    tls, clock, kept = config.mqtt.tls, config.make_clock(), of_config.kept(config)
    return process.run(
        database_path=config.database_path(),
        broker=process.BrokerAddress(
            host=config.mqtt.host,
            port=config.mqtt.port,
            tls=None
            if tls is None
            else TlsFiles(ca=Path(tls.ca), certificate=Path(tls.certificate), key=Path(tls.key)),
        ),
        desk=desk,
        policy=alert_policy(config),
        kept=Retention(
            records_days=config.retention.records_days,
            rollups_60_days=config.retention.rollups_60_days,
            rollups_600_days=config.retention.rollups_600_days,
        ),
        dead_letters_limit=config.retention.dead_letters,
        clock=clock,
        stop=stop,
        keeper=None if kept is None else Keeper(kept, clock=clock),
    )


def run_dispatch(config: HubConfig, *, stop: threading.Event) -> int:
    """Run the dispatcher until `stop` is set."""
    from hub.dispatch import process

    return process.run(
        database_path=config.database_path(),
        secret_file=Path(config.webhook.secret_file),
        public_url=config.public_url(),
        policy=alert_policy(config),
        clock=config.make_clock(),
        stop=stop,
    )


def run_web(config: HubConfig, *, stop: threading.Event) -> int:
    """Serve pages and API until `stop` is set."""
    from hub.api import process
    from hub.api.enrolments import Enrolments
    from hub.api.listening import ByTls
    from hub.blobs.keeper import MIB, Bounds
    from hub.fleet.authority import shelf
    from hub.storage import connection as database
    from hub.storage.migrations import migrate
    from hub.wall.city import City
    from provisioning.identity.enrolment import Broker

    tls = config.web.tls
    config.home_path().mkdir(parents=True, exist_ok=True)
    connection = database.open(config.database_path())
    migrate(connection)
    tell_of_no_administrator(connection)
    connection.close()
    return process.run(
        host=config.web.host,
        port=config.web.port,
        db_path=config.database_path(),
        clock=config.make_clock(),
        city=City(
            name=config.city.name,
            zone_name=config.city.zone_name,
            utc_offset_h=config.city.utc_offset_h,
            words=config.city.level_words(),
            map_pack=Path(config.city.map_pack) if config.city.map_pack else None,
            mark=config.city.mark,
        ),
        policy=alert_policy(config),
        stop=stop,
        secure_cookies=config.public_url().startswith("https://"),
        is_open=config.web.open,
        enrolments=Enrolments(
            home=config.home_path(),
            broker=Broker() if tls is None else Broker(host=tls.broker_host or None, port=tls.broker_port),
        ),
        by_tls=None
        if tls is None
        else ByTls(
            host=tls.host,
            port=tls.port,
            bundle_port=tls.bundle_at(),
            certificate=shelf.server_file(config.home_path()),
            bundle=shelf.folder_of(config.home_path()) / shelf.BUNDLE,
            box_port=tls.boxes_at(),
            root=shelf.folder_of(config.home_path()) / shelf.ROOT,
        ),
        pictures=Bounds(
            folder=config.home_path() / "blobs",
            kept_days=config.retention.blobs_days,
            share_bytes=config.retention.blobs_mb * MIB,
        ),
    )


def tell_of_no_administrator(connection: Connection) -> None:
    """Say at the start how the hub gets an administrator where it has none, as after an upgrade from before roles."""
    from hub.storage import people

    if not people.is_admin_there(connection):
        _LOG.warning(
            "tidak ada pengelola / there is no administrator (%d orang / people, see: hub user list). "
            "Coba / try: hub user first-admin, atau / or: hub user role NAMA admin",
            len(people.all_users(connection)),
        )


def run_everything(config: HubConfig, *, config_path: Path, stop: threading.Event) -> int:
    """Run broker (if embedded), ingest, dispatch and web as children until `stop` is set.

    Raises:
        HubError: the broker is not installed, or a port is taken.
    """
    embedded.verify_port_is_free(config.web.host, config.web.port, what="web", variable="JAGAWAI_WEB_PORT")
    programs = [
        Program(name=part, command=[sys.executable, "-m", "hub", part, "--config", str(config_path)])
        for part in ("ingest", "dispatch", "web")
    ]
    if config.broker.embedded:
        programs.insert(0, Program(name=reloading.PROGRAM_NAME, command=embedded_broker(config)))
    supervisor = Supervisor(programs, clock=config.make_clock())
    return supervisor.run(stop, besides=broker_reloading(config, supervisor))


def embedded_broker(config: HubConfig) -> list[str]:
    """Return the command that starts the broker: plain, or with TLS and the boxes that are known now.

    Raises:
        HubError: the broker is not installed, its port is taken, or there is no authority for its certificate.
    """
    if config.mqtt.tls is None:
        return embedded.prepare(
            folder=config.home_path() / "broker", host=config.mqtt.host, mqtt_port=config.mqtt.port
        )  # fmt: skip
    from hub.broker import of_config
    from hub.broker.boxes import of_database
    from hub.broker.kinds import NATS_SERVER
    from hub.fleet.authority import shelf
    from hub.storage import connection as database
    from hub.storage.migrations import migrate

    shelf.open_authority(config.home_path())
    connection = database.open(config.database_path())
    migrate(connection)
    boxes = of_database(connection)
    connection.close()
    folder = of_config.kept_folder(config)
    return embedded.prepare_tls(of_config.described(config, NATS_SERVER, boxes, folder=folder))


def broker_reloading(config: HubConfig, supervisor: Supervisor) -> Callable[[], None] | None:
    """Return what has the embedded broker read its file again when ingest has written it anew."""
    if not config.broker.embedded or config.mqtt.tls is None:
        return None
    from hub.broker import of_config

    folder = of_config.kept_folder(config)
    return reloading.Reloader(
        folder=folder,
        receipt=folder / of_config.RECEIPT,
        pid=lambda: supervisor.pids().get(reloading.PROGRAM_NAME),
        hang_up=lambda number: supervisor.send(reloading.PROGRAM_NAME, number),
    ).look
