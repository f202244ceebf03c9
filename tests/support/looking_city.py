"""A whole way from a person's press to a picture: web with all its TLS, ingest, mosquitto, a box with real cameras."""

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil

from contract.clock import SystemClock, aware
from contract.views import View, Zone, ZoneKind
from hub.api.caller import SESSION_COOKIE
from hub.storage import connection as database
from hub.storage import outlines, people, sessions, view_bindings, views
from hub.storage.views import CityView
from tests.support.authorities import IssuedByHub
from tests.support.brokers import Broker, Kind, Tls
from tests.support.camera_bench import write_walk
from tests.support.new_hubs import NewBox, NewHub
from tests.support.picture_boxes import web_within
from tests.support.processes import Child, free_port, wait_until
from tests.support.renewals import settled_box

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
DRAWN = View(purpose=WHOLE, zones={"tepi": Zone(kind=ZoneKind.BANK, outline=WHOLE)})
VIEW_FILE = """
purpose = [[0, 0], [1, 0], [1, 1], [0, 1]]
[zones.tepi]
kind = "bank"
outline = [[0, 0], [1, 0], [1, 1], [0, 1]]
"""
CAMERA = """
[camera.{source}]
driver = "file"
view = "view.toml"
[camera.{source}.file]
file = "walk.avi"
repeats = true
"""
PICTURE = re.compile(r'<img src="(/api/v1/blobs/[0-9a-f]{64})"')
STRANGER = "c9"
"""A camera that the city thinks the box has."""
BEGINS_WITHIN_S = 120.0
"""A hello that was said before anybody listened is said again after 30 s."""


@dataclass(slots=True, kw_only=True)
class LookingCity:
    """Everything runs; somebody who may see pictures is signed in."""

    hub: NewHub
    box: NewBox
    node_id: str
    client: httpx.Client
    csrf: str
    programs: dict[str, Child]
    secret: str

    @property
    def address(self) -> str:
        """Where the pages stand."""
        return str(self.client.base_url)

    def page(self, view_id: str) -> str:
        """Return a view's page."""
        answer = self.client.get(f"/kamera/{view_id}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def press(self, view_id: str) -> httpx.Response:
        """Press `Lihat sekarang`."""
        return self.client.post(f"/kamera/{view_id}/lihat", data={"csrf": self.csrf})

    def shown(self, view_id: str) -> str:
        """Return the address of the picture that a page shows; empty: none."""
        found = PICTURE.search(self.page(view_id))
        return "" if found is None else found.group(1)

    def told(self, view_id: str) -> dict[str, Any]:
        """Return what the API says of a view's pictures."""
        answer = self.client.get(f"/api/v1/views/{view_id}/stills")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def stage(self, view_id: str) -> str:
        """Return how the newest request of a view stands; empty: there was none."""
        request = self.told(view_id)["request"]
        return "" if request is None else str(request["stage"])

    def verify_alive(self) -> None:
        """Fail with what a program said that has ended."""
        for name, program in self.programs.items():
            assert program.is_running, f"{name}: {program.output()}"


@contextmanager
def looking_city(
    folder: Path, *, sources: tuple[str, ...] = ("c1",), kind: Kind = "mosquitto"
) -> Iterator[LookingCity]:
    """Run a hub and a box whose cameras show someone who walks by; view ids are `view-<source>`."""
    port = free_port()
    hub = NewHub(folder / "hub", broker_port=port)
    box, known = settled_box(hub, folder / "box", age_days=1, broker_port=port)
    _write_cameras(box, sources)
    issued = IssuedByHub(hub.authority, folder, now=aware(SystemClock().now_ms()))
    broker = Broker(kind, folder=folder / "broker", tls=Tls(authority=issued, node_ids=(known.node_id,)), port=port)
    secret, csrf = _furnish(hub, known.node_id, sources)
    programs: dict[str, Child] = {}
    with ExitStack() as stack:
        stack.callback(broker.kill)
        broker.start()
        stack.enter_context(web_within(hub))
        for name, words in _commands(hub, box).items():
            child = programs[name] = stack.enter_context(Child(words, log=folder / f"{name}.log"))
            if name == "ingest":  # a hello that nobody hears yet is said again 30 s later
                wait_until(partial(_is_connected, child, port), what="ingest at the broker", deadline_s=BEGINS_WITHIN_S)
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{hub.plain_port}", timeout=10.0))
        client.cookies.set(SESSION_COOKIE, secret)
        city = LookingCity(
            hub=hub, box=box, node_id=known.node_id, client=client, csrf=csrf, programs=programs, secret=secret
        )
        wait_until(
            lambda: _have_begun(city, sources), what="each camera's first still at the hub", deadline_s=BEGINS_WITHIN_S
        )
        yield city
        city.verify_alive()


def _is_connected(program: Child, port: int) -> bool:
    assert program.is_running, program.output()
    connections = psutil.Process(program.pid).net_connections("tcp")
    return any(one.raddr[1:] == (port,) and one.status == "ESTABLISHED" for one in connections)


def _have_begun(city: LookingCity, sources: tuple[str, ...]) -> bool:
    """Answer whether box and hub talk, and each camera has made its first still, so that what follows is asked for."""
    city.verify_alive()
    with city.hub.database() as connection:
        return {source for (source,) in connection.execute("SELECT source FROM stills")} == {*sources}


def _commands(hub: NewHub, box: NewBox) -> dict[str, list[str | Path]]:
    of_box = {name: [sys.executable, "-m", "edge_agent", name, "--config", box.config] for name in ("uplink", "camera")}
    return {"ingest": [sys.executable, "-m", "hub", "ingest", "--config", hub.config], **of_box}


def _write_cameras(box: NewBox, sources: tuple[str, ...]) -> None:
    folder = box.config.parent
    (folder / "view.toml").write_text(VIEW_FILE, encoding="utf-8")
    write_walk(folder / "walk.avi", seconds=34, rate_fps=5)
    text = box.config.read_text(encoding="utf-8")
    cameras = "".join(CAMERA.format(source=source) for source in sources)
    box.config.write_text(text + cameras + "[vision]\ncores = 1.0\n", encoding="utf-8")


def _furnish(hub: NewHub, node_id: str, sources: tuple[str, ...]) -> tuple[str, str]:
    """Bind each camera to a view, and sign in somebody who may see pictures; return the session and its token."""
    now_ms = SystemClock().now_ms()
    with hub.database() as connection, database.write(connection):
        for source in (*sources, STRANGER):
            view_id = f"view-{source}"
            views.save(connection, CityView(view_id=view_id, name=f"Tepi {source}"))
            outlines.add(connection, view_id, DRAWN, now_ms=now_ms, author="teknisi")
            view_bindings.bind(connection, node_id=node_id, source=source, view_id=view_id, now_ms=now_ms)
        user_id = people.add(connection, name="sari", password_hash="", role="operator", now_ms=now_ms)
        secret = sessions.begin(connection, user_id, now_real_ms=now_ms, place="127.0.0.1")
        assert secret is not None
        found = sessions.of_secret(connection, secret, now_real_ms=now_ms)
        assert found is not None
    return secret, found.csrf
