"""Rendered files read again by both running brokers: a box falls silent, a new one gets in, a certificate is new.

Nobody else may notice: no other connection ends.
"""

import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509

from contract.topics import up
from hub.broker import mosquitto, nats_server
from hub.fleet.authority import making
from tests.support.brokers import KINDS, NODE_IDS
from tests.support.processes import wait_until
from tests.support.rendered_brokers import (
    Heard,
    RenderedBroker,
    Talker,
    listening_box,
    listening_hub,
    real_now,
    rendered_broker,
)
from tests.support.rounds import Round

MINE, OTHER = NODE_IDS
NEW = "n-5new5new"
SILENT_WITHIN_S = 5.0
ROUNDS = 20
_LOG = logging.getLogger(__name__)


@pytest.fixture(params=[pytest.param(kind, id=kind, marks=pytest.mark.broker) for kind in KINDS])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RenderedBroker]:
    """A broker of its own for each test, which changes it."""
    with rendered_broker(request.param, folder=tmp_path) as started:
        yield started


def test_a_denied_box_is_silent_within_5_s_in_its_live_session_and_others_do_not_notice(
    broker: RenderedBroker,
) -> None:
    with listening_hub(broker) as hub, listening_box(broker, MINE) as box, listening_box(broker, OTHER) as other:
        turn = Round(hub, box, other, box_id=MINE, other_id=OTHER)
        wait_until(lambda: not turn.is_silent(), what="the box to be heard")
        broker.render(denied=(MINE,))
        began_s = time.monotonic()
        broker.reload()
        wait_until(turn.is_silent, what="silence", deadline_s=SILENT_WITHIN_S)
        silent_after_s = time.monotonic() - began_s
        _LOG.info("%s: silent after %.3f s, session lives on: %s", broker.kind, silent_after_s, box.is_connected)
        assert all(turn.is_silent() for _ in range(ROUNDS))
        assert other.is_connected
        assert hub.is_connected
        again = Talker(broker, broker.identity(MINE), MINE)
        assert again.connect() == (broker.kind == "mosquitto")
        again.close()
        assert all(turn.is_silent() for _ in range(ROUNDS))


def test_a_box_that_is_denied_no_longer_speaks_again(broker: RenderedBroker) -> None:
    broker.render(denied=(MINE,))
    broker.restart()
    with listening_hub(broker) as hub, ExitStack() as stack:
        broker.render()
        broker.reload()

        def heard() -> bool:
            box = Talker(broker, broker.identity(MINE), MINE)
            stack.callback(box.close)
            if box.connect():
                box.publish(up(MINE, "hello"), b"back")
            return not hub.heard.empty()

        wait_until(heard, what="the box to be heard", deadline_s=SILENT_WITHIN_S)


def test_a_new_box_gets_in_without_anybody_else_noticing(broker: RenderedBroker) -> None:
    """At mosquitto at once; nats-server must be told of it first."""
    with listening_hub(broker) as hub, listening_box(broker, MINE) as box, ExitStack() as stack:
        early = Talker(broker, broker.identity(NEW), NEW)
        stack.callback(early.close)
        assert early.connect() == (broker.kind == "mosquitto")
        broker.render(known=(*NODE_IDS, NEW))
        broker.reload()

        def is_in() -> bool:
            new = Talker(broker, broker.identity(NEW), NEW)
            stack.callback(new.close)
            return new.connect() and new.publish(up(NEW, "hello"), b"new")

        wait_until(is_in, what="the new box", deadline_s=SILENT_WITHIN_S)
        assert hub.next() == Heard(up(NEW, "hello"), b"new")
        assert box.is_connected


def test_a_new_certificate_of_the_hub_is_shown_after_a_reload_and_no_session_ends(broker: RenderedBroker) -> None:
    before = serial(broker)
    with listening_hub(broker) as hub, listening_box(broker, MINE) as box:
        making.renew_own(home=broker.hub_home, now=real_now())
        broker.reload()
        wait_until(lambda: serial(broker) != before, what="the new certificate", deadline_s=SILENT_WITHIN_S)
        assert hub.is_connected
        assert box.is_connected


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
@pytest.mark.parametrize("text", [None, "user hub\ntop"], ids=["gone", "cut short"])
def test_a_broken_access_list_opens_mosquitto_at_a_reload_and_keeps_it_from_starting(
    broker: RenderedBroker, tmp_path: Path, text: str | None
) -> None:
    """Why nobody reloads it before `hub broker check`. Were this mended one day, the warning could go."""
    with listening_hub(broker) as hub, listening_box(broker, MINE) as box:
        rights = tmp_path / mosquitto.RIGHTS
        rights.unlink() if text is None else rights.write_text(text, encoding="utf-8")
        broker.reload()
        wait_until(lambda: "Error opening acl file" in broker.output(), what="the broker's word")
        box.publish(up(OTHER, "hello"), b"of another")
        assert hub.next() == Heard(up(OTHER, "hello"), b"of another")
    with pytest.raises(AssertionError, match="ended at its start"):
        broker.restart()


@pytest.mark.parametrize("broker", ["nats-server"], indirect=True)
def test_a_broken_file_leaves_nats_server_as_it_was(broker: RenderedBroker, tmp_path: Path) -> None:
    with listening_hub(broker) as hub, listening_box(broker, MINE) as box:
        (tmp_path / nats_server.CONFIG).write_text("authorization {", encoding="utf-8")
        broker.reload()
        wait_until(lambda: "Failed to reload" in broker.output(), what="the broker's word")
        box.publish(up(OTHER, "hello"), b"of another")
        box.publish(up(MINE, "hello"), b"of its own")
        assert hub.next() == Heard(up(MINE, "hello"), b"of its own")


def serial(broker: RenderedBroker) -> int:
    """Return the serial number of the certificate that the broker shows."""
    return x509.load_pem_x509_certificate(ssl.get_server_certificate((broker.host, broker.port)).encode()).serial_number
