"""The ingest loop while the database or its disk is in trouble: it complains, goes on, and catches up."""
# ruff: noqa: ARG002 - the arguments are those of the link

import random
import sqlite3
from typing import Any

import pytest

from hub.ingest.link import Link
from hub.ingest.process import TICK_REAL_MS, Ingest
from hub.storage import connection as database
from hub.storage import downlink, life_mark
from hub.storage.errors import DatabaseBusyError
from tests.support.hub_worlds import NODE, HubWorld


class DeafLink(Link):
    """A link that takes everything and hears nothing."""

    def __init__(self, hub: HubWorld) -> None:
        super().__init__(host="127.0.0.1", port=1, tls=None, clock=hub.clock, chance=random.Random(1))
        self.published: list[str] = []

    @property
    def listening_real_ms(self) -> int | None:
        return 0

    def serve(self, wait_s: float) -> list[Any]:
        return []

    def is_newly_listening(self) -> bool:
        return False

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> bool:
        self.published.append(topic)
        return True


@pytest.fixture
def link(hub: HubWorld) -> DeafLink:
    return DeafLink(hub)


@pytest.fixture
def ingest(hub: HubWorld, link: DeafLink) -> Ingest:
    return Ingest(hub.connection, hub.memory, link=link, committer=hub.committer, ticks=hub.ticks, clock=hub.clock)


def owe_a_command(hub: HubWorld) -> None:
    with database.write(hub.connection):
        downlink.add(
            hub.connection, node_id=NODE, leaf="command", payload=b"{}", is_retained=False, now_ms=hub.clock.now_ms()
        )


TROUBLE = [
    DatabaseBusyError("another process holds the database"),
    sqlite3.OperationalError("database or disk is full"),
]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_what_cannot_be_noted_as_sent_is_sent_again_a_second_later(
    hub: HubWorld, link: DeafLink, ingest: Ingest, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise trouble

    owe_a_command(hub)
    with monkeypatch.context() as broken:
        broken.setattr(downlink, "set_sent", fail)
        ingest.go_round()
        ingest.go_round()
    assert len(link.published) == 1
    hub.clock.advance(TICK_REAL_MS / 1000)
    ingest.go_round()
    assert len(link.published) == 2
    assert hub.rows("SELECT count(*) FROM downlink WHERE sent_ms IS NULL") == [(0,)]


@pytest.mark.parametrize("trouble", [*TROUBLE, OSError(28, "No space left on device")])
def test_a_mark_that_cannot_be_written_stops_nothing(
    hub: HubWorld, ingest: Ingest, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(life_mark, "write_mark", fail)
        ingest.leave_mark(hub.path)
    assert not life_mark.mark_file(hub.path).exists()
    ingest.leave_mark(hub.path)
    assert life_mark.mark_file(hub.path).exists()
