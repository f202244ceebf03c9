"""By which drawing a camera counts: the hub's before its file's, over restarts, never by one that cannot be used."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.desired import Applied, Desired, DesiredView
from contract.messages import encode_message
from contract.records import Fault, Sighting
from contract.views import Line, View, Zone, ZoneKind, digest
from edge_agent.cameras.drawings import Drawings, is_news, take_over
from edge_agent.cameras.frame import Image
from edge_agent.cameras.state import CameraState
from edge_agent.inference.detector import Detector
from edge_agent.outbox.inbox import Inbox
from edge_agent.sightings.fusion import HEARD_SCORE
from edge_agent.stop import Stop
from tests.support.camera_bench import VIEW, CameraBench, FakeReader, detector, with_person
from tests.support.clocks import FakeClock

LEFT = View(
    name="Pasar", zones={"kiri": Zone(kind=ZoneKind.BANK, outline=((0.0, 0.2), (0.5, 0.2), (0.5, 1.0), (0.0, 1.0)))}
)
RIGHT = View(lines={"kanan": Line(start=(0.75, 0.0), end=(0.75, 1.0), forward="masuk", backward="keluar")})
BAD = msgspec.Raw(b'{"view":"pasar","version":9,"drawing":{"zones":{"air":{"kind":"waterline","outline":[]}}}}')
DRAWN = st.dictionaries(st.sampled_from(["c1", "c2"]), st.sampled_from([LEFT, RIGHT, VIEW, None]))
"""Source to what was drawn; None: something that this version cannot use."""


def opened(_folder: Path, *, threads: int, score_min: float, detail: float) -> Detector:
    assert (threads, score_min) == (1, HEARD_SCORE)
    assert detail
    return detector()


def raw(view: View | None, version: int = 1) -> msgspec.Raw:
    if view is None:
        return BAD
    return msgspec.Raw(msgspec.json.encode(DesiredView(view="pasar", version=version, drawing=view)))


def document(version: int, views: dict[str, View | None] | None, *, epoch: str = "e1", quota_mb: int = 64) -> Desired:
    if views is None:
        return Desired(db_epoch=epoch, version=version, quota_mb=quota_mb)
    drawn = {source: raw(view, version) for source, view in views.items()}
    return Desired(db_epoch=epoch, version=version, quota_mb=quota_mb, views=drawn)


def taken(held: Drawings, desired: Desired) -> Drawings:
    offered = Applied(db_epoch=desired.db_epoch, version=desired.version)
    return take_over(held, offered=offered, body=encode_message(desired))


@given(before=DRAWN, after=DRAWN)
def test_each_camera_goes_by_the_newest_usable_word_of_the_hub(
    before: dict[str, View | None], after: dict[str, View | None]
) -> None:
    held = taken(taken(Drawings(), document(1, before)), document(2, after))
    for source in ("c1", "c2"):
        said = after.get(source, "nothing")
        known = before.get(source)
        if said == "nothing":
            assert source not in held.by_source, "its file holds"
        elif said is None:
            assert "waterline" in held.refused[source]
            assert (source in held.by_source) == (known is not None)
            assert known is None or held.by_source[source].drawing == known
        else:
            assert (held.by_source[source].drawing, source in held.refused) == (said, False)


@given(views=DRAWN)
def test_an_older_hub_that_says_nothing_of_views_changes_nothing(views: dict[str, View | None]) -> None:
    held = taken(Drawings(), document(1, views))
    after = taken(held, document(2, None))
    assert (after.by_source, after.refused, after.looked_at.version) == (held.by_source, held.refused, 2)


def test_a_lower_version_of_the_same_hub_is_passed_over_and_one_of_a_restored_hub_is_not() -> None:
    held = taken(Drawings(), document(5, {"c1": LEFT}))
    assert not is_news(held, Applied(db_epoch="e1", version=4))
    assert taken(held, document(4, {"c1": RIGHT})) == held
    assert is_news(held, Applied(db_epoch="e2", version=1))
    assert taken(held, document(1, {"c1": RIGHT}, epoch="e2")).by_source["c1"].drawing == RIGHT


def test_a_document_that_cannot_be_read_leaves_what_holds_and_says_why() -> None:
    held = taken(Drawings(), document(1, {"c1": LEFT}))
    after = take_over(held, offered=Applied(db_epoch="e1", version=2), body=b'{"db_epoch":7}')
    assert (after.by_source, list(after.refused)) == (held.by_source, [""])


def standing(_real_ms: int) -> Image:
    """Someone stands in the left half all the time."""
    return with_person(100)


class Box:
    """One camera box in a folder, begun as often as a test wants."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock = FakeClock()
        self.inbox = Inbox.open(home / "inbox.db")
        self.bench = self.begin()

    def begin(self, *, view: View = VIEW, view_faults: dict[str, str] | None = None) -> CameraBench:
        readers = {} if view_faults else {"c1": FakeReader(self.clock, standing)}
        self.bench = CameraBench(
            self.home, clock=self.clock, readers=readers, view=view, open_detector=opened, view_faults=view_faults
        )
        return self.bench

    def hear(self, desired: Desired) -> None:
        self.inbox.put_desired(db_epoch=desired.db_epoch, version=desired.version, body=encode_message(desired))

    def windows(self) -> list[tuple[str, str, int]]:
        """Return place, drawing and seconds of each window told."""
        told = [one for one in self.bench.records(Sighting) if one.window_s]
        return [(one.zone, one.drawing, round(one.window_s or 0)) for one in told]

    def close(self) -> None:
        self.bench.close()
        self.inbox.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    yield box
    box.close()


def test_what_is_drawn_at_the_hub_counts_at_once_and_the_window_before_ends_under_its_own_drawing(box: Box) -> None:
    box.bench.run(20)
    box.hear(document(1, {"c1": LEFT}))
    box.bench.run(2)
    by_file = [("tepi", digest(VIEW), 20), ("garis", digest(VIEW), 20)]
    assert box.windows() == by_file
    box.bench.run(61)
    assert box.windows()[2:] == [("kiri", digest(LEFT), 60)]
    (left,) = [one for one in box.bench.records(Sighting) if one.zone == "kiri" and one.window_s]
    assert left.by_label == {"person": 1}
    assert 114 <= (left.frames or 0) <= 126
    appeared = [(one.zone, one.drawing) for one in box.bench.records(Sighting) if one.window_s is None]
    assert appeared == [("tepi", digest(VIEW)), ("kiri", digest(LEFT))], "known anew, by fresh tracks"


def test_the_same_drawing_in_a_new_document_ends_no_window(box: Box) -> None:
    box.hear(document(1, {"c1": VIEW}))
    box.bench.run(30)
    box.hear(document(2, {"c1": msgspec.structs.replace(VIEW, name="Nama lain")}, quota_mb=128))
    box.bench.run(32)
    assert box.windows() == [("tepi", digest(VIEW), 60), ("garis", digest(VIEW), 60)]


def test_it_holds_over_a_restart_without_a_hub(box: Box, tmp_path: Path) -> None:
    box.hear(document(1, {"c1": LEFT}))
    box.bench.run(2)
    box.close()
    (tmp_path / "inbox.db").unlink()
    box.inbox = Inbox.open(tmp_path / "inbox.db")
    box.begin()
    box.bench.run(62)
    assert box.windows()[-1] == ("kiri", digest(LEFT), 60)


def test_a_camera_that_the_hub_names_no_more_goes_by_its_file_again(box: Box) -> None:
    box.hear(document(1, {"c1": LEFT}))
    box.bench.run(10)
    box.hear(document(2, {}))
    box.bench.run(10)
    assert [zone for zone, _, _ in box.windows()] == ["kiri"], "the window under the hub's drawing is over"
    (post,) = box.bench.posts
    assert post.drawing == digest(VIEW)


def test_a_camera_that_nobody_has_drawn_for_counts_when_the_hub_draws_and_no_longer(box: Box) -> None:
    box.bench.close()
    bench = box.begin(view=View())
    bench.run(62)
    (post,) = bench.posts
    assert (box.windows(), post.asked) == ([], 0), "watched, and the detector is spared"
    assert post.looks > 100
    box.hear(document(1, {"c1": LEFT}))
    bench.run(62)
    assert [(zone, drawing) for zone, drawing, _ in box.windows()] == [("kiri", digest(LEFT))]
    asked = post.asked
    box.hear(document(2, {}))
    bench.run(10)
    assert (post.view, post.asked - asked < 3) == (View(), True), "nothing is drawn again"
    bench.readers["c1"].state = CameraState.AWAY
    bench.run(2)
    assert bench.faults() == [("camera_away", "c1", True)]


def test_a_drawing_that_cannot_be_used_is_a_fault_and_the_one_before_holds_until_one_can(box: Box) -> None:
    box.hear(document(1, {"c1": LEFT}))
    box.bench.run(2)
    box.hear(document(2, {"c1": None}))
    box.bench.run(2)
    (post,) = box.bench.posts
    assert post.drawing == digest(LEFT)
    box.close()
    box.inbox = Inbox.open(box.home / "inbox.db")
    box.begin()
    box.bench.run(2)
    (post,) = box.bench.posts
    assert post.drawing == digest(LEFT), "also after a restart"
    box.hear(document(3, {"c1": RIGHT}))
    box.bench.run(2)
    (post,) = box.bench.posts
    assert post.drawing == digest(RIGHT)
    told = [(one.code, one.source, one.active) for one in box.bench.records(Fault)]
    assert told == [("view_refused", "c1", True), ("view_refused", "c1", False)]
    assert "waterline" in next(one.text for one in box.bench.records(Fault))


def test_a_document_whose_quota_an_older_software_has_applied_is_looked_at_for_its_drawings(box: Box) -> None:
    desired = document(7, {"c1": LEFT})
    offered = Applied(db_epoch="e1", version=7)
    box.bench.notebook.take_desired(offered, encode_message(desired))
    box.hear(desired)
    box.bench.run(2)
    (post,) = box.bench.posts
    assert post.drawing == digest(LEFT)


def test_traffic_goes_on_in_a_zone_that_stayed_and_begins_anew_in_one_that_was_moved(box: Box) -> None:
    stays = Zone(kind=ZoneKind.ROAD, outline=((0.0, 0.0), (0.4, 0.0), (0.4, 1.0)))
    moved = Zone(kind=ZoneKind.ROAD, outline=((0.6, 0.0), (1.0, 0.0), (1.0, 1.0)))
    box.hear(document(1, {"c1": View(zones={"satu": stays, "dua": stays})}))
    box.bench.run(2)
    box.bench.notebook.keep_flows("c1", ())
    assert box.bench.notebook.flows("c1", within_s=600) == {}
    box.bench.run(61)
    assert set(box.bench.notebook.flows("c1", within_s=600)) == {"satu", "dua"}
    box.hear(document(2, {"c1": View(zones={"satu": stays, "dua": moved})}))
    box.bench.run(2)
    assert set(box.bench.notebook.flows("c1", within_s=600)) == {"satu"}


def test_a_camera_that_nobody_could_watch_is_begun_once_it_was_drawn_for(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.bench.close()
    bench = box.begin(view_faults={"c1": "view.toml: no such file"})
    bench.process.go_round()
    box.hear(document(1, {"c1": LEFT}))
    box.clock.advance(1.1)
    bench.process.go_round()
    bench.process.run(Stop())  # comes back by itself
    assert [(one.code, one.active) for one in bench.records(Fault)] == [("view_failed", True)]
    bench.outbox.close()
    box.inbox.close()
