"""The whole way of a revocation, on both brokers: a command is typed, a live connection falls silent, no other ends.

Ingest's second hand is slow here on purpose: it looks once a second, and has just looked when the command is done.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from contract.clock import SystemClock
from contract.topics import up
from hub.__main__ import main
from hub.broker.description import Description
from hub.broker.keeper import BrokerState, Keeper
from hub.fleet import standing
from hub.fleet.authority import shelf
from hub.ingest.process import TICK_REAL_MS
from hub.storage import bindings
from hub.storage import connection as database
from tests.support.brokers import KINDS, NODE_IDS
from tests.support.databases import new_database
from tests.support.kept_brokers import KeptBroker
from tests.support.processes import wait_until
from tests.support.rendered_brokers import RENDER, Heard, Talker, listening_box, listening_hub, real_now
from tests.support.rounds import Round

MINE, OTHER = NODE_IDS
NEW = "n-5new5new"
SILENT_WITHIN_S = 5.0
_LOG = logging.getLogger(__name__)


@pytest.fixture(params=[pytest.param(kind, id=kind, marks=pytest.mark.broker) for kind in KINDS])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeptBroker]:
    started = KeptBroker(request.param, folder=tmp_path)
    try:
        started.start()
        yield started
    finally:
        started.kill()


class House:
    """The hub's database, ingest's keeper once a second, and whoever has the broker."""

    def __init__(self, broker: KeptBroker, folder: Path) -> None:
        self.config = folder / "hub.toml"
        self.config.write_text(f'home = "{broker.hub_home}"\n', encoding="utf-8")
        self.connection = new_database(broker.hub_home / "hub.db")
        for node_id in NODE_IDS:
            bindings.bind(self.connection, node_id=node_id, source="g1", station_id="wai-uji", now_ms=0)
        self.broker = broker
        self.clock = SystemClock()
        self.keeper: Keeper = broker.keeper(self.clock)
        self._next_real_ms = 0

    def typed(self, *words: str) -> int:
        """Type a command about boxes."""
        return main(["node", *words, "--config", str(self.config)])

    def look_now(self) -> None:
        """Have the next look of ingest come at once, where nothing is measured."""
        self._next_real_ms = 0

    def go_on(self) -> None:
        """Let a moment pass in ingest and at the broker's owner."""
        if self.clock.real_ms() >= self._next_real_ms:
            self._next_real_ms = self.clock.real_ms() + TICK_REAL_MS
            self.keeper.look(self.connection)
        self.broker.be_told()


@pytest.fixture
def house(broker: KeptBroker, tmp_path: Path) -> Iterator[House]:
    made = House(broker, tmp_path)
    made.go_on()
    yield made
    made.connection.close()


def silent_after_s(house: House, turn: Round) -> float:
    """Wait until the box is silent; return how long that took, real seconds."""
    began_s = time.monotonic()

    def is_silent() -> bool:
        house.go_on()
        return turn.is_silent()

    wait_until(is_silent, what="silence", deadline_s=SILENT_WITHIN_S)
    return time.monotonic() - began_s


def test_a_box_falls_silent_within_5_s_speaks_when_released_and_is_mute_when_revoked_and_no_other_connection_ends(
    house: House,
) -> None:
    broker = house.broker
    with listening_hub(broker) as hub, listening_box(broker, OTHER) as other:
        with listening_box(broker, MINE) as box:
            turn = Round(hub, box, other, box_id=MINE, other_id=OTHER)
            wait_until(lambda: not turn.is_silent(), what="the box to be heard")
            with database.write(house.connection):
                standing.quarantine(house.connection, MINE, reason="dua papan", now_ms=1)
            house.look_now()
            silent_after_s(house, turn)
            assert all(turn.is_silent() for _ in range(10))
        assert house.typed("release", MINE, "--reason", "kartu salinan disita") == 0
        house.look_now()
        with heard_again(house, hub, other) as box:
            turn = Round(hub, box, other, box_id=MINE, other_id=OTHER)
            assert house.typed("revoke", MINE, "--reason", "dicuri dari tiang") == 0
            took_s = silent_after_s(house, turn)
            _LOG.info("%s: silent %.2f s after `hub node revoke`, no other connection ended", broker.kind, took_s)
            assert all(turn.is_silent() for _ in range(10))
        assert other.ended.empty()
        assert hub.ended.empty()
        assert house.keeper.state is BrokerState.WELL


@contextmanager
def heard_again(house: House, hub: Talker, other: Talker) -> Iterator[Talker]:
    """Wait until the box is let in and heard; give its connection."""
    made: list[Talker] = []

    def is_heard() -> bool:
        house.go_on()
        again = Talker(house.broker, house.broker.identity(MINE), MINE)
        if again.connect() and all(again.subscribe(f"jw/1/dn/{MINE}/#")):
            made.append(again)
            return not Round(hub, again, other, box_id=MINE, other_id=OTHER).is_silent()
        again.close()
        return False

    try:
        wait_until(is_heard, what="the box to be heard again", deadline_s=SILENT_WITHIN_S)
        yield made[-1]
    finally:
        for one in made:
            one.close()


def test_an_expired_revocation_list_beside_the_certificates_that_are_believed_locks_nobody_out(house: House) -> None:
    """No broker is told of one. Were it asked for one day, this one would refuse every box of the city."""
    broker = house.broker
    issuing = broker.authority.current
    then = real_now() - timedelta(days=30)
    expired = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuing.certificate.subject)
        .last_update(then)
        .next_update(then + timedelta(days=1))
        .sign(issuing.key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    with (broker.authority.folder / shelf.BUNDLE).open("ab") as bundle:
        bundle.write(expired)
    (broker.authority.folder / "crl.pem").write_bytes(expired)
    broker.restart()
    with listening_hub(broker) as hub, listening_box(broker, MINE) as box:
        box.publish(up(MINE, "hello"), b"in")
        assert hub.next() == Heard(up(MINE, "hello"), b"in")


@pytest.mark.parametrize("kind", KINDS)
def test_no_rendered_file_names_a_revocation_list(kind: str) -> None:
    place = Path("/etc/broker")
    described = Description(
        listen="127.0.0.1", port=8883, authority=place, server=place, folder=place, known=(MINE, OTHER), denied=(MINE,)
    )
    rendered = RENDER[kind](described)
    assert not [word for one in rendered for word in ("crl", "ocsp", "revoc") if word in one.text.lower()]


@pytest.mark.parametrize("broker", ["nats-server"], indirect=True)
def test_a_box_that_was_just_bound_gets_in_at_nats_server_without_a_person(house: House) -> None:
    with listening_box(house.broker, OTHER) as other:
        early = Talker(house.broker, house.broker.identity(NEW), NEW)
        assert not early.connect()
        early.close()
        with database.write(house.connection):
            bindings.bind(house.connection, node_id=NEW, source="g1", station_id="wai-uji", now_ms=0)
        house.look_now()

        def is_in() -> bool:
            house.go_on()
            new = Talker(house.broker, house.broker.identity(NEW), NEW)
            try:
                return new.connect()
            finally:
                new.close()

        wait_until(is_in, what="the new box", deadline_s=SILENT_WITHIN_S)
        assert other.ended.empty()
