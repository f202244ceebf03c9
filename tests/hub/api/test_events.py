"""The event stream over a real connection."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.clock import SystemClock
from hub.storage import meta
from tests.support.cities import flooded_city
from tests.support.hub_data import HubData
from tests.support.processes import wait_until
from tests.support.webs import serving

Told = tuple[str, str, Any]


@contextmanager
def following(client: httpx.Client, query: str = "", **headers: str) -> Iterator[Iterator[Told]]:
    """Open the stream; yield what it tells, one (kind, id, data) after the other."""
    with client.stream("GET", f"/api/v1/events{query}", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _blocks(answer.iter_lines())


def _blocks(lines: Iterator[str]) -> Iterator[Told]:
    block: dict[str, str] = {}
    for line in lines:
        if not line:
            if "event" in block:
                yield block["event"], block.get("id", ""), json.loads(block["data"])
            block = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            block[name] = value


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    made = flooded_city(tmp_path / "hub.db")
    yield made
    made.close()


@pytest.fixture
def web(city: HubData) -> Iterator[httpx.Client]:
    with serving(city.path, clock=SystemClock()) as client:
        yield client


def epoch_of(city: HubData) -> str:
    return meta.db_epoch(city.connection)


def next_of(told: Iterator[Told], kind: str) -> Told:
    return next(one for one in told if one[0] == kind)


def test_a_client_is_told_at_once_that_the_hub_lives_and_then_what_changes(web: httpx.Client, city: HubData) -> None:
    with following(web) as told:
        assert next(told)[0] == "tik"
        city.update("station_now", "station_id", "wai-batu-gajah", stage_cm=99.5)
        city.change("station", "wai-batu-gajah")
        kind, event_id, station = next_of(told, "station")
    assert (kind, event_id, station["stage_cm"]) == ("station", f"{epoch_of(city)}-1", 99.5)


def test_a_client_that_comes_back_is_told_what_it_missed_by_header_or_by_query(
    web: httpx.Client, city: HubData
) -> None:
    for station_id in ("wai-ruhu-1", "wai-tomu", "wai-lela"):
        city.change("station", station_id)
    since = f"{epoch_of(city)}-1"
    for query, headers in (
        (f"?since={since}", {}),
        ("", {"Last-Event-ID": since}),
        ("?since=x-9", {"Last-Event-ID": since}),
    ):
        with following(web, query, **headers) as told:
            found = [next_of(told, "station") for _ in range(2)]
        assert [event_id for _, event_id, _ in found] == [f"{epoch_of(city)}-2", f"{epoch_of(city)}-3"]


def test_a_client_of_another_epoch_is_told_to_begin_again(web: httpx.Client, city: HubData) -> None:
    for station_id in ("wai-ruhu-1", "wai-tomu"):
        city.change("station", station_id)
    for known_id in (1, 2, 5):  # the number alone could be one of this hub's own
        with following(web, f"?since=another-{known_id}") as told:
            assert next(one for one in told if one[0] != "tik")[:2] == ("reset", f"{epoch_of(city)}-2")


def test_between_snapshot_and_stream_nothing_is_lost(web: httpx.Client, city: HubData) -> None:
    as_of = web.get("/api/v1/wall").json()["as_of"]
    city.change("station", "wai-tomu")
    with following(web, f"?since={as_of}") as told:
        assert next_of(told, "station")[2]["id"] == "wai-tomu"


def test_clients_that_vanish_without_a_word_are_forgotten(web: httpx.Client) -> None:
    def clients() -> int:
        text = web.get("/metrics").text
        return int(float(text.split("\njagawai_stream_clients ")[1].split("\n")[0]))

    sockets = []
    for _ in range(50):
        line = socket.create_connection((web.base_url.host, web.base_url.port or 80), timeout=5)
        line.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: hub\r\n\r\n")
        sockets.append(line)
    wait_until(lambda: clients() == 50, what="50 clients on the stream")
    for line in sockets:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close by RST
        line.close()
    wait_until(lambda: clients() == 0, what="the stream to forget them", deadline_s=30)
    with following(web) as told:
        assert next(told)[0] == "tik"


def test_more_clients_than_the_hub_can_serve_are_told_so(web: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.routes.events.CLIENTS_MOST", 1)
    with following(web) as told:
        assert next(told)[0] == "tik"
        answer = web.get("/api/v1/events")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "too_busy")
