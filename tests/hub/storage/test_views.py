"""Views, what is drawn on them and who looks at them come back as written; drawings are added, never changed."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlite_utils import Database

from contract.views import Line, View, Zone, ZoneKind
from hub.storage import changes, migrations, outlines, retention, rollups, sightings, view_bindings, views
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate
from hub.storage.retention import DAY_MS, Retention
from hub.storage.views import CityView

ONE = View(lines={"gerbang": Line(start=(0.1, 0.5), end=(0.9, 0.5), forward="masuk", backward="keluar")})
CLEAR_NOWHERE, CLEAR_SOMEWHERE = ONE, replace(ONE, purpose=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))
OTHER = View(zones={"jalan": Zone(kind=ZoneKind.ROAD, outline=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)))})


def test_a_view_comes_back_and_can_be_replaced(connection: Connection) -> None:
    view = CityView(view_id="pasar", name="Pasar", kelurahan="Rijali", lat=-3.7, lon=128.2, position=2)
    with database.write(connection):
        views.save(connection, CityView(view_id="pasar", name="lama"))
        views.save(connection, view)
        views.save(connection, CityView(view_id="jembatan", name="Jembatan", position=1))
    assert [one.view_id for one in views.all_views(connection)] == ["jembatan", "pasar"]
    assert views.all_views(connection)[1] == view


def test_a_drawing_is_a_new_version_only_where_it_is_another(connection: Connection) -> None:
    with database.write(connection):
        versions = [
            outlines.add(connection, "pasar", drawing, now_ms=number, author=f"orang {number}")
            for number, drawing in enumerate((ONE, ONE, OTHER, ONE))
        ]
    assert versions == [1, 1, 2, 3]
    held = outlines.of_view(connection, "pasar")
    assert [(one.version, one.drawing, one.author) for one in held] == [
        (3, ONE, "orang 3"),
        (2, OTHER, "orang 2"),
        (1, ONE, "orang 0"),
    ]
    assert outlines.newest(connection) == {"pasar": held[0]}


def test_drawings_of_a_view_are_bounded(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "VERSIONS_KEPT", 3)
    with database.write(connection):
        for number in range(9):
            outlines.add(connection, "pasar", (ONE, OTHER)[number % 2], now_ms=number)
    assert [one.version for one in outlines.of_view(connection, "pasar")] == [9, 8, 7]


@pytest.mark.parametrize(
    "damaged",
    [
        '{"zones":{"a":{"kind":"road","outline":[[0.1,0.1],[0.9,0.1],[0.9,0.1],[0.5,0.9]]}}}',
        '{"zones":',
        "[]",
    ],
)
def test_a_drawing_that_cannot_be_used_keeps_no_other_from_being_read(
    connection: Connection, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    with database.write(connection):
        for view_id in ("pasar", "jembatan"):
            outlines.add(connection, view_id, CLEAR_SOMEWHERE, now_ms=1)
        connection.execute("INSERT INTO outlines VALUES ('pasar', 2, ?, 2, '', '')", (damaged,))
        connection.execute("INSERT INTO outlines VALUES ('gudang', 1, ?, 2, '', '')", (damaged,))
    newest = outlines.newest(connection)
    assert {view_id: (one.version, one.drawing) for view_id, one in newest.items()} == {
        "pasar": (1, CLEAR_NOWHERE),
        "jembatan": (1, CLEAR_SOMEWHERE),
    }, "an older purpose could clear what a newer one hid"
    assert "drawing 1 of view gudang cannot be used" in caplog.text
    with database.write(connection):
        assert outlines.add(connection, "pasar", CLEAR_SOMEWHERE, now_ms=3) == 1
        assert outlines.add(connection, "pasar", OTHER, now_ms=4) == 3


def test_one_camera_looks_at_one_view_and_one_view_has_one_camera(connection: Connection) -> None:
    with database.write(connection):
        for number, (node_id, view_id) in enumerate((("a", "pasar"), ("b", "pasar"), ("b", "pasar"), ("b", "lain"))):
            view_bindings.bind(connection, node_id=node_id, source="c1", view_id=view_id, now_ms=number)
    told = [(one.node_id, one.view_id, one.bound_ms, one.ended_ms) for one in view_bindings.all_bindings(connection)]
    assert told == [("a", "pasar", 0, 1), ("b", "pasar", 1, 3), ("b", "lain", 3, None)]
    assert list(view_bindings.counting(view_bindings.all_bindings(connection))) == [("b", "c1")]


def test_changes_of_an_older_hub_stay_and_their_numbers_go_on(tmp_path: Path) -> None:
    for kept in (True, False):
        old = database.open(tmp_path / f"{kept}.db")
        migrations.all_steps().apply(Database(old), stop_before="0017_views")
        with database.write(old):
            old.executemany("INSERT INTO changes (at_ms, kind, ref) VALUES (?, 'station', 'a')", [(1,), (2,)])
            old.execute("INSERT INTO rollup_marks VALUES ('rollups', 77)")
            if not kept:  # retention has deleted them all: a page still knows the number of the last
                old.execute("DELETE FROM changes")
        migrate(old)
        with database.write(old):
            changes.add(old, at_ms=3, kind="view", ref="pasar")
        assert [(one.id, one.kind) for one in changes.after(old, 0, limit=9)][-1] == (3, "view")
        assert changes.newest_id(old) == 3
        assert (changes.oldest_id(old) == 1) is kept
        assert rollups.mark(old, "sightings") == 77, "what an older hub has summed up is not looked through again"


def test_what_cameras_counted_goes_by_the_age_of_its_step_a_portion_at_a_time(connection: Connection) -> None:
    now_ms = 5_000 * DAY_MS
    kept = Retention(sightings_60_days=30, sightings_600_days=365, sightings_3600_days=3650)
    with database.write(connection):
        for step_s in sightings.STEPS_S:
            connection.executemany(
                f"INSERT INTO sightings_{step_s} VALUES (?, ?, ?, '{{}}')",  # noqa: S608 - of ours
                [
                    (camera_no, now_ms - age * DAY_MS, place)
                    for camera_no in (1, 2)
                    for age in (4000, 400, 40, 4)
                    for place in ("a", "b")
                ],
            )

    def forget() -> int:
        with database.write(connection):
            return retention.forget_some(connection, kept, station_id=None, camera_no=1, now_ms=now_ms)

    while forget():
        pass
    left = {
        step_s: connection.execute(
            f"SELECT camera_no, count(*) FROM sightings_{step_s} GROUP BY 1"  # noqa: S608 - of ours
        ).fetchall()
        for step_s in sightings.STEPS_S
    }
    assert left == {60: [(1, 2), (2, 8)], 600: [(1, 4), (2, 8)], 3600: [(1, 6), (2, 8)]}
