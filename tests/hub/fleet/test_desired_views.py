"""What is drawn at the hub goes to the box whose camera looks there: a version for a change, none for anything else."""

import json
import random
from pathlib import Path

import pytest
from msgspec import UNSET

from contract.desired import Desired, DesiredView, desired_view
from contract.messages import decode_message
from contract.views import CORNERS_MOST, PLACES_MOST, Outline, View, Zone, ZoneKind
from hub.broker.limits import PACKET_BYTES
from hub.storage import connection as database
from hub.storage import outlines, view_bindings, views
from hub.storage.cameras import CAMERAS_MOST
from hub.storage.views import CityView
from tests.support.hub_worlds import NODE, HubWorld
from tests.support.sightings import BANK, MARKET


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)


def add(hub: HubWorld, view_id: str, drawing: View | None, *, node: str | None = NODE, source: str = "c1",
        name: str = "Pasar") -> None:  # fmt: skip
    with database.write(database.open(hub.path)) as other:
        views.save(other, CityView(view_id=view_id, name=name))
        if drawing is not None:
            outlines.add(other, view_id, drawing, now_ms=1, author="teknisi")
        if node is not None:
            view_bindings.bind(other, node_id=node, source=source, view_id=view_id, now_ms=2)
    hub.tick(seconds=1)


def told(hub: HubWorld, node: str = NODE) -> Desired:
    rows = hub.rows("SELECT payload FROM downlink WHERE leaf = 'desired' AND node_id = ? ORDER BY id", node)
    return decode_message(Desired, rows[-1][0])


def drawn(hub: HubWorld, node: str = NODE) -> dict[str, DesiredView]:
    found = told(hub, node).views
    assert found is not UNSET
    return {source: desired_view(raw) for source, raw in found.items()}


def test_a_box_with_a_camera_and_no_gauge_is_told_what_was_drawn_with_the_citys_name(hub: HubWorld) -> None:
    add(hub, "pasar", MARKET)
    (source, view), = drawn(hub).items()  # fmt: skip
    assert (source, view.view, view.version, view.drawing.name) == ("c1", "pasar", 1, "Pasar")
    assert (view.drawing.zones, view.drawing.lines, view.drawing.purpose) == (
        MARKET.zones,
        MARKET.lines,
        MARKET.purpose,
    )


def test_another_drawing_is_another_version_and_nothing_else_is(hub: HubWorld) -> None:
    add(hub, "pasar", MARKET)
    for _ in range(3):
        hub.start()
        hub.tick(seconds=1)
    assert told(hub).version == 1
    add(hub, "lain", BANK, node=None)
    assert told(hub).version == 1, "a view at which no camera of this box looks"
    add(hub, "pasar", BANK)
    assert (told(hub).version, drawn(hub)["c1"].version) == (2, 2)


def test_each_box_is_told_of_its_own_cameras_alone(hub: HubWorld) -> None:
    add(hub, "pasar", MARKET)
    add(hub, "bantaran", BANK, node="n-box002", source="c2")
    assert (list(drawn(hub)), list(drawn(hub, "n-box002"))) == (["c1"], ["c2"])
    assert drawn(hub, "n-box002")["c2"].drawing.zones == BANK.zones


def test_a_view_that_was_never_drawn_is_left_out_and_a_box_without_any_is_told_nothing(hub: HubWorld) -> None:
    add(hub, "kosong", None)
    assert hub.rows("SELECT 1 FROM downlink WHERE leaf = 'desired'") == []
    add(hub, "pasar", MARKET, source="c2")
    assert list(drawn(hub)) == ["c2"]


def test_a_box_that_was_told_of_none_gets_no_version_for_it(hub: HubWorld) -> None:
    hub.add_station()
    assert told(hub).views is UNSET
    assert b'"views"' not in hub.rows("SELECT payload FROM downlink WHERE leaf = 'desired'")[0][0]


def test_a_camera_that_was_turned_to_another_view_is_told_so(hub: HubWorld) -> None:
    add(hub, "pasar", MARKET)
    add(hub, "kosong", None)  # the same camera
    assert (told(hub).version, drawn(hub)) == (2, {})


def test_the_fullest_drawings_of_every_camera_fit_a_packet(hub: HubWorld) -> None:
    chance = random.Random(4)

    def outline() -> Outline:
        """A comb: many corners, full decimals, no crossing."""
        xs = sorted(chance.uniform(0.01, 0.99) for _ in range(CORNERS_MOST - 2))
        ys = [chance.uniform(0.1, 0.9) for _ in xs]
        return ((xs[0], 0.95123456789012345), *zip(xs, ys, strict=True), (xs[-1], 0.95123456789012345))

    zones = {f"{'zona' * 7}-{n:02d}": Zone(kind=ZoneKind.ROAD, outline=outline()) for n in range(PLACES_MOST)}
    view = View(purpose=outline(), zones=zones)
    for number in range(CAMERAS_MOST + 1):
        add(hub, f"pandangan-{number}", view, source=f"c{number}")
    (payload,) = hub.rows("SELECT payload FROM downlink WHERE leaf = 'desired' ORDER BY id DESC LIMIT 1")[0]
    assert len(json.loads(payload)["views"]) == CAMERAS_MOST
    assert 150_000 < len(payload) < PACKET_BYTES * 0.9
