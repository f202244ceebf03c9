"""Sightings reach the tables of pages behind the ingest: once, at their true hour, bounded, and told of."""

from pathlib import Path
from typing import Any

import pytest

from hub.sightings import desk
from hub.sightings import tally as tallies
from hub.storage import connection as database
from hub.storage import sightings, view_bindings, views
from hub.storage.board.views import views_now
from hub.storage.sightings import PLACES_MOST, STEPS_S
from hub.storage.views import CityView
from tests.support.hub_worlds import NODE, OTHER_SPOOL, START_MS, HubWorld, reading, record

MINUTE_MS = 60_000


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)


def seen(seq: int, count: int = 5, **values: Any) -> dict[str, Any]:
    """Return what camera c1 counted in the minute that ends at minute `seq`."""
    fields = {"class": 2, "source": "c1", "zone": "gerbang", "label": "", "count": count, "window_s": 60,
              "frames": 120, "forward": {"car": count}}  # fmt: skip
    return record(seq, "sighting", **(fields | values))


def bind(hub: HubWorld, view_id: str = "pasar", *, node_id: str = NODE) -> None:
    with database.write(hub.connection):
        views.save(hub.connection, CityView(view_id=view_id, name="Pasar"))
        view_bindings.bind(
            hub.connection, node_id=node_id, source="c1", view_id=view_id, now_ms=hub.clock.now_ms()
        )  # fmt: skip
    hub.tick(seconds=1)


def sum_up(hub: HubWorld) -> None:
    while hub.ticks.roll_up():
        pass


def crossings(hub: HubWorld, step_s: int) -> dict[int, int]:
    """Return minutes since the start to crossings of camera number 1."""
    rows = sightings.steps(hub.connection, 1, step_s=step_s, after=(0, ""), to_ms=2**60, limit=1000)
    return {(row.start_ms - START_MS) // MINUTE_MS: tallies.decode(row.tally).crossings for row in rows}


def told(hub: HubWorld) -> list[str]:
    return [ref for (ref,) in hub.rows("SELECT ref FROM changes WHERE kind = 'view' ORDER BY id")]


def test_a_window_counts_in_the_step_of_its_middle_and_in_every_coarser_one(hub: HubWorld) -> None:
    bind(hub)
    hub.batch([seen(1, 5), seen(2, 7), seen(3, 0, forward={}), reading(4)])
    sum_up(hub)
    assert crossings(hub, 60) == {0: 5, 1: 7, 2: 0}
    for step_s in STEPS_S[1:]:
        assert sum(crossings(hub, step_s).values()) == 12


def test_one_change_for_each_view_and_batch(hub: HubWorld) -> None:
    bind(hub)
    before = len(told(hub))
    hub.batch([seen(seq) for seq in range(1, 30)])
    sum_up(hub)
    assert told(hub)[before:] == ["pasar"]
    hub.batch([seen(seq) for seq in range(1, 30)])
    sum_up(hub)
    assert told(hub)[before:] == ["pasar"], "what came before says nothing new"


def test_a_crash_between_portions_neither_loses_nor_doubles(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SIGHTINGS_A_TIME", 4)
    bind(hub)
    for first in (1, 11, 21):
        hub.batch([seen(seq, 1) for seq in range(first, first + 10)])
        hub.ticks.roll_up()
        hub.start()
    sum_up(hub)
    assert crossings(hub, 60) == dict.fromkeys(range(30), 1)


def test_the_newest_word_of_a_place_is_kept_whatever_comes_late(hub: HubWorld) -> None:
    bind(hub)
    hub.batch([seen(9, 9)])
    hub.batch([seen(3, 3), seen(8, 8, zone="lain")])
    sum_up(hub)
    now = sightings.all_now(hub.connection)
    assert [(one.place, one.seq) for one in now] == [("gerbang", 9), ("lain", 8)]
    assert crossings(hub, 60)[2] == 3


def test_a_camera_that_is_bound_to_no_view_is_shown_under_its_box_until_it_is(hub: HubWorld) -> None:
    hub.batch([seen(1)])
    sum_up(hub)
    (row,) = views_now(hub.connection, now_ms=hub.clock.now_ms())
    assert (row.view_id, row.is_bound, row.node_id, row.source) == (f"{NODE}.c1", False, NODE, "c1")
    assert told(hub) == [f"{NODE}.c1"]
    bind(hub)
    (row,) = views_now(hub.connection, now_ms=hub.clock.now_ms())
    assert (row.view_id, row.is_bound, len(row.places)) == ("pasar", True, 1)


def test_a_doubted_clock_waits_for_its_boot_and_counts_at_the_true_hour(hub: HubWorld) -> None:
    bind(hub)
    hub.clock.advance(3600)
    wrong = {"clock": "unsynced", "at_ms": 1_000_000_000_000, "since_ms": 999_999_990_000}
    hub.batch([seen(1, 4, **wrong)])
    sum_up(hub)
    assert crossings(hub, 60) == {}
    (now,) = sightings.all_now(hub.connection)
    assert (now.is_at_doubted, now.at_ms) == (True, hub.clock.now_ms())
    assert now.since_ms == hub.clock.now_ms() - 10_000, "what the box dates back moves with its own hour"
    hub.batch([seen(2, 6)])
    sum_up(hub)
    assert crossings(hub, 60) == {0: 4, 1: 6}
    assert hub.count("sightings_waiting") == 0


def test_what_waits_for_an_hour_is_bounded(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "WAITING_MOST", 3)
    hub.batch([seen(seq, clock="unsynced", at_ms=5) for seq in range(1, 8)])
    sum_up(hub)
    assert hub.rows("SELECT record_id FROM sightings_waiting ORDER BY 1") == [(5,), (6,), (7,)]
    assert hub.count("records") == 7


def test_places_and_cameras_of_a_box_are_bounded_and_records_are_not_lost(hub: HubWorld) -> None:
    wild = [seen(seq, zone=f"zona-{seq}") for seq in range(1, PLACES_MOST + 10)]
    hub.batch(wild)
    hub.batch([seen(seq, source=f"c{seq}") for seq in range(100, 112)])
    sum_up(hub)
    kept = [one.place for one in sightings.all_now(hub.connection) if one.camera_no == 1]
    assert len(kept) == PLACES_MOST
    assert "zona-1" not in kept
    assert hub.count("cameras") == 8
    assert hub.count("records") == len(wild) + 12


def test_a_fault_of_a_camera_is_told_of_its_view_and_ends(hub: HubWorld) -> None:
    bind(hub)
    before = len(told(hub))
    fault = {"class": 1, "source": "c1", "code": "camera_stalled", "text": "diam 12 s"}
    hub.batch([record(1, "fault", active=True, **fault)])
    (row,) = views_now(hub.connection, now_ms=hub.clock.now_ms())
    assert [one.code for one in row.faults] == ["camera_stalled"]
    hub.batch([record(2, "fault", active=False, **fault)])
    (row,) = views_now(hub.connection, now_ms=hub.clock.now_ms())
    assert row.faults == ()
    assert told(hub)[before:] == ["pasar", "pasar"]


def test_a_camera_that_never_counted_is_shown_for_its_fault(hub: HubWorld) -> None:
    hub.batch([record(1, "fault", source="c2", code="camera_codec", active=True, text="MJPEG", **{"class": 1})])
    hub.batch([record(1, "fault", source="g7", code="no_echo", active=True, text="x", **{"class": 1})],
              spool=OTHER_SPOOL)  # fmt: skip
    assert [row.view_id for row in views_now(hub.connection, now_ms=hub.clock.now_ms())] == [f"{NODE}.c2"]


def test_another_camera_goes_on_with_the_view(hub: HubWorld) -> None:
    bind(hub)
    hub.batch([seen(1)])
    sum_up(hub)
    bind(hub, node_id="n-other1")
    hub.batch([seen(1, 2)], node_id="n-other1", spool=OTHER_SPOOL)
    sum_up(hub)
    found = {row.view_id: (row.node_id, row.is_bound) for row in views_now(hub.connection, now_ms=hub.clock.now_ms())}
    assert found == {"pasar": ("n-other1", True), f"{NODE}.c1": (NODE, False)}
