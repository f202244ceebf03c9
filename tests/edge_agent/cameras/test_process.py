"""The camera process: whom it looks at, what it writes, and that nothing ends it. Real outbox, inbox and model."""

from collections.abc import Iterator, Sequence
from contextlib import _GeneratorContextManager
from pathlib import Path

import msgspec
import pytest

from contract.desired import Desired
from contract.records import RecordClass, Sighting
from edge_agent.cameras.frame import Image
from edge_agent.cameras.state import CameraState
from edge_agent.inference.ahead import Ahead
from edge_agent.inference.detections import Detections
from edge_agent.inference.detector import Detector
from edge_agent.inference.errors import ModelError, OutputError
from edge_agent.inference.input_size import DETAIL
from edge_agent.inference.regions import Region
from edge_agent.outbox.errors import OutboxFullError
from edge_agent.outbox.inbox import Inbox
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.transaction import Transaction
from edge_agent.sightings.fusion import HEARD_SCORE
from edge_agent.stop import Stop
from tests.support.camera_bench import MODEL, CameraBench, FakeReader, detector, empty_street, with_person
from tests.support.clocks import FakeClock


def opened(folder: Path, *, threads: int, score_min: float, detail: float) -> Detector:
    assert (folder, threads, score_min, detail) == (MODEL, 1, HEARD_SCORE, DETAIL)
    return detector()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def still(_real_ms: int) -> Image:
    return empty_street()


def passing(real_ms: int) -> Image:
    """Someone comes from the left at 4 s and is gone at 12 s."""
    return with_person(-90 + round((real_ms - 4_000) / 1000 * 95)) if 4_000 <= real_ms < 12_000 else empty_street()


@pytest.fixture
def bench(tmp_path: Path, clock: FakeClock) -> Iterator[CameraBench]:
    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, still)}, open_detector=opened)
    yield bench
    bench.close()


def test_a_still_street_is_looked_at_twice_a_second_and_asked_about_once_a_minute(bench: CameraBench) -> None:
    bench.run(65)
    (post,) = bench.posts
    assert 125 <= post.looks <= 135
    assert post.asked <= 11, "the first picture and what lingers of it, then one a minute"


def test_each_minute_every_place_has_one_record_of_what_it_showed(bench: CameraBench) -> None:
    bench.run(61)
    told = bench.records(Sighting)
    assert [(record.zone, record.count, record.doubts) for record in told] == [("tepi", 0, ()), ("garis", 0, ())]
    assert {record.record_class for record in told} == {RecordClass.TELEMETRY}
    assert {record.model for record in told} == {detector().digest}
    assert all(record.window_s == pytest.approx(60, abs=1.1) for record in told)
    assert all(115 <= (record.frames or 0) <= 125 for record in told)


def test_someone_who_passes_is_told_at_once_and_counted_at_the_line(tmp_path: Path, clock: FakeClock) -> None:
    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, passing)}, open_detector=opened)
    bench.run(10)
    (at_once,) = bench.records(Sighting)
    assert (at_once.zone, at_once.label, at_once.count) == ("tepi", "person", 1)
    assert at_once.record_class == RecordClass.READING
    assert at_once.window_s is None
    bench.run(51)
    bank, line = bench.records(Sighting)[1:]
    assert (bank.by_label, bank.doubts) == ({"person": 1}, ())
    assert (line.backward, line.forward, line.count) == ({"person": 1}, {}, 1)
    bench.close()


def test_what_stands_stays_known_without_the_detector_and_is_gone_when_it_goes(
    tmp_path: Path, clock: FakeClock
) -> None:
    def standing(real_ms: int) -> Image:
        return with_person(300) if 5_000 <= real_ms < 45_000 else empty_street()

    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, standing)}, open_detector=opened)
    bench.run(20)
    (post,) = bench.posts
    asked = post.asked
    bench.run(22)
    assert 1 <= post.asked - asked <= 3, "every ten seconds, of some 44 looks"
    bench.run(80)
    zones = [record for record in bench.records(Sighting) if record.zone == "tepi" and record.window_s]
    assert [record.by_label for record in zones] == [{"person": 1}, {}]
    bench.close()


def test_a_camera_that_is_away_is_a_fault_of_class_1_once_and_its_windows_cannot_see(bench: CameraBench) -> None:
    bench.run(5)
    bench.readers["c1"].state = CameraState.AWAY
    bench.run(60)
    bench.readers["c1"].state = CameraState.RUNNING
    bench.run(60)
    assert bench.faults() == [("camera_away", "c1", True), ("camera_away", "c1", False)]
    assert [record.doubts for record in bench.records(Sighting)][:2] == [("cannot_see",)] * 2


def test_a_clip_that_is_over_is_one_fault(bench: CameraBench) -> None:
    bench.run(5)
    bench.readers["c1"].state = CameraState.ENDED
    bench.run(30)
    assert bench.faults() == [("camera_ended", "c1", True)]


def test_a_lens_that_is_covered_is_told_on_the_counts(tmp_path: Path, clock: FakeClock) -> None:
    def covered(real_ms: int) -> Image:
        return empty_street() if real_ms < 5_000 else empty_street() // 20

    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, covered)}, open_detector=opened)
    bench.run(61)
    assert [record.doubts for record in bench.records(Sighting)] == [("cannot_see",)] * 2
    assert bench.faults() == []
    bench.close()


def test_a_picture_without_pixels_is_passed_over(tmp_path: Path, clock: FakeClock) -> None:
    bench = CameraBench(
        tmp_path, clock=clock, readers={"c1": FakeReader(clock, lambda _: empty_street()[:0])}, open_detector=opened
    )
    bench.run(61)
    assert [record.doubts for record in bench.records(Sighting)] == [("cannot_see",)] * 2
    bench.close()


def test_a_fault_of_another_kind_ends_the_one_before(bench: CameraBench) -> None:
    for state in (CameraState.AWAY, CameraState.REFUSED, CameraState.RUNNING):
        bench.readers["c1"].state = state
        bench.run(2)
    assert bench.faults() == [
        ("camera_away", "c1", True),
        ("camera_away", "c1", False),
        ("camera_refused", "c1", True),
        ("camera_refused", "c1", False),
    ]


def test_faults_are_remembered_over_a_restart_and_end_with_the_camera(tmp_path: Path, clock: FakeClock) -> None:
    readers = {"c1": FakeReader(clock, still), "c2": FakeReader(clock, still)}
    for reader in readers.values():
        reader.state = CameraState.AWAY
    first = CameraBench(tmp_path, clock=clock, readers=readers, open_detector=opened)
    first.run(2)
    first.close()
    second = CameraBench(tmp_path, clock=clock, readers={"c1": readers["c1"]}, open_detector=opened)
    readers["c1"].state = CameraState.OPENING
    second.run(2)
    assert second.faults()[2:] == [("camera_away", "c2", False)], "one that is no more; the other is not known yet"
    readers["c1"].state = CameraState.AWAY
    second.run(2)
    readers["c1"].state = CameraState.RUNNING
    second.run(2)
    assert second.faults()[3:] == [("camera_away", "c1", False)]
    second.close()


def test_a_view_that_cannot_be_read_is_a_fault_and_the_other_camera_goes_on(tmp_path: Path, clock: FakeClock) -> None:
    broken = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, still)},
        open_detector=opened,
        view_faults={"c2": "c2.toml: zones.a.outline must enclose something"},
    )
    broken.run(61)
    assert broken.faults() == [("view_failed", "c2", True)]
    assert broken.records(Sighting)
    broken.close()
    readers = {"c1": FakeReader(clock, still), "c2": FakeReader(clock, still)}
    mended = CameraBench(tmp_path, clock=clock, readers=readers, open_detector=opened)
    mended.run(1)
    assert mended.faults()[1:] == [("view_failed", "c2", False)]
    mended.close()


def test_a_model_that_cannot_be_opened_is_a_fault_and_is_tried_again_every_minute(
    tmp_path: Path, clock: FakeClock
) -> None:
    tries: list[int] = []

    def open_second_time(folder: Path, **wanted: float) -> Detector:
        tries.append(clock.real_ms())
        if len(tries) < 2:
            raise ModelError("street.onnx: bukan berkas dari manifesnya / not the file of its manifest")
        return opened(folder, **wanted)  # type: ignore[arg-type]

    readers = {"c1": FakeReader(clock, still), "c2": FakeReader(clock, still)}
    bench = CameraBench(tmp_path, clock=clock, readers=readers, open_detector=open_second_time)
    bench.run(59)
    assert bench.faults() == [("model_failed", "c1", True), ("model_failed", "c2", True)]
    bench.run(3)
    assert tries == [0, 60_000]
    assert [record.doubts for record in bench.records(Sighting)] == 4 * [("cannot_see",)]
    assert bench.faults()[2:] == [("model_failed", "c1", False), ("model_failed", "c2", False)]
    bench.close()
    assert [(record.doubts, record.model) for record in bench.records(Sighting)[4:]] == 4 * [((), detector().digest)]


class MoodyDetector(Detector):
    """The real one, that fails while `is_sick`."""

    is_sick = False

    def __init__(self) -> None:
        self.__dict__.update(detector().__dict__)

    def detect(self, image: Image | Ahead, regions: Sequence[Region] | None = None) -> Detections:
        if self.is_sick:
            raise OutputError("model memberi NaN / the model gave NaN")
        return super().detect(image, regions)


def test_a_model_that_gives_nonsense_is_a_fault_and_the_process_lives(tmp_path: Path, clock: FakeClock) -> None:
    moody = MoodyDetector()
    bench = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, still)},
        open_detector=lambda _folder, **_: moody,
        is_gated=False,
        most_per_s=2.0,
    )
    bench.run(2)
    moody.is_sick = True
    bench.run(57)
    moody.is_sick = False
    bench.run(15)
    assert bench.faults() == [("inference_failed", "c1", True), ("inference_failed", "c1", False)]
    assert bench.records(Sighting)[0].doubts == ("cannot_see",)
    bench.close()


def test_one_model_serves_all_views(tmp_path: Path, clock: FakeClock) -> None:
    opens: list[Path] = []

    def counted(folder: Path, **wanted: float) -> Detector:
        opens.append(folder)
        return opened(folder, **wanted)  # type: ignore[arg-type]

    readers = {name: FakeReader(clock, still) for name in ("c1", "c2", "c3", "c4")}
    bench = CameraBench(tmp_path, clock=clock, readers=readers, open_detector=counted)
    bench.run(3)
    assert opens == [MODEL]
    assert all(post.looks >= 3 for post in bench.posts)
    bench.close()


def test_a_stop_writes_the_open_window_as_far_as_it_went(tmp_path: Path, clock: FakeClock) -> None:
    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, passing)}, open_detector=opened)
    bench.run(20)
    bench.close()
    told = [record for record in bench.records(Sighting) if record.window_s is not None]
    assert [(record.window_s, record.count) for record in told] == [(20.0, 1), (20.0, 1)]
    assert bench.readers["c1"].is_closed


def test_a_box_that_is_retired_ends_its_cameras(tmp_path: Path, clock: FakeClock) -> None:
    bench = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, still)},
        open_detector=opened,
        is_to_leave=lambda: True,
    )
    stop = Stop()
    bench.process.run(stop)
    assert not stop.is_set()
    assert bench.readers["c1"].is_closed
    bench.outbox.close()


def test_on_a_fast_clock_windows_are_short_and_tell_real_seconds(tmp_path: Path) -> None:
    clock = FakeClock(rate=60.0)
    bench = CameraBench(tmp_path, clock=clock, readers={"c1": FakeReader(clock, still)}, open_detector=opened)
    bench.run(31)
    told = bench.records(Sighting)
    assert len(told) == 6
    assert all(record.window_s == pytest.approx(10, abs=1.1) for record in told)
    bench.close()


def test_what_the_hub_has_is_settled_and_its_quota_followed(tmp_path: Path, bench: CameraBench) -> None:
    bench.run(61)
    assert sum(bench.reader.counts().values()) == bench.outbox.next_seq - 1 > 0
    with Inbox.open(tmp_path / "inbox.db") as inbox:
        inbox.put_marks([Marks(spool=bench.outbox.spool_id, db_epoch="d1a0", high=bench.outbox.next_seq - 1)])
        offered = Desired(db_epoch="d1a0", version=3, quota_mb=20)
        inbox.put_desired(db_epoch="d1a0", version=3, body=msgspec.json.encode(offered))
        bench.run(2)
    assert sum(bench.reader.counts().values()) == 0
    assert bench.outbox.limit_pages == 4 * 256
    assert bench.reader.state("desired") is not None, "on a box without a gauge the uplink reads here what is applied"


class FullOutbox(Outbox):
    """The real one on a disk that is full while `is_full`."""

    is_full = False

    def transaction(self) -> _GeneratorContextManager[Transaction]:
        if self.is_full:
            raise OutboxFullError("no space left on device")
        return super().transaction()


def test_while_the_disk_is_full_records_are_counted_and_told_afterwards(tmp_path: Path, clock: FakeClock) -> None:
    bench = CameraBench(
        tmp_path,
        clock=clock,
        readers={"c1": FakeReader(clock, still)},
        open_detector=opened,
        outbox_class=FullOutbox,
    )
    outbox = bench.outbox
    assert isinstance(outbox, FullOutbox)
    bench.run(5)
    outbox.is_full = True
    bench.readers["c1"].state = CameraState.STALLED
    bench.run(60)
    outbox.is_full = False
    bench.run(60)
    assert sorted(bench.faults()) == [
        ("camera_stalled", "c1", True),
        ("camera_storage_failed", "", False),
        ("camera_storage_failed", "", True),
    ]
    assert bench.notebook.lost == 2
    assert bench.reader.state("lost") == b"2"
    bench.close()
