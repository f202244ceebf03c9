"""A zone drawn on the hub's page reaches the box, is what it counts by, and stands in the hub as a count of its own.

Real pages, real ingest, real camera process with the real model and outbox; only the wire between them is carried by
hand, and the clock moves when told.
"""

import html
import json
import re
from functools import cache
from pathlib import Path

import httpx

from contract.desired import Desired
from contract.messages import decode_message
from edge_agent.inference.detector import Detector
from edge_agent.outbox.inbox import Inbox
from edge_agent.sightings.fusion import HEARD_SCORE
from hub.api.caller import SESSION_COOKIE
from hub.storage import connection as database
from hub.storage import people, sessions, view_bindings, views
from hub.storage.views import CityView
from tests.support.camera_bench import MODEL, CameraBench, FakeReader, with_person
from tests.support.hub_worlds import NODE, HubWorld
from tests.support.webs import answering

PAGE = "/kamera/jembatan/gambar-zona"
LEFT = {"kind-0": "bank", "name-0": "tepi kiri", "corners-0": "0 0.2\n0.5 0.2\n0.5 1\n0 1"}
RIGHT = {"kind-0": "bank", "name-0": "tepi-kanan", "corners-0": "0,6 0,2\n1 0,2\n1 1\n0,6 1"}


@cache
def detector() -> Detector:
    return Detector.open(MODEL, score_min=HEARD_SCORE, detail=0.35)


class Way:
    """One hub, one box, and somebody at a browser."""

    def __init__(self, folder: Path, client: httpx.Client, hub: HubWorld) -> None:
        self.hub, self.client = hub, client
        with database.write(hub.connection) as connection:
            views.save(connection, CityView(view_id="jembatan", name="Jembatan"))
            view_bindings.bind(connection, node_id=NODE, source="c1", view_id="jembatan", now_ms=1)
            user_id = people.add(connection, name="budi", password_hash="", role="technician", now_ms=1)
            secret = sessions.begin(connection, user_id, now_real_ms=hub.clock.now_ms())
        assert secret is not None
        session = sessions.of_secret(hub.connection, secret, now_real_ms=hub.clock.now_ms())
        assert session is not None
        self.csrf = session.csrf
        client.cookies.set(SESSION_COOKIE, secret)
        self.folder = folder
        self.inbox = Inbox.open(folder / "inbox.db")
        self.bench = self._begun()
        self._sent = 0

    def _begun(self) -> CameraBench:
        reader = FakeReader(self.hub.clock, lambda _: with_person(100))
        return CameraBench(
            self.folder, clock=self.hub.clock, readers={"c1": reader}, open_detector=lambda *_, **__: detector()
        )

    def restart(self) -> None:
        """Start the box anew; what the hub had laid into its inbox is gone, and the hub says nothing."""
        self.close()
        for file in self.folder.glob("inbox.db*"):
            file.unlink()
        self.inbox = Inbox.open(self.folder / "inbox.db")
        self.bench = self._begun()

    def draw(self, fields: dict[str, str]) -> None:
        """Check and save on the page, as a browser without scripts does."""
        sent = {"csrf": self.csrf, "deed": "check", **fields}
        shown = self.client.post(PAGE, data=sent).text
        keys = {name: re.findall(rf'name="{name}" value="([^"]*)"', shown)[0] for name in ("base", "checked")}
        assert self.client.post(PAGE, data=sent | keys | {"deed": "save"}).status_code == 303

    def carry_down(self) -> None:
        """Have ingest take the drawing in, and lay the newest document into the box's inbox."""
        self.hub.tick(seconds=1)
        rows = self.hub.rows("SELECT payload FROM downlink WHERE leaf = 'desired' AND node_id = ? ORDER BY id", NODE)
        document = decode_message(Desired, rows[-1][0])
        self.inbox.put_desired(db_epoch=document.db_epoch, version=document.version, body=rows[-1][0])

    def carry_up(self) -> None:
        """Bring what the box has written since the last time, and have the hub count it."""
        rows = [row for record_class in range(4) for row in self.bench.reader.rows(record_class, limit=10_000)]
        told = [json.loads(row.body) for row in sorted(rows, key=lambda row: row.seq) if row.seq > self._sent]
        self._sent = told[-1]["seq"]
        self.hub.batch(told, spool=self.bench.notebook.spool_id)
        while self.hub.ticks.roll_up():
            pass

    def counted(self) -> dict[str, int]:
        """Return what the hub says of each place now."""
        places = self.client.get("/api/v1/views/jembatan").json()["places"]
        return {place["name"]: place["count"] for place in places}

    def said(self) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.client.get("/kamera/jembatan").text)).split())

    def close(self) -> None:
        self.bench.close()
        self.inbox.close()


def test_a_zone_drawn_on_the_page_is_what_the_box_counts_by_and_the_hub_says_so(tmp_path: Path) -> None:
    hub = HubWorld(tmp_path)
    with answering(hub.path, clock=hub.clock) as client:
        way = Way(tmp_path, client, hub)
        way.bench.run(61)
        way.carry_up()
        assert set(way.counted()) == {"garis", "tepi"}, "by its own file"
        assert "Kotak memakai gambar dari berkasnya sendiri." in way.said()
        way.draw(LEFT)
        assert "Versi 1 berlaku." in way.said()
        way.carry_down()
        way.bench.run(63)
        way.carry_up()
        assert way.counted()["tepi-kiri"] == 1, "who stands on the left"
        assert "Kotak memakai versi 1." in way.said()
        way.draw(RIGHT)
        assert "Kotak memakai versi 1; menunggu versi 2." in way.said()
        way.carry_down()
        way.bench.run(63)
        way.carry_up()
        assert way.counted()["tepi-kanan"] == 0, "nobody stands on the right"
        assert "Kotak memakai versi 2." in way.said()
        way.close()


def test_a_box_that_starts_anew_while_the_hub_is_away_counts_on_by_what_was_drawn_and_takes_the_next_one_later(
    tmp_path: Path,
) -> None:
    hub = HubWorld(tmp_path)
    with answering(hub.path, clock=hub.clock) as client:
        way = Way(tmp_path, client, hub)
        way.draw(LEFT)
        way.carry_down()
        way.bench.run(3)
        way.draw(RIGHT)  # it never leaves the hub
        for _ in range(2):
            way.restart()
            way.bench.run(62)
        way.carry_up()
        assert way.counted()["tepi-kiri"] == 1
        assert "Kotak memakai versi 1; menunggu versi 2." in way.said()
        way.restart()
        way.carry_down()
        way.bench.run(63)
        way.carry_up()
        assert way.counted()["tepi-kanan"] == 0
        assert "Kotak memakai versi 2." in way.said()
        way.close()
